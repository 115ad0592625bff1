import type { Command, Reply, Turn } from '../../chat/contract';
import { requireEverywhere, requireService } from '../../core/catalog/refusals';
import { wholeService } from '../../core/catalog/rights';
import type { FeatureDependencies } from '../contract';
import { describe__Pascal__ } from './text';

/** What people type. */
export function __camel__Commands(deps: FeatureDependencies): Command[] {
  return [
    {
      name: '__words__',
      operation: 'look',
      summary: 'Shows the __words__ of a service',
      topic: 'Look',
      arguments: [{ name: 'service', kind: 'service', summary: 'which service', required: true }],
      examples: ['__words__ shop'],
      right: 'view',
      run: (turn, { service = '' }) => show__Pascal__(deps, turn, service),
    },
  ];
}

async function show__Pascal__(deps: FeatureDependencies, turn: Turn, service: string): Promise<Reply> {
  const catalog = deps.catalog();
  requireService(catalog, service);
  requireEverywhere(catalog, turn.person.id, {
    right: 'view',
    scope: wholeService(catalog, service),
    what: `view ${service}`,
    where: `${service} in every environment`,
  });
  return { text: describe__Pascal__(service) };
}
