import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AdaptiveCards } from '@microsoft/adaptivecards-tools';
import { renderCard } from '../../src/core/card';
import { figure, median, times } from './contract';
import type { Measurement } from './contract';
import { buildFleet } from './health-card-built';
import type { FleetData } from './health-card-built';
import { costUs } from './routing';

const name = 'health/fleet';
const cards = join(__dirname, '../../cards');
const services = 20;

/** The sample of the card with twenty services in two environments. */
export function fleetOfTwenty(): FleetData {
  const sample = JSON.parse(readFileSync(join(cards, `${name}.sample.json`), 'utf8')) as FleetData;
  const rows = Array.from({ length: services }, (_, index) => {
    const row = sample.rows[index % sample.rows.length] ?? { service: '', cells: [] };
    return { ...row, service: `service-${index + 1}` };
  });
  return { ...sample, rows };
}

/** Gavel adds a fallback for old clients to each action; the template doesn't have it. */
export function withoutFallbacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFallbacks);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'fallback');
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutFallbacks(item)]));
}

export const healthCard: Measurement = {
  how: 'Processor time to draw the health card of 20 services in two environments. The peers are adaptivecards-tools with the same template and data, and a plain function that builds the same card by hand.',
  async measure({ rounds, note }) {
    const data = fleetOfTwenty();
    const template = JSON.parse(readFileSync(join(cards, `${name}.json`), 'utf8')) as object;
    const ways = {
      gavel: () => renderCard(name, data),
      tools: () => AdaptiveCards.declare(template).render(data),
      built: () => buildFleet(data),
    };
    const plain = (way: keyof typeof ways): unknown => withoutFallbacks(JSON.parse(JSON.stringify(ways[way]())));
    for (const way of ['tools', 'built'] as const)
      if (!isDeepStrictEqual(plain('gavel'), plain(way))) note(`The health card differs from that of ${way}`);
    const costs = { gavel: [] as number[], tools: [] as number[], built: [] as number[] };
    for (let round = 0; round <= rounds; round++)
      for (const way of ['gavel', 'tools', 'built'] as const) {
        const cost = costUs(ways[way], way === 'tools' ? 400 : 200);
        if (round > 0) costs[way].push(cost);
      }
    const [own, tools, built] = [median(costs.gavel), median(costs.tools), median(costs.built)];
    const bytes = figure(JSON.stringify(ways.gavel()).length);
    return [
      {
        what: `health card of ${services} services (${bytes} characters), peer adaptivecards-tools`,
        gavel: `${figure(own / 1_000)} ms`,
        peer: `${figure(tools / 1_000)} ms`,
        ratio: times(own / tools),
        aim: 'under 1 ms',
        holds: own < 1_000,
      },
      {
        what: 'the same, peer a function that builds it by hand',
        gavel: `${figure(own / 1_000)} ms`,
        peer: `${figure(built / 1_000)} ms`,
        ratio: times(own / built),
        aim: '–',
      },
    ];
  },
};
