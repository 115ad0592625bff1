import { silentTelemetry } from '../../core/telemetry';
import { withCorrelation } from '../../core/telemetry/correlation';
import type { EndedTurn, Outcome, Reply, Turn } from '../contract';
import { createLanguage } from '../language';
import { runAction } from './clicked';
import type { Router, RouterOptions } from './contract';
import { describeFailure } from './failure-text';
import type { TurnLog } from './input';
import { collectActions } from './tables';
import { parse, runText } from './typed';

/** Typed commands and clicked verbs to their handlers: parse, check the right, pass the gate, run. Holds the only catch of a turn. */

export type { Router, RouterOptions } from './contract';

/** Throws when two features claim one word or verb, or a verb does not begin with the name of its feature. */
export function createRouter(options: RouterOptions): Router {
  const { features } = options;
  const language = createLanguage(features.flatMap(({ commands = [] }) => commands));
  const featureOf = new Map(features.flatMap(({ name, commands = [] }) => commands.map((each) => [each, name])));
  const parts = { ...options, language, featureOf, actions: collectActions(features) };
  const handle = (turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> =>
    withCorrelation(turn.correlationId, () => runTurn(options, turn, run));

  return {
    handleText: (turn, text, ended) =>
      handle(turn, (turnLog) => runText(parts, turn, text, Object.assign(turnLog, { ended }))),
    handleAction: (turn, verb, input) => handle(turn, (turnLog) => runAction(parts, turn, verb, input, turnLog)),
    handleApproved: (turn, asked) =>
      handle(turn, (turnLog) => {
        turnLog.approved = asked;
        const { action, line, input } = asked;
        return line === undefined
          ? runAction(parts, turn, action, input, turnLog)
          : runText(parts, turn, line, turnLog);
      }),
    understands: (text) => parse(parts, text).kind !== 'unknown',
  };
}

/** The one catch, and the one audit entry of the edge. */
async function runTurn(options: RouterOptions, turn: Turn, run: (turnLog: TurnLog) => Promise<Reply>): Promise<Reply> {
  const { refresh, clock, logger, telemetry = silentTelemetry } = options;
  const begun = performance.now();
  const startedAt = clock.now();
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
    if (turnLog.changes && turn.trigger !== 'automatic')
      await record(options, turn, turnLog, { target: turnLog.target, outcome: failure.outcome });
    tell(options, turn, turnLog, failure.outcome, { notice: failure.sentence });
    return { notice: failure.sentence };
  } finally {
    const durationMs = performance.now() - begun;
    telemetry.request({ name: turnLog.what, correlationId: turn.correlationId, startedAt, durationMs, succeeded });
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
  if (turn.trigger === 'automatic') return;
  recordTurn?.(turn, { what, said: said || what, ...(meant !== undefined && { meant }), reply, outcome: howItEnded });
}

/** What happened has happened: an entry that can't be written is reported, not turned into a failure of what was done. */
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
