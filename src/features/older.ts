import { z } from 'zod';

/** What the button for older entries carries: the same question, as it was asked, and where its page ended. */
export interface Older {
  /** What was typed behind the command. */
  readonly words: string;
  /** When it was asked: `today` on a card of yesterday means yesterday. */
  readonly at: number;
  readonly cursor: string;
}

const shape = z.strictObject({
  words: z.string().max(500),
  at: z.number().int().min(0),
  cursor: z.string().min(1).max(400),
});

/** One word for the `id` of a button. */
export function olderId(older: Older): string {
  return Buffer.from(JSON.stringify(older)).toString('base64url');
}

/** What such a word says; undefined for any other. */
export function olderIn(id: string): Older | undefined {
  try {
    return shape.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}

/** `1,227 entries`, or `More than 10,000 entries`. */
export function describeCount(count: number, isExact: boolean): string {
  const number = count.toLocaleString('en-US');
  if (!isExact) return `More than ${number}\u00a0entries`;
  return count === 1 ? '1\u00a0entry' : `${number}\u00a0entries`;
}
