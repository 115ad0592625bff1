import { z } from 'zod';
import type { Reach } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { changedSinceAsked, describeActs, isMarkedBy, recordedName } from '../../core/operations';
import type { Act, DoorOperation, Operation } from '../../core/operations';
import { withCorrelation } from '../../core/telemetry';
import { plainText } from '../../core/text';
import { maskFields } from '../../core/text/secrets';
import { isUnasked } from '../contract';
import type { Action, Asked, Door, EndedTurn, Feature, Outcome, Reply, Turn } from '../contract';
import { createLanguage } from '../language';
import { preparerOf } from './cards';
import type { Router, RouterOptions, TurnLog } from './contract';
import { leftCard, questionCard } from './questions';
import { answerFailure, describeFailure } from './sentences';
import { commandFor, LineInput, runChosen, runText } from './typed';
import type { TypedParts } from './typed';

/** Connects typed commands and clicked verbs to their handlers: parse, check the right, pass the gate, run. It has the only `catch` of a turn. */

export type { Router, RouterOptions } from './contract';

/** Throws if two features use the same word or verb, or if a verb doesn't begin with its feature's name. */
export function createRouter(options: RouterOptions): Router {
  const { features } = options;
  const language = createLanguage(features.flatMap(({ commands = [] }) => commands));
  const recordedAs = new Map(
    features.flatMap(({ name, commands = [] }) => commands.map((each) => [each, `${name}.${recordedName(each.name)}`])),
  );
  const parts = { ...options, language, recordedAs, actions: collectActions(features) };
  const handle = (turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> =>
    options.telemetry
      ? withCorrelation(turn.correlationId, () => runTurn(options, turn, run))
      : runTurn(options, turn, run);

  return {
    handleText: (turn, text, ended) =>
      handle(turn, (turnLog) => runText(parts, turn, text, Object.assign(turnLog, { ended }))),
    handleAction: (turn, verb, input) => handle(turn, (turnLog) => runAction(parts, turn, verb, input, turnLog)),
    handleQuestion: (turn, verb, input) => handle(turn, (turnLog) => ask(parts, turn, verb, input, turnLog)),
    handleApproved: (turn, asked) =>
      handle(turn, (turnLog) => {
        turnLog.approved = asked;
        const { action, line, input } = asked;
        return line === undefined
          ? runAction(parts, turn, action, input, turnLog)
          : runText(parts, turn, line, turnLog);
      }),
    commandFor: (text) => commandFor(parts, text),
  };
}

/** Throws if two features use the same verb, or if a verb doesn't begin with its feature's name. */
function collectActions(features: readonly Feature[]): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const feature of features)
    for (const action of feature.actions ?? []) {
      if (feature.name === 'chat' || action.verb.split('.')[0] !== feature.name)
        throw new Error(`The verb ${action.verb} must begin with its feature: ${feature.name}.`);
      if (actions.has(action.verb)) throw new Error(`Two actions answer to ${action.verb}`);
      actions.set(action.verb, action);
    }
  return actions;
}

