import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { TargetId, targetOf } from '../health';
import { logCard } from './cards';
import { showPods } from './commands';
import { requireOperate, requireWorkload } from './facts';
import { readPodId } from './parse';

/** The buttons of the cards of pods. */

const shownLines = 25;

export function workloadActions(deps: FeatureDependencies): Action[] {
  const log = (name: string, which: 'current' | 'previous'): Action =>
    defineAction({
      verb: `workloads.${name}`,
      operation: 'look',
      input: z.object({ id: z.string().max(400) }),
      run: (turn, { id }) => showLog(deps, turn, id, which),
    });
  return [
    defineAction({
      verb: 'workloads.view',
      operation: 'look',
      input: z.object({ id: TargetId }),
      run: (turn, { id }) => showPods(deps, turn, targetOf(deps.catalog(), id)),
    }),
    log('log', 'current'),
    log('earlier-log', 'previous'),
  ];
}

async function showLog(
  deps: FeatureDependencies,
  turn: Turn,
  id: string,
  which: 'current' | 'previous',
): Promise<Reply> {
  const { target, pod } = readPodId(deps.catalog(), id);
  const { service, environment } = target;
  const workload = requireWorkload(deps, turn.person.id, target);
  requireOperate(deps, turn.person.id, target, `read logs of ${service} in ${environment}`);
  const lines = await workload.podLog(pod, shownLines, which);
  const system = deps.systems.titleOf(workload.connection);
  const readAt = deps.clock.now();
  if (lines) return logCard(deps, turn, { target, system, readAt, pod, which, lines });
  throw new UserError(
    which === 'previous'
      ? `${plainText(system, 40)} has no log of ${plainText(pod, 100)} from before a restart.`
      : `The pod ${plainText(pod, 100)} is gone. Type \`pods ${service} in ${environment}\` to see the current ones.`,
  );
}
