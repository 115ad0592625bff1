import type { AlertReading, AlertSource, Bound, SourceAlert } from '../../../connectors/contract';
import { createFreshLook, letOthersRun, withFairTimeLimit } from '../../../core/concurrency';
import { cleanText } from '../../../core/text';
import { openWorkflow } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import { problemKey, problemOfSilent, silentConnection, silentSource } from '../record';
import type { AlertStore } from '../store';
import { groupByProblem, unlistedIn } from './facts';
import { catchUp, recordTold } from '../told/follow';
import type { ToldAlert } from '../told/follow';
import { watchSources } from '../changes/follow';
import { watchName } from '../watch/facts';
import { reconcileEveryMs, reconcilingWorkflow, silentSources } from './workflow';
import type { Reconciling, SourceLook, SourceState } from './workflow';

/** Reads every alert source once a minute, so that nothing stays on a card that its source no longer says. */

const sharedId = 'all';
/** A source that needs longer doesn't answer. */
const readWithinMs = 20_000;
/** A single failure says little; from the second in a row, cards tell. */
const failuresUntilLost = 2;

interface ReconcileParts {
  readonly deps: FeatureDependencies;
  readonly alerts: AlertStore;
}

/** `begin` starts it, once for all instances. */
export function followSources(parts: ReconcileParts) {
  const watching = watchSources(parts.deps, readNow);

  async function readNow(connections: readonly string[]): Promise<void> {
    for (const source of parts.deps.systems.alertSources()) {
      if (!connections.includes(source.connection)) continue;
      const at = parts.deps.clock.now();
      const reading = await readInTime(parts, source);
      if (reading) await takeReading(parts, source, reading, { at, seenAt: undefined });
    }
  }

  const { apply, records } = openWorkflow(parts.deps, reconcilingWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => reconcileEveryMs,
    async wake({ id, value }) {
      watching.watchAll();
      const { stored } = await workflow.apply(id, { type: 'looked', looks: await lookAtAll(parts, value) }, {});
      if (stored) await tellSilence(parts, stored.value);
    },
  }));
  const looks = new Map<string, Look>();

  /** An extra reading says what fires, but not what has ended: it comes too soon after the one before. */
  function lookAt(connection: string): Look {
    const known = looks.get(connection);
    if (known) return known;
    let last: Awaited<ReturnType<Look['last']>>;
    const run = createFreshLook(async () => {
      const source = parts.deps.systems.alertSources().find((each) => each.connection === connection);
      const at = parts.deps.clock.now();
      const reading = source && (await readInTime(parts, source));
      if (reading) await takeReading(parts, source, { ...reading, isComplete: false }, { at, seenAt: undefined });
      last = { reading, at };
    });
    const look: Look = { run, last: () => last };
    looks.set(connection, look);
    return look;
  }

  return {
    begin: async (): Promise<void> => void (await apply(sharedId, { type: 'begin' }, {})),
    /** The connections that don't answer. */
    async lost(): Promise<readonly string[]> {
      const sources = (await records.get(sharedId))?.value.sources ?? [];
      return sources.flatMap(({ connection, failed }) => (failed ? connection : []));
    },
    /** Reads these connections out of turn. Never rejects because of a source. */
    readNow,
    /** A reading of one connection that began at `from` or later, because it called; undefined if it doesn't answer. Many calls share one. */
    async readCalled(connection: string, from: number): Promise<AlertReading | undefined> {
      const { run, last } = lookAt(connection);
      const at = last()?.at ?? -Infinity;
      // A reading from the future was made before the clock was set back.
      if (at < from || at > parts.deps.clock.now()) await run();
      return last()?.reading;
    },
    /** Records what a source said about one alert. */
    recordTold: (connection: string, told: ToldAlert): Promise<void> => recordTold(parts, connection, told),
  };
}

interface Look {
  readonly run: () => Promise<void>;
  /** The latest reading, and when it began. */
  readonly last: () => { readonly reading: AlertReading | undefined; readonly at: number } | undefined;
}

