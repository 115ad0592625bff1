import { UserError } from '../../core/errors';
import { canChange } from '../../core/operations';
import type { Action, Reply, Turn } from '../contract';
import { passGate } from './gate';
import { ChooseInput, idOf, readInput, RunInput } from './input';
import type { TurnLog } from './input';
import { preparerOf } from './prepared';
import { maskInput } from './secrets';
import { runChosen, runText } from './typed';
import type { TypedParts } from './typed';

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
