import type { Percentiles } from './load-report.ts';

/** Buckets to each doubling: a value is known to 1 part in 128. */
const perOctave = 128;
const octaves = 30;

/** Counts durations, from a microsecond to a quarter of an hour and in fixed memory, as HdrHistogram does. */
export class Histogram {
  readonly #counts = new Uint32Array(perOctave * octaves);
  #total = 0;
  #max = 0;

  /** In ms. */
  add(duration: number): void {
    const microseconds = Math.max(0, Math.round(duration * 1000));
    const bucket = bucketOf(microseconds);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    if (duration > this.#max) this.#max = duration;
  }

  percentiles(): Percentiles {
    return {
      p50: this.#quantile(0.5),
      p90: this.#quantile(0.9),
      p99: this.#quantile(0.99),
      p999: this.#quantile(0.999),
      max: this.#max,
    };
  }

  #quantile(fraction: number): number {
    const rank = Math.ceil(this.#total * fraction);
    let seen = 0;
    for (let bucket = 0; seen < rank; bucket++) {
      seen += this.#counts[bucket] ?? rank;
      if (seen >= rank) return Math.min(upperEnd(bucket) / 1000, this.#max);
    }
    return 0;
  }
}

function bucketOf(value: number): number {
  if (value < perOctave) return value;
  const octave = Math.floor(Math.log2(value / perOctave));
  const within = Math.floor(value / 2 ** octave) - perOctave;
  return Math.min((octave + 1) * perOctave + within, perOctave * octaves - 1);
}

function upperEnd(bucket: number): number {
  if (bucket < perOctave) return bucket;
  const octave = Math.floor(bucket / perOctave) - 1;
  return ((bucket % perOctave) + perOctave + 1) * 2 ** octave - 1;
}

/** The same of few values, exactly. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const quantile = (fraction: number) => sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0;
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: sorted.at(-1) ?? 0,
  };
}
