import type { FeatureDependencies } from '../contract';
import type { ActivityOf, EffectCall } from '../../workflows';
import { stillNeededCard } from './cards';
import { lockNotice } from './text';
import type { Lock, LockEffect, LockVerdict } from './workflow';

/** Tells people what became of their lock. */
export function lockEffects(deps: FeatureDependencies): ActivityOf<Lock, LockVerdict>['effects'] {
  const { catalog, clock, outbox } = deps;

  function tell(
    { key, effect }: EffectCall<Lock, LockEffect>,
    content: Parameters<typeof outbox.put>[0]['content'],
  ): Promise<void> {
    return outbox.put({
      key,
      destination: { to: 'person', personId: effect.who },
      content,
      revision: 1,
      final: true,
    });
  }

  return {
    ask: (call) => tell(call, stillNeededCard(call.id, call.value, clock.now(), catalog().timeZone)),
    tell: (call) => tell(call, { text: lockNotice(call.value, call.effect) }),
  };
}
