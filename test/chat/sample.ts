import type { ArgumentSpec, Command, Turn } from '../../src/chat/contract';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';

/** A small catalog, commands and turns for the tests of chat. */

export const tenant = '00000000-0000-4000-8000-00000000c0de';
const object = (end: string): string => `11111111-0000-4000-8000-0000000000${end}`;
export const objectIds = { dana: object('d1'), avery: object('a1'), nico: object('e1') };
export const personIds = {
  dana: `entra:${tenant}/${objectIds.dana}`,
  avery: `entra:${tenant}/${objectIds.avery}`,
  nico: `entra:${tenant}/${objectIds.nico}`,
};

export function sampleCatalog(): Catalog {
  const parsed = parseCatalog(`
people:
  dana: { id: "${personIds.dana}", name: Dana Developer }
  avery: { id: "${personIds.avery}", name: Avery Approver }
  nico: { id: "${personIds.nico}", name: Nico Newcomer }
grants:
  - { person: dana, role: developer }
  - { person: avery, role: admin }
  - { person: nico, role: viewer }
services:
  shop: { description: Shop, environments: [staging, production], limits: &l { p95Ms: 1, p50Ms: 1, errorPercent: 1, minimumRequestsPerSecond: 0 } }
  search: { description: Search, environments: [staging], limits: *l }
environments:
  staging: { risk: low, deploy: &r { required: 0 }, rollback: *r, restart: *r, verifyForSeconds: 1, rollBackAutomatically: false }
  production: { risk: high, deploy: *r, rollback: *r, restart: *r, verifyForSeconds: 1, rollBackAutomatically: false }
`);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
}

export function turnBy(person: keyof typeof personIds, more: Partial<Turn> = {}): Turn {
  return {
    correlationId: `correlation-${person}`,
    reference: '4f2a91c0',
    receivedAt: 0,
    person: { id: personIds[person], name: person },
    place: { id: '19:deployments@thread.tacv2', kind: 'channel', name: 'Deployments' },
    thread: undefined,
    trigger: 'typed',
    begin: () => Promise.resolve(),
    ...more,
  };
}

export function command(name: string, specs: readonly ArgumentSpec[], more: Partial<Command> = {}): Command {
  return {
    name,
    operation: 'lock',
    summary: `Does ${name}`,
    topic: 'Ship',
    arguments: specs,
    examples: [name],
    isInFront: true,
    run: (_turn, args) => Promise.resolve({ text: `${name} ${JSON.stringify(args)}` }),
    ...more,
  };
}

const service = { name: 'service', kind: 'service', summary: 'what' } as const;
const environment = { name: 'environment', kind: 'environment', summary: 'where', keyword: 'to' } as const;

export const deploy = command(
  'deploy',
  [service, { name: 'release', kind: 'release', summary: 'which' }, environment],
  { synonyms: ['ship'], right: 'deploy', examples: ['deploy shop to staging'] },
);
export const rollback = command(
  'rollback',
  [
    { ...service, required: true },
    { ...environment, keyword: 'in', required: true },
  ],
  { synonyms: ['roll back'], right: 'deploy', examples: ['rollback shop in production'] },
);
export const reject = command('reject', [
  { name: 'id', kind: 'deployment', summary: 'which', required: true },
  { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
]);
export const deployments = command('deployments', [service], { right: 'view' });
export const help = command('help', [{ name: 'topic', kind: 'text', summary: 'about what' }]);
export const commands = [deploy, rollback, reject, deployments, help];
