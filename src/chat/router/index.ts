import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { withCorrelation } from '../../core/telemetry/correlation';
import { UserError } from '../../core/errors';
import { canChange } from '../../core/operations';
import { lookUp } from '../../core/look-up';
import { mayAnywhere } from '../../core/catalog/rights';
import { silentTelemetry } from '../../core/telemetry';
import { plainText } from '../../core/text';
import type { Arguments, Command, EndedTurn, Outcome, Reply, Turn } from '../contract';
import { describeFailure } from './failure-text';
import { createLanguage } from '../language';
import type { Parsed, Suggestion } from '../language';
import { lineAsRead, withNames } from '../mentions';
import type { Router, RouterOptions } from './contract';
import { passGate } from './gate';
import { ChooseInput, idOf, writeLine, readInput, RunInput, withChosen } from './input';
import type { TurnLog } from './input';
import { resolvePeople } from './people';
import { maskCommand, maskInput } from './secrets';
import { collectActions, lineThatAsks, knownNames, namedReach } from './tables';
import { smallTalk } from '../language/small-talk';
import { normalizeText } from '../language/tokens';
import { chooseCard, nearestCard, partialLine, refusalCard, describeTarget } from './cards';
import { onlyShows, preparerOf, preparedCard } from './prepared';

/** Typed commands and clicked verbs to their handlers: parse, check the right, run. Holds the only catch of a turn. */

export type { Router, RouterOptions } from './contract';

const given = (args: Arguments) => Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));