async function lookAtAll(parts: ReconcileParts, { sources }: Reconciling): Promise<SourceLook[]> {
  return Promise.all(
    parts.deps.systems.alertSources().map(async (source): Promise<SourceLook> => {
      const { connection } = source;
      const known = sources.find((each) => each.connection === connection);
      const at = parts.deps.clock.now();
      const reading = await readInTime(parts, source);
      if (reading) await takeReading(parts, source, reading, { at, seenAt: known?.readAt });
      else await noteFailure(parts, connection, known, at);
      return { connection, at, isRead: reading !== undefined, isHeard: isHeard(source, reading) };
    }),
  );
}

/** Whether the heartbeat of a source is there; undefined if it has none, or if a reading leaves some out. */
function isHeard({ heartbeat }: AlertSource, reading: AlertReading | undefined): boolean | undefined {
  if (heartbeat === undefined) return undefined;
  if (reading?.alerts.some(({ name }) => name === heartbeat)) return true;
  return reading?.isComplete === false ? undefined : false;
}

/** One alert for each source that no longer reports; it ends when the source is back, or gone from the catalog. */
async function tellSilence({ deps, alerts }: ReconcileParts, reconciling: Reconciling): Promise<void> {
  const sources = deps.systems.alertSources().filter(({ heartbeat }) => heartbeat !== undefined);
  const silent = silentSources(reconciling).filter(({ connection }) =>
    sources.some((each) => each.connection === connection),
  );
  const at = deps.clock.now();
  for (const { connection, since } of silent) {
    const heartbeat = sources.find((each) => each.connection === connection)?.heartbeat ?? '';
    const alert: SourceAlert = {
      ...{ key: connection, name: silentSource, severity: 'critical', since, labels: {}, silences: [] },
      summary: `Gavel isn’t receiving the ${heartbeat} heartbeat from ${cleanText(deps.systems.titleOf(connection), 40)}, so you might not hear about new alerts from it`,
    };
    await alerts.observe(problemOfSilent(connection), {
      connection: watchName,
      isComplete: false,
      at,
      alerts: [alert],
    });
  }
  for (const { id, value } of await alerts.open()) {
    const connection = silentConnection(value);
    if (connection === undefined || silent.some((each) => each.connection === connection)) continue;
    await alerts.apply(id, { type: 'end', connection: watchName, keys: [connection], at });
  }
}

/** Undefined if it doesn't answer. */
async function readInTime(
  { deps: { logger } }: ReconcileParts,
  source: Bound<AlertSource>,
): Promise<AlertReading | undefined> {
  try {
    return await withFairTimeLimit(source.read(), readWithinMs);
  } catch (error) {
    logger.warn({ error, connection: source.connection }, 'An alert source could not be read');
    return undefined;
  }
}

interface Times {
  readonly at: number;
  /** The reading before; undefined if there was none. */
  readonly seenAt: number | undefined;
}

async function takeReading(
  parts: ReconcileParts,
  source: Bound<AlertSource>,
  reading: AlertReading,
  { at, seenAt }: Times,
): Promise<void> {
  const { alerts, deps } = parts;
  const { connection } = source;
  // A heartbeat is no problem.
  const listed = { alerts: reading.alerts.filter(({ name }) => name !== source.heartbeat) };
  const groups = groupByProblem(listed, deps.catalog(), (alert) => deps.systems.concernedBy(connection, alert));
  const seen = { connection, isComplete: reading.isComplete, at, seenAt };
  const open = await alerts.open(['firing', 'acknowledged', 'resolved']);
  const known = new Map(open.map(({ value }) => [problemKey(value), value]));
  for (const [key, { problem, alerts: own }] of groups) {
    await letOthersRun();
    // Most of what a source lists is known in a storm, and needs no look into the store.
    if (alerts.isNews(known.get(key), { ...seen, alerts: own }))
      await alerts.observe(problem, { ...seen, alerts: own });
  }
  for (const { id } of unlistedIn(open, connection, groups))
    await alerts.apply(id, { type: 'observe', ...seen, alerts: [] });
  if (seenAt !== undefined) await catchUp(parts, source, reading, { at, seenAt });
}

async function noteFailure(
  { alerts }: ReconcileParts,
  connection: string,
  known: SourceState | undefined,
  at: number,
): Promise<void> {
  if ((known?.failed?.times ?? 0) + 1 < failuresUntilLost) return;
  const since = known?.readAt ?? at;
  for (const { id, value } of await alerts.open())
    if (value.signals.some((each) => each.connection === connection && each.ended === undefined))
      await alerts.apply(id, { type: 'lose', connection, since });
}
