import type { Person } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { openWorkflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { onboardingEffects } from './effects';
import type { EffectParts } from './effects';
import { readFacts } from './facts';
import { afterWelcomeMs, newOnboarding, onboardingWorkflow } from './workflow';
import type { Onboarding, OnboardingContext, OnboardingEvent } from './workflow';

/** How far people have come with the first questions, as it's stored. */
export interface OnboardingStore {
  find(personId: string): Promise<Onboarding | undefined>;
  /** Begins a record where there is none. `placeId` is the personal chat; empty where it is not known. */
  apply(person: Person, placeId: string, event: OnboardingEvent): Promise<Onboarding>;
  remove(personId: string): Promise<boolean>;
}

export function createOnboardingStore(
  deps: FeatureDependencies,
  parts: EffectParts & { readonly deployments: Deployments },
): OnboardingStore {
  const { catalog, clock } = deps;
  const contextOf = (person: Person, placeId = ''): OnboardingContext => ({
    person,
    placeId,
    isAsked: readFacts(catalog(), person).isAsked,
  });
  const { apply, records } = openWorkflow(deps, onboardingWorkflow, (opened) => ({
    effects: onboardingEffects(deps, parts),
    wake: async ({ id, value }) => void (await opened.apply(id, { type: 'time' }, contextOf(value.person))),
    wakesWithinMs: () => afterWelcomeMs,
  }));

  parts.deployments.onEnd(async (deploymentId, { requester, environment, state, kind }) => {
    if (kind !== 'deploy' || lookUp(catalog().environments, environment)?.practice !== true) return;
    const event = { type: 'practice', deploymentId, succeeded: state === 'succeeded' } as const;
    await apply(requester.id, event, contextOf(requester));
  });

  return {
    find: async (personId) => (await records.get(personId))?.value,
    async apply(person, placeId, event) {
      const { stored } = await apply(person.id, event, contextOf(person, placeId));
      return stored?.value ?? newOnboarding(person, placeId, clock.now());
    },
    remove: (personId) => records.remove(personId),
  };
}
