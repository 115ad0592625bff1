import type { AlertReading, AlertSource, Bound, SourceAlert } from '../../../connectors/contract';
import { letOthersRun, withFairTimeLimit } from '../../../core/concurrency';
import { idFrom } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { Told } from './transitions';
import { problemKey } from '../record';
import type { AlertStore } from '../store';
import { alertOfPast, boundedAlert, cappedSeverity, targetsOf } from '../sources/facts';

/** What has happened at a source between two readings: by what it told, and by its own history. */

/** Sources keep their history by full seconds, or write it down late. */
const overlapMs = 120_000;
/** A source that needs longer doesn't answer. */
const readWithinMs = 20_000;
const maxPast = 5_000;

interface PastParts {
  readonly deps: FeatureDependencies;
  readonly alerts: AlertStore;
}

/** What a source said about one of its alerts. */
export type ToldAlert = Omit<Told, 'connection'>;

/** Records what came and went since the reading before, from the history of a source that has one. */
export async function catchUp(
  parts: PastParts,
  source: Bound<AlertSource>,
  reading: AlertReading,
  { at, seenAt }: { readonly at: number; readonly seenAt: number },
): Promise<void> {
  const { connection } = source;
  // The history of a source that has just started has ends that are none.
  if (!source.history || !reading.isComplete) return;
  const fromMs = seenAt - overlapMs;
  const past = await withFairTimeLimit(source.history(fromMs, at), readWithinMs).catch(
    (error: unknown) => void parts.deps.logger.warn({ error, connection }, 'The history of an alert source is missing'),
  );
  const listed = new Map(reading.alerts.map(({ key, since }) => [key, since]));
  for (const each of (past ?? []).slice(-maxPast)) {
    if (each.to === undefined) continue;
    await letOthersRun();
    const since = listed.get(each.key);
    // What the source says now wins: it has fired since before.
    if (since !== undefined && since < each.to) continue;
    // What had begun before is only known to have fired then.
    const began = each.from > fromMs && { from: each.from };
    const told = { alert: alertOfPast(each), ...began, to: { at: each.to }, isListed: since !== undefined };
    await recordTold(parts, connection, told);
  }
}

/** Records what a source said about an alert; what nobody saw is recorded without a message. */
export async function recordTold({ alerts, deps }: PastParts, connection: string, told: ToldAlert): Promise<void> {
  const { alert, to, isListed } = told;
  const source = deps.systems.alertSources().find((each) => each.connection === connection);
  if (source?.heartbeat === alert.name) return;
  for (const target of targetsOf(alert, (each) => deps.systems.concernedBy(connection, each))) {
    const problem = { ...target, name: cleanText(alert.name, 120) };
    const severity = cappedSeverity(deps.catalog(), target, alert.severity);
    const own: SourceAlert = boundedAlert({ ...alert, severity });
    const known = await alerts.current(problem);
    if (known) {
      await alerts.apply(known.id, { type: 'tell', ...told, connection, alert: own });
      continue;
    }
    if (to === undefined || isListed) continue;
    if (await alerts.hasSeen(problem, connection, own, to.at)) continue;
    const id = idFrom('past', connection, problemKey(problem), alert.key, String(alert.since));
    await alerts.remember(id, problem, { connection, alert: own, to: to.at });
  }
}
