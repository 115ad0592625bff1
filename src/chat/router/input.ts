import { z } from 'zod';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import type { Arguments, Asked, Command, Prepared } from '../contract';
import { valueOf } from '../language/argument-values';
import { chosenName } from './cards';

/** What a client sent, read into what a handler takes. Pure. */

/** What the router's own buttons send: a line, and for a card of choices what was chosen. */
export const RunInput = z.object({ id: z.string().min(1).max(1_000), by: z.string().max(200).optional() });
export const ChooseInput = z.looseObject({ id: z.string().min(1).max(1_000), by: z.string().max(200).optional() });

/** The arguments, completed by what was chosen on a card. */
export function withChosen(
  { arguments: specs }: Command,
  args: Arguments,
  input: z.infer<typeof ChooseInput>,
): Arguments {
  const chosen = specs.flatMap(({ name, kind }) => {
    const value = lookUp(input, chosenName(name));
    return typeof value === 'string' && value.trim() !== '' ? [[name, valueOf(kind, value.slice(0, 1_000))]] : [];
  });
  return { ...args, ...Object.fromEntries(chosen) };
}

/** The line as somebody would have typed it, from what a card asked for. */
export function writeLine({ name, arguments: specs }: Command, args: Arguments): string {
  const words = specs.flatMap(({ name: key, kind, keyword }) => {
    const value = lookUp(args, key);
    if (value === undefined) return [];
    return [keyword, kind === 'text' || kind === 'moment' || !value.includes(' ') ? value : `"${value}"`].filter(
      (word) => word !== undefined,
    );
  });
  return [name, ...words].join(' ');
}

/** The parsed input, or one plain sentence. A schema's own sentence is shown, zod's are not. */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const own = parsed.error.issues.map((issue) => issue.message).find((message) => /^[A-Z].*[a-z]\.$/.test(message));
  throw new UserError(own ?? 'This button sent something I can’t read, so nothing was done. Open the card anew.');
}

/** The id of a click for its audit entry; `-` for anything else. */
export function idOf(input: unknown): string {
  const id = typeof input === 'object' && input !== null ? (input as { id?: unknown }).id : undefined;
  return typeof id === 'string' && /^[\w:/@.-]{1,100}$/.test(id) ? id : '-';
}

/** What a turn turns out to be, for its audit entry. */
export interface TurnLog {
  what: string;
  target: string;
  changes: boolean;
  /** What this is the doing of, when somebody confirmed or approved it. */
  approved?: Asked;
  /** What was said and meant, and how it ended where the reply does not say so; for the history. */
  said: string;
  meant?: string;
  outcome?: string;
  /** Who prepared the line, when that is somebody else: it is shown before it runs. */
  prepared?: Omit<Prepared, 'line'>;
  /** Whoever asked to hear how it ended. */
  ended?: ((outcome: string) => void) | undefined;
}
