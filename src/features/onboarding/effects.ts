import type { CardContent, Content } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Deployment, Deployments } from '../deployments';
import { readyCard } from './cards';
import { factsFor } from './facts';
import { moved } from './life';
import type { Onboarding } from './record';
import { onboardingSpec } from './record';

/** What follows from answers: what is heard from then on, and a word when the practice deployment has ended. */

export interface EffectParts {
  readonly deps: FeatureDependencies;
  readonly deployments: Deployments;
  /** Makes what was wished for so; repeated without harm. */
  follow(record: Onboarding): Promise<void>;
  checklist(): Promise<CardContent>;
}

export function createEffects({ deps, deployments, follow, checklist }: EffectParts) {
  const { catalog, clock, outbox, store } = deps;
  const records = store.collection(onboardingSpec);

  async function praise({ id, value }: Stored<Onboarding>, key: string): Promise<void> {
    const facts = factsFor(catalog(), value.person);
    const notice = 'Your practice deployment is verified: that was all of it, from the question to the proof.';
    const around = {
      facts,
      notice,
      practiceLine: undefined,
      now: clock.now(),
      reference: value.practised?.slice(0, 8),
    };
    await tell(id, key, readyCard(value, { ...around, reference: around.reference ?? '-' }));
  }

  async function tellOfFailure(id: string, key: string, deploymentId: string): Promise<void> {
    const found = await deployments.find(deploymentId);
    const state = found?.deployment.state ?? 'over';
    await tell(id, key, {
      text: `**Your practice deployment ended as ${plainText(state)}**, and nobody was harmed: that is what practice is for. Its card says why. Write \`onboarding\` to try again.`,
    });
  }

  /** The right may have gone since the welcome. */
  async function sendChecklist({ id }: Stored<Onboarding>, key: string): Promise<void> {
    if (!mayEverywhere(catalog(), id, 'admin', everything)) return;
    await tell(id, key, await checklist());
  }

  const tell = (personId: string, key: string, content: Content): Promise<void> =>
    outbox.put({
      key: `onboarding:${personId}:${key}`,
      destination: { to: 'person', personId },
      content,
      revision: 1,
      final: true,
    });

  deployments.onEnd(async (deploymentId, { requester, environment, state, kind }: Deployment) => {
    if (kind !== 'deploy' || lookUp(catalog().environments, environment)?.practice !== true) return;
    const event = { kind: 'practised', deploymentId, well: state === 'succeeded' } as const;
    const { asked } = factsFor(catalog(), requester);
    const stored = await records.update(requester.id, (record) => moved(record, event, clock.now(), asked));
    if (stored?.changed) deps.sweeper.kick('onboarding', requester.id);
  });

  return async (record: Stored<Onboarding>, { key, kind }: PendingEffect): Promise<void> => {
    if (kind === 'follow') return follow(record.value);
    if (kind === 'praise') return praise(record, key);
    if (kind === 'checklist') return sendChecklist(record, key);
    return tellOfFailure(record.id, key, kind.replace('tell:', ''));
  };
}