/** Throws when two features claim one word or verb, or a verb does not begin with the name of its feature. */
export function createRouter({
  features,
  catalog,
  guard,
  resolveAlias,
  recordTurn,
  personToAsk,
  people: finder,
  warnAboutSecret,
  refresh,
  audit,
  clock,
  logger,
  telemetry = silentTelemetry,
}: RouterOptions): Router {
  const language = createLanguage(features.flatMap((feature) => feature.commands ?? []));
  const featureOf = new Map(features.flatMap(({ name, commands }) => (commands ?? []).map((each) => [each, name])));
  const actions = collectActions(features);

  const at = (turnLog: TurnLog) => ({ catalog: catalog(), guard, turnLog });
  const parse = (text: string): Parsed => language.parse(text, knownNames(catalog()));

  async function runText(turn: Turn, text: string, turnLog: TurnLog): Promise<Reply> {
    turnLog.said = lineAsRead(turn, text);
    const parsed = parse(normalizeText(text) === '' ? 'help' : text);
    if (parsed.kind !== 'unknown') return runParsed(turn, parsed, text, turnLog);
    const found = await resolveAlias?.(turn, parsed.words);
    if (typeof found === 'object') turnLog.prepared = found;
    const line = typeof found === 'object' ? found.line : found;
    // What was meant goes the way of every typed line, and is not looked up again: it can't stand for itself.
    const meant = line === undefined ? parsed : parse(line);
    if (line !== undefined && meant.kind !== 'unknown') {
      turnLog.meant = lineAsRead(turn, line);
      return runParsed(turn, meant, line, turnLog);
    }
    turnLog.outcome = 'not understood';
    const answer = smallTalk(parsed.text);
    if (answer !== undefined) return { notice: answer };
    const helper = await personToAsk?.(turn);
    return nearestCard(
      turn,
      parsed.text,
      parsed.nearest.filter((each) => mayRun(turn, each)),
      helper,
    );
  }

  /** As `runParsed` will decide it. */
  function mayRun({ person }: Turn, { command: { right }, args }: Suggestion): boolean {
    return right === undefined || mayAnywhere(catalog(), person.id, right, namedReach(catalog(), args));
  }

  async function runParsed(
    turn: Turn,
    parsed: Exclude<Parsed, { kind: 'unknown' }>,
    line: string,
    turnLog: TurnLog,
  ): Promise<Reply> {
    turnLog.said ||= line;
    const { command } = parsed;
    const target = namedReach(catalog(), parsed.args);
    turnLog.what = `${featureOf.get(command) ?? 'chat'}.${command.name}`;
    turnLog.target = describeTarget(target) || parsed.args['id']?.slice(0, 80) || '-';
    turnLog.changes = canChange(command.operation);
    // A menu check: whoever may do this nowhere has no line of theirs read further. The command checks what it really touches.
    if (command.right !== undefined && !mayAnywhere(catalog(), turn.person.id, command.right, target)) {
      turnLog.outcome = 'refused';
      return refusalCard(catalog(), turn, command, target, clock.now(), lineThatAsks(language, command, target));
    }
    if (turnLog.prepared && !onlyShows(command)) {
      turnLog.outcome = 'asked back';
      return preparedCard(catalog(), turn, turnLog.prepared, line, clock.now());
    }
    const named = await resolvePeople(catalog(), finder, turn, command, parsed.args);
    if ('ask' in named) {
      turnLog.outcome = 'asked back';
      return named.ask;
    }
    const { args, people } = named;
    if (parsed.kind === 'missing') {
      turnLog.outcome = 'asked back';
      return chooseCard(catalog(), turn, command, args);
    }
    if (parsed.extra.length > 0 && command.arguments.length > 0)
      throw new UserError(
        `I did not understand “${plainText(withNames(turn, parsed.extra.join(' ')), 80)}” there, so nothing was done. Write it like \`${command.examples[0] ?? command.name}\`.`,
      );
    const full = { ...turn, people };
    const masked = maskCommand(command, args, line);
    warnAboutSecret?.(turn, masked.kinds);
    const asked = { action: command.name, line: masked.line, words: lineAsRead(turn, masked.line) };
    return passGate(at(turnLog), { turn: full, door: command, input: masked.args, reach: target, asked }, () =>
      command.run(full, masked.args),
    );
  }

  /** The line of the card, completed by what was chosen, as if it had been typed. */
  async function runChosen(turn: Turn, input: z.infer<typeof ChooseInput>, turnLog: TurnLog): Promise<Reply> {
    const parsed = parse(input.id);
    if (parsed.kind === 'unknown') return runText(turn, input.id, turnLog);
    const { command } = parsed;
    const args = withChosen(command, parsed.args, input);
    const argument = command.arguments.find((spec) => spec.required === true && lookUp(args, spec.name) === undefined);
    if (argument) return runParsed(turn, { kind: 'missing', command, args, argument }, input.id, turnLog);
    return runParsed(turn, { kind: 'command', command, args, extra: [] }, faithfulLine(command, args), turnLog);
  }

  /** As somebody would type it, if that means the very same: it may be run again after an approval. */
  function faithfulLine(command: Command, args: Arguments): string {
    const line = writeLine(command, args);
    const again = parse(line);
    const isSame = again.kind === 'command' && again.command === command && again.extra.length === 0;
    return isSame && isDeepStrictEqual(given(again.args), given(args)) ? line : partialLine(command, args);
  }

  async function runAction(turn: Turn, verb: string, input: unknown, turnLog: TurnLog): Promise<Reply> {
    const own = verb === 'chat.run' || verb === 'chat.choose';
    const action = actions.get(verb);
    if (!own && !action) throw new UserError('This button no longer works. Write help to see what I can do.');
    if (turn.trigger === 'automatic' && (!action || canChange(action.operation)))
      throw new UserError('Nothing was done: a card that refreshes by itself changes nothing.');
    if (own) {
      const line = verb === 'chat.run' ? readInput(RunInput, input) : readInput(ChooseInput, input);
      turnLog.prepared = preparerOf(catalog(), turn, line.by);
      return verb === 'chat.run' ? runText(turn, line.id, turnLog) : runChosen(turn, line, turnLog);
    }
    if (!action) return { nothing: true };
    Object.assign(turnLog, { what: verb, target: idOf(input), changes: canChange(action.operation) });
    const masked = maskInput(action, input);
    const parsed = readInput(action.input, masked.input);
    warnAboutSecret?.(turn, masked.kinds);
    const asked = { action: verb, input: masked.input };
    return passGate(at(turnLog), { turn, door: action, input: parsed, reach: {}, asked }, () =>
      action.run(turn, parsed),
    );
  }

  /** The one catch, and the one audit entry of the edge. */
  async function guarded(turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> {
    return withCorrelation(turn.correlationId, () => watched(turn, run));
  }

  async function watched(turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> {
    const begun = performance.now();
    const startedAt = clock.now();
    let succeeded = true;
    const turnLog: TurnLog = { what: 'chat.turn', target: '-', changes: false, said: '' };
    try {
      await refresh?.();
      const { audit: outcome, ...reply } = await run(turnLog);
      if (outcome) await record(turn, turnLog, outcome);
      else if (turnLog.outcome === 'refused' && turnLog.changes)
        await record(turn, turnLog, { target: turnLog.target, outcome: 'refused' });
      tell(turn, turnLog, outcome?.outcome ?? 'done', reply as Reply);
      return reply as Reply;
    } catch (error) {
      const words = describeFailure(error, turn.reference);
      const fields = { what: turnLog.what, reference: turn.reference, correlationId: turn.correlationId };
      succeeded = !words.unexpected;
      if (words.unexpected) logger.error({ ...fields, error }, 'A command or click failed');
      else logger.info(fields, 'A command or click was refused');
      if (turnLog.changes && turn.trigger !== 'automatic')
        await record(turn, turnLog, { target: turnLog.target, outcome: words.outcome });
      tell(turn, turnLog, words.outcome, { notice: words.sentence });
      return { notice: words.sentence };
    } finally {
      const durationMs = performance.now() - begun;
      telemetry.request({ name: turnLog.what, correlationId: turn.correlationId, startedAt, durationMs, succeeded });
    }
  }

  function tell(
    turn: Turn,
    { what, said, meant, ...turnLog }: TurnLog,
    outcome: EndedTurn['outcome'],
    reply: Reply,
  ): void {
    turnLog.ended?.(turnLog.outcome ?? outcome);
    if (turn.trigger === 'automatic') return;
    const ended = { what, said: said || what, ...(meant !== undefined && { meant }), reply };
    recordTurn?.(turn, { ...ended, outcome: turnLog.outcome ?? outcome });
  }

  /** What happened has happened: an entry that can't be written is reported, not turned into a failure of the turnLog. */
  async function record(turn: Turn, { what }: TurnLog, outcome: Outcome): Promise<void> {
    const { correlationId } = turn;
    const entry = { at: clock.now(), who: turn.person.id, what, ...outcome, from: turn.place.id, correlationId };
    try {
      await audit.append({ ...entry, key: `turn:${correlationId}:${what}:${outcome.outcome}` });
    } catch (error) {
      logger.error({ error, entry }, 'An audit entry could not be written');
    }
  }

  return {
    handleText: (turn, text, ended) =>
      guarded(turn, (turnLog) => runText(turn, text, Object.assign(turnLog, { ended }))),
    handleAction: (turn, verb, input) => guarded(turn, (turnLog) => runAction(turn, verb, input, turnLog)),
    handleApproved: (turn, asked) =>
      guarded(turn, (turnLog) => {
        turnLog.approved = asked;
        const { action, line, input } = asked;
        return line === undefined ? runAction(turn, action, input, turnLog) : runText(turn, line, turnLog);
      }),
    understands: (text) => parse(text).kind !== 'unknown',
  };
}
