import type { Catalog } from '../../core/catalog';
import { changedSinceAsked, describeActs, isMarkedBy } from '../../core/operations';
import type { Act, Operation } from '../../core/operations';
import type { Reach } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { Asked, Door, Guard, Reply, Turn } from '../contract';
import type { TurnLog } from './input';

/** The one way from a door to its handler: what the catalog marks is held here, and what was approved is done only as it was approved. */

/** Somebody at a door, about to do something. */
interface Passage<Input> {
  readonly turn: Turn;
  /** `asksFirst`: it only opens a form. */
  readonly door: Door<Input> & {
    readonly asksFirst?: true;
    readonly preview?: (turn: Turn, input: Input) => Promise<string>;
  };
  readonly input: Input;
  /** What the line or the click names; without a service or environment it is about all of them. */
  readonly reach: Reach;
  readonly asked: Omit<Asked, 'acts'>;
}

interface Gate {
  readonly catalog: Catalog;
  readonly guard: Guard | undefined;
  readonly turnLog: Pick<TurnLog, 'approved' | 'outcome'>;
}

/** The handler's answer, or that of whoever holds it back. */
export async function passGate<Input>(
  gate: Gate,
  passage: Passage<Input>,
  run: (approved: readonly Act[] | undefined) => Promise<Reply>,
): Promise<Reply> {
  return (await hold(gate, passage)) ?? run(gate.turnLog.approved?.acts);
}

async function hold<Input>(
  { catalog: { confirm, fourEyes }, guard, turnLog }: Gate,
  passage: Passage<Input>,
): Promise<Reply | undefined> {
  const { approved } = turnLog;
  const { turn, door, input, asked } = passage;
  const done = operationsOf(door);
  if (done.length === 0) return undefined;
  // The handler gets these very acts: nothing can slip in between a look here and what is done.
  const isExact = ({ operation, details }: Act): boolean => details !== undefined && done.includes(operation);
  if (approved?.acts.every(isExact)) return undefined;
  if (approved) return checkUnchanged(approved, await actsOf(passage));
  const marked = [...confirm, ...fourEyes].some(({ operation }) => done.includes(operation));
  if (!guard || !marked) return undefined;
  const acts = await actsOf(passage);
  const held = await guard(turn, { ...asked, acts }, async () => door.preview?.(turn, input));
  const isConfirmedFirst = confirm.some((mark) => acts.some((act) => isMarkedBy(mark, act)));
  if (held) turnLog.outcome = isConfirmedFirst ? 'waits for confirmation' : 'waits for approval';
  return held;
}

/** What a door can do; nothing where it only shows something, asks, or is the answer to a question. */
function operationsOf({ operation, also = [], asksFirst }: Passage<never>['door']): readonly Operation[] {
  if (asksFirst || operation === 'look' || operation === 'answer') return [];
  return [operation, ...also];
}

async function actsOf<Input>({ turn, door, input, reach }: Passage<Input>): Promise<readonly Act[]> {
  if (door.acts) return door.acts(turn, input);
  return operationsOf(door).map((operation) => ({ operation, reach }));
}

function checkUnchanged(approved: Asked, acts: readonly Act[]): undefined {
  if (sameActs(approved.acts, acts)) return undefined;
  throw changedSinceAsked(plainText(approved.words ?? approved.line ?? describeActs(approved.acts), 160));
}

function sameActs(one: readonly Act[], other: readonly Act[]): boolean {
  const words = (acts: readonly Act[]): string =>
    JSON.stringify(
      acts.map(({ operation, reach: { service, environment }, thing }) => [operation, service, environment, thing]),
    );
  return words(one) === words(other);
}
