/** A whole number as people read it: 30,000. By hand, as the first number that Intl writes takes it 25 ms. */
export function inThousands(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
