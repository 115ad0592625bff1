import type { CardContent, DescribeAudit, Feature, Reply, Turn } from '../../chat/contract';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { newReference } from '../../core/keys';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import type { AskForRole, GiveRole } from '../roles';
import type { NotificationChoice, Subscriptions } from '../subscriptions';
import { drawWelcome } from './cards';
import { guideActions, guideCommands } from './commands';
import { createGuide, createGuideDialog } from './dialogs';
import type { Hold } from './dialogs';
import { createSetup } from './setup/commands';
import { createOnboardingStore, onboardingWorkflow } from './workflow';
import type { Onboarding } from './workflow';

interface OnboardingNeeds {
  readonly ask: AskForRole;
  readonly give: GiveRole;
  readonly deployments: Deployments;
  readonly announcements: Announcements;
  readonly subscriptions: Subscriptions;
  /** The card of `doctor`, for the reference of a turn. */
  readonly readChecks: (reference: string) => Promise<CardContent>;
  /** Holds what people say to the guide, as the router does with what they type and click. */
  readonly hold: Hold;
}

/** The first minutes of a person, a channel and an admin, and their choices. */
export function createOnboarding(
  deps: FeatureDependencies,
  { ask, give, deployments, announcements, subscriptions, readChecks, hold }: OnboardingNeeds,
): {
  feature: Feature;
  /** What a place or a person sees when Gavel is added. */
  welcome: (turn: Turn) => Promise<Reply>;
} {
  const { catalog } = deps;
  const records = createOnboardingStore(deps, {
    deployments,
    follow: (record) => subscriptions.choose(record.person.id, choiceOf(record, catalog().timeZone)),
    readChecklist: async () => readChecks(newReference()),
  });
  const guide = createGuide({ deps, records, ask, hold });
  const showOwn = (turn: Turn): Promise<Reply> => guide.settings(turn);
  const setup = createSetup({ deps, subscriptions, announcements, give, showOwn });
  const parts = { guide, deps };
  return {
    feature: {
      name: 'onboarding',
      commands: [...guideCommands(parts), setup.command],
      describeAudit,
      actions: [...guideActions(parts), setup.action, setup.openAction],
      dialogs: [createGuideDialog(guide)],
      personalData: [
        {
          name: 'onboarding answers',
          async *exportOf(personId) {
            const found = await records.find(personId);
            if (!found) return;
            const { step, wishes, startedAt, changedAt } = found;
            yield { step, ...wishes, startedAt, changedAt };
          },
          deleteOf: async (personId) => ((await records.remove(personId)) ? 1 : 0),
        },
      ],
    },
    async welcome(turn) {
      if (turn.place.kind === 'personal' && mayEverywhere(catalog(), turn.person.id, 'admin', everything))
        await guide.move(turn, { type: 'welcome' });
      await setup.installed(turn);
      return drawWelcome(deps, turn);
    },
  };
}

/** The settings that other features use; needs only the store. */
export function createSettingsReader({
  store,
}: Pick<FeatureDependencies, 'store'>): Required<Pick<FeatureDependencies, 'zoneOf' | 'wantsEveryMention'>> {
  const records = store.collection(onboardingWorkflow.spec);
  return {
    zoneOf: async (personId) => (await records.get(personId))?.value.wishes.zone,
    wantsEveryMention: async (personId) => (await records.get(personId))?.value.wishes.mentions === 'always',
  };
}

/** Somebody's choices as a subscription. */
function choiceOf({ wishes }: Onboarding, zone: string): NotificationChoice {
  const { services = [], when = 'only when I ask', hours } = wishes;
  return {
    to: 'person',
    services: when === 'only when I ask' ? [] : services,
    environments: [],
    outcomes: 'failures',
    digest: when === 'digest',
    ...(hours !== undefined && { hours }),
    zone: wishes.zone ?? zone,
  };
}

const describeAudit: DescribeAudit = ({ outcome, target, from, detail }, names) => {
  if (outcome !== 'set up') return undefined;
  const services = String(detail?.['services'] ?? '');
  const where = names.place(target.replace(/^setup of /, '')) ?? names.place(from) ?? 'a channel';
  return services === '' ? `turned off notifications for ${where}` : `set up notifications for ${where}: ${services}`;
};
