import { people } from '../features/fakes';
import { hostileName } from './contract';
import type { Bound, MetricSource, Series } from '../../src/connectors/contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Metrics as graphs, what can be graphed, and numbers. */

const { dana } = people;
const minuteMs = 60_000;

const wave = (at: number, size: number): number => Math.round(size * (2 + Math.sin(at / (9 * minuteMs))));

/** What measures the services besides their usual numbers. */
function queues(hostile: boolean): Bound<MetricSource> {
  const line = (name: string, size: number, from: number, to: number): Series => ({
    name,
    points: Array.from({ length: 61 }, (_, index) => {
      const at = from + Math.round((index * (to - from)) / 60);
      return { at, value: wave(at, size) };
    }),
  });
  return {
    connection: 'prometheus',
    figures: async () => undefined,
    history: async () => [],
    queries: [
      { name: 'queue length', unit: 'jobs', limit: 100 },
      { name: 'memory', unit: 'bytes' },
      { name: 'unanswered', unit: '' },
    ],
    async series(name, from, to) {
      if (name === 'unanswered') throw new Error('no route');
      if (name === 'memory') return [line('', 400_000_000, from, to)];
      const lines = [line(hostile ? hostileName : 'eu-west', 38, from, to), line('us-east', 20, from, to)];
      return [...lines, line('ap-south', 12, from, to), line('eu-north', 8, from, to), line('sa-east', 5, from, to)];
    },
  };
}

const measured = (stage: Stage, hostile = false): void => {
  const { systems } = stage.world.deps;
  const { metrics } = systems;
  const beside = queues(hostile);
  Object.assign(systems, {
    titleOf: () => 'Prometheus',
    metrics: (service: string, environment: string) => [...metrics(service, environment), beside],
  });
};

const graphs = scene(async (stage) => {
  const { show, readings, world } = stage;
  measured(stage);
  readings.set('shop/production', { p95Ms: (minute) => (minute < 52 ? 122 + (minute % 5) : 380 + 4 * (minute - 52)) });
  await show('', dana, 'graph p95 of shop in production');
  await show('lines', dana, 'graph queue length of shop in production last 3h');
  await show('no-limit', dana, 'graph memory of shop last 24h');
  await show('minimum', dana, 'graph traffic of shop in production');
  await show('not-answered', dana, 'graph unanswered of shop in production');
  readings.set('shop/production', { figures: 'none' });
  await show('no-data', dana, 'graph errors of shop in production');
  await show('graph-choose', dana, 'graph of shop');
  await show('graph-unknown', dana, 'graph weather of shop');
  await show('graph-metrics', dana, 'metrics of shop in production');
  readings.clear();
  await world.pass(minuteMs, minuteMs);
  await show('graph-stats', dana, 'stats shop');
});

const hostile = scene(async (stage) => {
  measured(stage, true);
  await stage.show('hostile', dana, 'graph queue length of shop in production');
});

export const graphScenes = [graphs, hostile];
