/** What `npm run bench` measures, and how a measurement is printed. Nothing here is asserted. */

export interface Row {
  readonly what: string;
  readonly gavel: string;
  /** Undefined if there is no peer. */
  readonly peer?: string;
  readonly ratio?: string;
  readonly aim: string;
  /** Undefined if there is no aim. */
  readonly holds?: boolean;
}

export interface Measurement {
  /** What the columns Gavel and peer mean, in one or two sentences. */
  readonly how: string;
  measure(bench: Bench): Promise<Row[]>;
}

/** What one run provides for its measurements. */
export interface Bench {
  /** How often each side is measured, alternating; the median counts. */
  readonly rounds: number;
  /** How long one side is under load, in seconds. */
  readonly seconds: number;
  /** The compiled Gavel, made by `npm run build`. */
  readonly built: () => Promise<string>;
  /** A data folder that is removed at the end. */
  readonly folder: string;
  note(words: string): void;
}

/** The median. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** `1 234`, `12.3`, `0.046`: three figures that count; whole numbers as they are. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, '\u00A0');
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)(?<!\.\d*)/g, '\u00A0');
}

/** `1.84×`. */
export function times(value: number): string {
  return `${figure(value)}×`;
}
