import type { Content } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { tellPerson } from '../contract';
import type { ActivityOf, EffectCall } from '../../workflows';
import { stillNeededCard } from './cards';
import { lockNotice } from './text';
import type { Lock, LockEffect, LockVerdict } from './workflow';

/** Tells people what became of their lock. */
export function lockEffects(deps: FeatureDependencies): ActivityOf<Lock, LockVerdict>['effects'] {
  const { catalog, clock } = deps;
  const tell = ({ key, effect }: EffectCall<Lock, LockEffect>, content: Content): Promise<void> =>
    tellPerson(deps, effect.who, key, content);
  return {
    ask: (call) => tell(call, stillNeededCard(call.id, call.value, clock.now(), catalog().timeZone)),
    tell: (call) => tell(call, { text: lockNotice(call.value, call.effect) }),
  };
}
