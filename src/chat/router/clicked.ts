import { z } from 'zod';
import { UserError } from '../../core/errors';
import { canChange } from '../../core/operations';
import type { Action, Arguments, Asked, Command, Prepared, Reply, Turn } from '../contract';
import { passGate } from '.';
import { preparerOf } from './prepared';
import { maskInput } from './secrets';
import { runChosen, runText } from './typed';
import type { TypedParts } from './typed';
import { lookUp } from '../../core/keys';
import { valueOf } from '../language/arguments';
import { chosenName } from './cards';

/** Clicked buttons: those of the router itself, which send a line, and those of the features. */

interface ClickedParts extends TypedParts {
  readonly actions: ReadonlyMap<string, Action>;
}

/** Runs a clicked verb with what the client sent. */
export async function runAction(
  parts: ClickedParts,
  turn: Turn,
  verb: string,
  input: unknown,
  turnLog: TurnLog,
): Promise<Reply> {
  const sendsLine = verb === 'chat.run' || verb === 'chat.choose';
  const action = parts.actions.get(verb);
  if (!sendsLine && !action) throw new UserError('This button no longer works. Write help to see what I can do.');
  if (turn.trigger === 'automatic' && (!action || canChange(action.operation)))
    throw new UserError('Nothing was done: a card that refreshes by itself changes nothing.');
  if (!action) return runLine(parts, turn, verb, input, turnLog);
  Object.assign(turnLog, { what: verb, target: idOf(input), changes: canChange(action.operation) });
  const masked = maskInput(action, input);
  const parsed = readInput(action.input, masked.input);
  parts.warnAboutSecret?.(turn, masked.kinds);
  const asked = { action: verb, input: masked.input };
  return passGate(
    { catalog: parts.catalog(), guard: parts.guard, turnLog },
    { turn, door: action, input: parsed, reach: {}, asked },
    (approved) => action.run(turn, parsed, approved),
  );
}

async function runLine(
  parts: ClickedParts,
  turn: Turn,
  verb: string,
  input: unknown,
  turnLog: TurnLog,
): Promise<Reply> {
  const line = verb === 'chat.run' ? readInput(RunInput, input) : readInput(ChooseInput, input);
  turnLog.prepared = preparerOf(parts.catalog(), turn, line.by);
  return verb === 'chat.run' ? runText(parts, turn, line.id, turnLog) : runChosen(parts, turn, line, turnLog);
}

/** What a client sent, read into what a handler takes. Pure. */

/** What the router's own buttons send: a line, and for a card of choices what was chosen. */
const RunInput = z.object({ id: z.string().min(1).max(1_000), by: z.string().max(200).optional() });
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
function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const own = parsed.error.issues.map((issue) => issue.message).find((message) => /^[A-Z].*[a-z]\.$/.test(message));
  throw new UserError(own ?? 'This button sent something I can’t read, so nothing was done. Open the card anew.');
}

/** The id of a click for its audit entry; `-` for anything else. */
function idOf(input: unknown): string {
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
