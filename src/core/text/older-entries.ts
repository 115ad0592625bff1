import { z } from 'zod';
import { CursorError, UserError } from '../errors';

/** Long lists that are shown in pages, the newest first. */

const shape = z.strictObject({
  /** What was typed after the command. */
  words: z.string().max(500),
  /** When it was asked: `today` on yesterday's card means yesterday. */
  at: z.number().int().min(0),
  cursor: z.string().min(1).max(400),
});

/** What the button for older entries contains: the same question as it was asked, and where its page ended. */
export type Older = Readonly<z.infer<typeof shape>>;

/** The input of the button from `showOlder`. */
export const olderInput = z.object({ id: z.string().max(2_000) });

/** The button for older entries, if there are any. */
export function showOlder(
  verb: string,
  { words, at, cursor }: Omit<Older, 'cursor'> & { readonly cursor: string | undefined },
) {
  if (cursor === undefined) return [];
  return [{ title: 'Show older', verb, id: olderId({ words: words.slice(0, 500), at, cursor }) }];
}

/** One word for the `id` of a button. */
export function olderId(older: Older): string {
  return Buffer.from(JSON.stringify(older)).toString('base64url');
}

/** Reads such a word. Throws `UserError` for any other, with the command to write again. */
export function readOlder(id: string, command: string): Older {
  try {
    return shape.parse(JSON.parse(Buffer.from(id, 'base64url').toString()));
  } catch {
    throw tooOld(command);
  }
}

/** The requested page. Rejects with `UserError` if the button has an outdated cursor. */
export async function refuseOldCursor<Page>(command: string, search: Promise<Page>): Promise<Page> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof CursorError) throw tooOld(command);
    throw error;
  }
}

function tooOld(command: string): UserError {
  return new UserError(`This button has expired. Type your full \`${command}\` command again.`);
}

/** `1,227 entries`, or `More than 10,000 entries`. */
export function describeCount(count: number, isExact: boolean, one: 'entry' | 'deployment' = 'entry'): string {
  const number = count.toLocaleString('en-US');
  const many = one === 'entry' ? 'entries' : 'deployments';
  if (!isExact) return `More than ${number}\u00a0${many}`;
  return count === 1 ? `1\u00a0${one}` : `${number}\u00a0${many}`;
}
