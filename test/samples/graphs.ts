import { Resvg } from '@resvg/resvg-js';
import { people } from '../features/fakes';
import { hostileName } from './contract';
import type { Bound, MetricSource, Series } from '../../src/connectors/contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Metrics as graphs, what can be graphed, and numbers. */

const { avery, dana } = people;
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
      { name: 'heat map', unit: '', prefersPicture: true },
    ],
    async series(name, from, to) {
      if (name === 'unanswered' || name === 'heat map') throw new Error('no route');
      if (name === 'memory') return [line('', 400_000_000, from, to)];
      const lines = [line(hostile ? hostileName : 'eu-west', 38, from, to), line('us-east', 20, from, to)];
      return [...lines, line('ap-south', 12, from, to), line('eu-north', 8, from, to), line('sa-east', 5, from, to)];
    },
    picture: async (name) => (name === 'heat map' ? drawnByTool() : undefined),
  };
}

/** As a tool draws, with an axis and a key of its own. */
function drawnByTool(): Uint8Array {
  const cells = Array.from({ length: 24 * 8 }, (_, index) => {
    const [column, row] = [index % 24, Math.floor(index / 24)];
    const share = Math.max(0, Math.sin(column / 5) * Math.cos(row / 3));
    return `<rect x="${30 + column * 23}" y="${20 + row * 28}" width="22" height="27" fill="#${shades[Math.floor(share * 4)]}"/>`;
  });
  const axis = '<path d="M29 18V246H584" fill="none" stroke="#666" stroke-width="2"/>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="280"><rect width="600" height="280" fill="#fff"/>${cells.join('')}${axis}</svg>`;
  return new Resvg(svg).render().asPng();
}

const shades = ['f3f0fa', 'cfc6ec', '9d8cd8', '6b52c0', '41288f'] as const;

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
  await show('picture', dana, 'graph heat map of shop in production last 24h');
  await show('not-answered', dana, 'graph unanswered of shop in production');
  readings.set('shop/production', { figures: 'never' });
  await show('no-data', dana, 'graph errors of shop in production');
  await show('graph-choose', dana, 'graph');
  await show('graph-several', dana, 'graph u of shop last 5h');
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

const favorites = scene(async (stage) => {
  measured(stage);
  const { ask, keep, show, type } = stage;
  await show('favorites-none', dana, 'graph favorites');
  keep('graph-keep', await ask(dana, 'graphs.keep', 'shop/production/180/p95'));
  keep('graph-more', await ask(dana, 'graphs.more', 'shop/production/60/p95'));
  await type(dana, 'graph keep p95 of shop in production last 3h as checkout');
  await type(dana, 'graph keep queue length of shop in production last 24h as queues for this channel', 'channel');
  await type(avery, 'graph keep errors of payments as failed payments for this channel', 'channel');
  await show('favorites', dana, 'graph favorites');
  await show('favorites-channel', dana, 'graph favorites', 'channel');
  await show('graph-remove', dana, 'graph remove', 'channel');
});

export const graphScenes = [graphs, hostile, favorites];
