/** Larger ones are compressed where a browser or a viewer need not read them as they are. */
const largestPlain = 4096;
const asTheyAre =
  /\.(?:html?|xhtml|css|jsx?|mjs|json|svg|png|gif|jpe?g|webp|ico|pdf|epub|odt|ods|odp|zip|jar|t[gx]z|gz|bz2|xz|zst)$/i;

/** Whether a document is compressed in /usr/share/doc, as dh_compress(1) does (Policy 12.3). */
export function isCompressed(path: string, size: number): boolean {
  return size > largestPlain && !asTheyAre.test(path);
}
