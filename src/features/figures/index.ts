import type { PathMeasurement } from '../../connectors/contract';
import { openWorkflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { StartedRuns } from '../runs';
import { readSource } from '../scm';
import type { TestRuns } from '../tests';
import { measureRun, measureSource, measureTests } from './facts';
import { runFiguresWorkflow, sendEveryMs, sourceFiguresWorkflow } from './workflow';

interface FigureNeeds {
  readonly runs: Pick<StartedRuns, 'onEnd'>;
  readonly testRuns: TestRuns;
}

/**
 * Sends the numbers of pipelines, test suites, and source control to every connection that wants them: those of a run at most once, those of source control at a
 * fixed pace, which `begin` starts once for all instances.
 */
export function createFigures(
  deps: FeatureDependencies,
  { runs, testRuns }: FigureNeeds,
): { readonly begin: () => Promise<void> } {
  const { catalog, systems } = deps;
  const isWanted = (): boolean => systems.measurementSinks().length > 0;
  const sent = openWorkflow(deps, runFiguresWorkflow, () => ({ effects: {} }));
  const source = openWorkflow(deps, sourceFiguresWorkflow, (workflow) => ({
    effects: {},
    wakesWithinMs: () => sendEveryMs,
    async wake({ id }) {
      if (!isWanted()) return void (await workflow.apply(id, { type: 'unwanted' }, {}));
      for (const service of Object.keys(catalog().services)) await sendSource(service);
      await workflow.apply(id, { type: 'sent' }, {});
    },
  }));

  async function sendSource(service: string): Promise<void> {
    const found = systems.source(service);
    if (found) await send(deps, measureSource(await readSource(deps, service, found, [])));
  }

  async function sendOnce(id: string, measured: readonly PathMeasurement[]): Promise<void> {
    if (measured.length === 0 || !isWanted()) return;
    // A process that dies from here on leaves a gap, and never a run that counts twice.
    const { changed } = await sent.apply(id, { type: 'mark' }, {});
    if (changed) await send(deps, measured);
  }

  runs.onEnd((id, run) => sendOnce(id, measureRun(run)));
  testRuns.onEnd((id, run) => sendOnce(`tests:${id}`, measureTests(run)));
  return { begin: async () => void (await source.apply('all', { type: 'begin' }, {})) };
}

/** Never rejects because of a connection. */
async function send(
  { systems, logger }: Pick<FeatureDependencies, 'systems' | 'logger'>,
  measured: readonly PathMeasurement[],
): Promise<void> {
  const sinks = systems.measurementSinks();
  const results = await Promise.allSettled(sinks.map((sink) => sink.send(measured)));
  for (const [index, each] of results.entries())
    if (each.status === 'rejected') {
      const error: unknown = each.reason;
      logger.warn({ error, connection: sinks[index]?.connection, path: measured[0]?.path }, 'Figures were not sent');
    }
}
