import { isSeenByAll, listTopic } from '../../chat/contract';
import type { Command, Reply, Turn } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { checkedTarget } from '../health';
import type { ServiceTarget } from '../health';
import { podsCard } from './cards';
import { readWorkload } from './facts';

/** What changes on a card of pods that Gavel knows of. */
const workloadShows = ['deployments'];

/** `pods`: what a service runs as in an environment. */
export function workloadCommands(deps: FeatureDependencies): Command[] {
  return [
    {
      name: 'rollout status',
      synonyms: ['pods', 'pod', 'replicas'],
      phrasings: [
        'pods|replicas|instances [of|for] {service} [in|on] [{environment}]',
        '{service} pods|replicas [in|on] [{environment}]',
        'how many pods|replicas|instances does {service} have [in|on] [{environment}]',
        'how many pods|replicas|instances of {service} are [there|running|ready] [in|on] [{environment}]',
        'which|what pods|replicas of {service} are not ready|failing|crashing [in|on] [{environment}]',
        'is the rollout of {service} stuck|done|finished [in|on] [{environment}]',
      ],
      operation: 'look',
      topic: 'Look',
      right: 'view',
      summary: 'Show the pods of a service and its rollout',
      shows: workloadShows,
      arguments: [
        { name: 'service', kind: 'service', summary: 'the service', required: true },
        { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
      ],
      examples: ['pods shop in production', 'rollout status shop in staging'],
      run: (turn, { service = '', environment }) =>
        showPods(deps, turn, checkedTarget(deps.catalog(), service, environment)),
    },
  ];
}

/** Everybody in a channel sees a card that answers a typed line, so it shows only what they all can view. */
export async function showPods(deps: FeatureDependencies, turn: Turn, target: ServiceTarget): Promise<Reply> {
  const report = await readWorkload(deps, turn.person.id, target);
  const card = podsCard(deps, turn, report, isSeenByAll(turn) ? undefined : turn.person.id);
  return { ...card, about: listTopic(`pods ${target.service} in ${target.environment}`, workloadShows) };
}
