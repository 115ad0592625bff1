import type { CardContent, Content } from '../../chat/contract';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { ActivityOf } from '../../workflows';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { drawSettings } from './cards';
import { readFacts } from './facts';
import type { Onboarding, OnboardingChange } from './workflow';

export interface EffectParts {
  readonly deployments: Pick<Deployments, 'find'>;
  /** Makes what was chosen so; repeated without harm. */
  readonly follow: (record: Onboarding) => Promise<void>;
  readonly readChecklist: () => Promise<CardContent>;
}

/** What follows from answers, and a word when the practice deployment has ended. */
export function onboardingEffects(
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
