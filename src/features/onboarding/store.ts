import type { CardContent, Content, Person } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { readFacts } from './facts';
import { afterWelcomeMs, newOnboarding, onboardingWorkflow } from './workflow';
import type { Onboarding, OnboardingChange, OnboardingContext, OnboardingEvent } from './workflow';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import { drawSettings } from './cards';

interface EffectParts {
  readonly deployments: Pick<Deployments, 'find' | 'onEnd'>;
  /** Makes what was chosen so; repeated without harm. */
  readonly follow: (record: Onboarding) => Promise<void>;
  readonly readChecklist: () => Promise<CardContent>;
}

/** How far people have come with the first questions, as it's stored. */
export type OnboardingStore = ReturnType<typeof createOnboardingStore>;

export function createOnboardingStore(deps: FeatureDependencies, parts: EffectParts) {
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
    find: async (personId: string) => (await records.get(personId))?.value,
    /** Begins a record where there is none. `placeId` is the personal chat; empty where it is not known. */
    async apply(person: Person, placeId: string, event: OnboardingEvent): Promise<Onboarding> {
      const { stored } = await apply(person.id, event, contextOf(person, placeId));
      return stored?.value ?? newOnboarding(person, placeId, clock.now());
    },
    remove: (personId: string) => records.remove(personId),
  };
}

/** What follows from answers, and a word when the practice deployment has ended. */
function onboardingEffects(
  deps: FeatureDependencies,
  { deployments, follow, readChecklist }: EffectParts,
): ActivityOf<Onboarding, OnboardingChange | undefined>['effects'] {
  const { catalog, clock } = deps;
  const tell = ({ id, key }: { readonly id: string; readonly key: string }, content: Content): Promise<void> =>
    tellPerson(deps, id, key, content);

  return {
    follow: ({ value }) => follow(value),

    async checklist(call) {
      // The right may have gone since the welcome.
      if (mayEverywhere(catalog(), call.id, 'admin', everything)) await tell(call, await readChecklist());
    },

    async praise(call) {
      const facts = readFacts(catalog(), call.value.person);
      const notice = 'Your practice deployment is verified: that was all of it, from the question to the proof.';
      const reference = call.value.practised?.slice(0, 8) ?? '-';
      await tell(call, drawSettings(call.value, { facts, notice, now: clock.now(), reference }));
    },

    async tell(call) {
      const found = await deployments.find(call.effect.deploymentId);
      const state = found?.deployment.state ?? 'over';
      await tell(call, {
        text: `**Your practice deployment ended as ${plainText(state)}**, and nobody was harmed: that is what practice is for. Its card says why. Write \`onboarding\` to try again.`,
      });
    },
  };
}
