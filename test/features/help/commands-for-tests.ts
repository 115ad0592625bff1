import type { Command, Topic, Turn } from '../../../src/chat/contract';
import { systemsOf } from '../../systems';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog, Right } from '../../../src/core/catalog';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { FeatureDependencies } from '../../../src/features/contract';
import type { Sweeper } from '../../../src/jobs/contract';
import type { Store } from '../../../src/store/contract';
import { createMovableClock } from '../../core/time/movable-clock';

export const start = Date.parse('2026-11-20T13:51:00Z');
const id = (end: string): string =>
  `entra:00000000-0000-4000-8000-00000000c0de/11111111-0000-4000-8000-0000000000${end}`;
export const dana = { id: id('d1'), name: 'Dana Developer' };
export const ada = { id: id('ad'), name: 'Ada Admin' };
export const nico = { id: id('e1'), name: 'Nico Newcomer' };
export const stranger = { id: id('ff'), name: '*Mallory* [x](https://x)' };

const environment = (required: number): string =>
  `{ risk: low, deploy: { required: ${required} }, rollback: { required: 0 }, restart: { required: 0 }, verifyForSeconds: 30, rollBackAutomatically: true }`;
const limits = '{ p95Ms: 300, p50Ms: 100, errorPercent: 1, minimumRequestsPerSecond: 1 }';

/** Three people, one service, two environments. */
export function sampleCatalog(): Catalog {
  const parsed = parseCatalog(`
timeZone: Europe/Berlin
people:
  dana: { id: '${dana.id}', name: Dana Developer }
  ada: { id: '${ada.id}', name: Ada Admin }
  nico: { id: '${nico.id}', name: Nico Newcomer }
grants: [ { everyone: true, role: viewer }, { person: dana, role: developer }, { person: ada, role: admin } ]
services: { shop: { description: Sells, environments: [staging, production], limits: ${limits} } }
environments: { staging: ${environment(0)}, production: ${environment(1)} }
`);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
}

/** Dependencies of a feature that only reads the catalog, the clock and perhaps the store. */
export function readingDependencies(store = {} as Store): FeatureDependencies {
  const catalog = sampleCatalog();
  return {
    catalog: () => catalog,
    store,
    outbox: {
      put: async () => undefined,
      fate: async () => undefined,
      onUndeliverable: () => undefined,
      drawCopies: () => undefined,
      changed: async () => undefined,
    },
    systems: systemsOf(() => undefined),
    sweeper: {} as Sweeper,
    clock: createMovableClock(start),
    logger: silentLogger,
  };
}

export function turnOf(person: { id: string; name: string }, kind: 'channel' | 'personal' = 'channel'): Turn {
  return {
    correlationId: 'c1',
    reference: '4f2a91c0',
    receivedAt: start,
    person,
    place: { id: 'p', kind, name: kind === 'channel' ? 'Deployments' : 'Gavel' },
    thread: undefined,
    trigger: 'typed',
    begin: async () => undefined,
  };
}

/** A command that does nothing, for help to describe. */
export function command(name: string, topic: Topic, right: Right | undefined, summary = `Does ${name}`): Command {
  return {
    name,
    operation: 'look',
    summary,
    topic,
    right,
    arguments: [{ name: 'service', kind: 'service', summary: 'which one', required: true }],
    examples: [`${name} shop`],
    isInFront: true,
    run: async () => ({ nothing: true }),
  };
}