/** The only `catch`, and the only audit entry of the router. */
async function runTurn(options: RouterOptions, turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> {
  const { refresh, clock, logger, telemetry } = options;
  const [begun, startedAt] = [performance.now(), clock.now()];
  let succeeded = true;
  const turnLog: TurnLog = { what: 'chat.turn', target: '-', changes: false, said: '' };
  try {
    await refresh?.();
    const { audit: outcome, ...reply } = await run(turnLog);
    if (outcome) await record(options, turn, turnLog, outcome);
    else if (turnLog.outcome === 'refused' && turnLog.changes)
      await record(options, turn, turnLog, { target: turnLog.target, outcome: 'refused' });
    tell(options, turn, turnLog, outcome?.outcome ?? 'done', reply as Reply);
    return reply as Reply;
  } catch (error) {
    const failure = describeFailure(error, turn.reference);
    const fields = { what: turnLog.what, reference: turn.reference, correlationId: turn.correlationId };
    succeeded = !failure.unexpected;
    if (failure.unexpected) logger.error({ ...fields, error }, 'A command or click failed');
    else logger.info(fields, 'A command or click was refused');
    if (turnLog.changes && !isUnasked(turn))
      await record(options, turn, turnLog, failure.audited ?? { target: turnLog.target, outcome: failure.outcome });
    const reply = answerFailure(options, turn, turnLog, failure);
    tell(options, turn, turnLog, failure.outcome, reply);
    return reply;
  } finally {
    const durationMs = performance.now() - begun;
    telemetry?.request({ name: turnLog.what, correlationId: turn.correlationId, startedAt, durationMs, succeeded });
  }
}

function tell(
  { recordTurn }: RouterOptions,
  turn: Turn,
  turnLog: TurnLog,
  outcome: EndedTurn['outcome'],
  reply: Reply,
): void {
  const { what, said, meant, ended } = turnLog;
  const howItEnded = turnLog.outcome ?? outcome;
  ended?.(howItEnded);
  if (isUnasked(turn)) return;
  recordTurn?.(turn, { what, said: said || what, ...(meant !== undefined && { meant }), reply, outcome: howItEnded });
}

/** If an entry can't be written, that is reported; what was done still counts as done. */
async function record(
  { audit, clock, logger }: RouterOptions,
  turn: Turn,
  { what }: TurnLog,
  outcome: Outcome,
): Promise<void> {
  const { correlationId } = turn;
  const entry = { at: clock.now(), who: turn.person.id, what, ...outcome, from: turn.place.id, correlationId };
  try {
    await audit.append({ ...entry, key: `turn:${correlationId}:${what}:${outcome.outcome}` });
  } catch (error) {
    logger.error({ error, entry }, 'An audit entry could not be written');
  }
}

/** Clicked buttons: the router's own, which send a line, and those of the features. */

interface RouterParts extends TypedParts {
  readonly actions: ReadonlyMap<string, Action>;
}

const noSuchButton = 'This button no longer works. Nothing was done. Type `help` to see what I can do.';
const QuestionInput = z.looseObject({ id: z.string().min(1).max(300) });

/** What a button asks first. A refusal here counts as a refusal of the button. */
async function ask(
  { actions }: RouterParts,
  turn: Turn,
  verb: string,
  input: unknown,
  turnLog: TurnLog,
): Promise<Reply> {
  const action = actions.get(verb);
  if (!action?.asks) throw new UserError(noSuchButton);
  Object.assign(turnLog, { what: verb, target: idOf(input), changes: canChange(action.operation) });
  const { id } = readInput(QuestionInput, input);
  const { error } = action.input.safeParse({ id });
  // The question asks for the rest.
  if (error?.issues.some(({ path }) => path[0] === 'id')) readInput(action.input, { id });
  const question = await action.asks(turn, id);
  turnLog.outcome = 'asked back';
  return questionCard(verb, id, question);
}

/** Runs a clicked verb with what the client sent. */
async function runAction(
  parts: RouterParts,
  turn: Turn,
  verb: string,
  input: unknown,
  turnLog: TurnLog,
): Promise<Reply> {
  if (verb === 'chat.leave') return leftCard();
  const sendsLine = verb === 'chat.run' || verb === 'chat.choose';
  const action = parts.actions.get(verb);
  if (!sendsLine && !action) throw new UserError(noSuchButton);
  if (isUnasked(turn) && (!action || canChange(action.operation)))
    throw new UserError('Nothing was done: an automatic refresh of a card can’t change anything.');
  if (!action) return runLine(parts, turn, verb, input, turnLog);
  Object.assign(turnLog, { what: verb, target: idOf(input), changes: canChange(action.operation) });
  const masked = maskInput(action, input);
  const parsed = readInput(action.input, masked.input);
  if (masked.kinds.length > 0) parts.warnAboutSecret?.(turn, masked.kinds);
  const asked = { action: verb, input: masked.input };
  return passGate(parts, turnLog, { turn, door: action, input: parsed, reach: {}, asked }, (approved) =>
    action.run(turn, parsed, approved),
  );
}

async function runLine(parts: RouterParts, turn: Turn, verb: string, input: unknown, turnLog: TurnLog): Promise<Reply> {
  const line = readInput(LineInput, input);
  turnLog.prepared = preparerOf(parts.catalog(), turn, line.by);
  return verb === 'chat.run' ? runText(parts, turn, line.id, turnLog) : runChosen(parts, turn, line, turnLog);
}

/** The parsed input, or one plain sentence. Shows the schema's own messages, not zod's. */
function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const own = parsed.error.issues.map((issue) => issue.message).find((message) => /^[A-Z].*[a-z]\.$/.test(message));
  throw new UserError(
    own ?? 'This button sent something I can’t read. Nothing was done. Run the command again for a new card.',
  );
}

/** Whether something with this operation can change anything. */
export function canChange(operation: DoorOperation): boolean {
  return operation !== 'look';
}

/** The id of a click for its audit entry; `-` if there is none. */
function idOf(input: unknown): string {
  const id = typeof input === 'object' && input !== null ? (input as { id?: unknown }).id : undefined;
  return typeof id === 'string' && /^[\w:/@.-]{1,100}$/.test(id) ? id : '-';
}

/** Masks the free-text fields of a click before a handler, a gate, a record or the audit log sees them. */
export function maskInput({ freeText }: Action, input: unknown): { input: unknown; kinds: readonly string[] } {
  if (!freeText || typeof input !== 'object' || input === null) return { input, kinds: [] };
  if (freeText.every((field) => !lookUp(input as Readonly<Record<string, unknown>>, field)))
    return { input, kinds: [] };
  const { values, kinds } = maskFields(input, freeText);
  return { input: values, kinds };
}

/** The only way from a command or button to its handler: holds what the catalog marks, and runs approved acts only as approved. */

/** Somebody who is about to do something. */
interface Passage<Input> {
  readonly turn: Turn;
  /** `asksFirst`: it only opens a form. */
  readonly door: Door<Input> & {
    readonly asksFirst?: true;
    readonly preview?: (turn: Turn, input: Input) => Promise<string>;
  };
  readonly input: Input;
  /** What the line or the click names; without a service or environment, it is about all of them. */
  readonly reach: Reach;
  readonly asked: Omit<Asked, 'acts'>;
}

/** The handler's answer, or that of the gate. */
export async function passGate<Input>(
  options: RouterOptions,
  turnLog: TurnLog,
  passage: Passage<Input>,
  run: (approved: readonly Act[] | undefined) => Promise<Reply>,
): Promise<Reply> {
  return (await hold(options, turnLog, passage)) ?? run(turnLog.approved?.acts);
}

async function hold<Input>(
  { catalog, guard }: RouterOptions,
  turnLog: TurnLog,
  passage: Passage<Input>,
): Promise<Reply | undefined> {
  const { approved } = turnLog;
  const { confirm, fourEyes } = catalog();
  const { turn, door, input, asked } = passage;
  const done = operationsOf(door);
  if (done.length === 0) return undefined;
  // The handler gets exactly these acts, so nothing can change between this check and the work.
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

/** What a command or button can do; nothing if it only shows something, asks, or answers a question. */
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
