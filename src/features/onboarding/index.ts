import type { Feature, Reply, Turn } from '../../chat/contract';
import { newReference } from '../../core/keys';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import type { AskForRole, GiveRole } from '../roles';
import type { NotificationChoice, Subscriptions } from '../subscriptions';
import { drawWelcome } from './cards';
import { guideActions, guideCommands } from './commands';
import { createGuide, createGuideDialog } from './dialogs';
import type { Hold } from './dialogs';
import { checkCommand, drawChecklist, readChecklist } from './list';
import { createSetup } from './setup/commands';
import { createOnboardingStore } from './store';
import { onboardingWorkflow } from './workflow';
import type { Onboarding } from './workflow';

export { checkCommand } from './list';

interface OnboardingNeeds {
  readonly ask: AskForRole;
  readonly give: GiveRole;
  readonly deployments: Deployments;
  readonly announcements: Announcements;
  readonly subscriptions: Subscriptions;
  /** Who holds what is said to the guide, as the router does with what is typed and clicked. */
  readonly hold: Hold;
}

/** The first minutes of a person, a channel and an admin, and what they chose. */
export function createOnboarding(
  deps: FeatureDependencies,
  { ask, give, deployments, announcements, subscriptions, hold }: OnboardingNeeds,
): {
  feature: Feature;
  /** What a place or a person sees when Gavel is added. */
  welcome: (turn: Turn) => Promise<Reply>;
} {
  const { catalog } = deps;
  const look = () => readChecklist(deps, announcements, subscriptions);
  const records = createOnboardingStore(deps, {
    deployments,
    follow: (record) => subscriptions.choose(record.person.id, choiceOf(record, catalog().timeZone)),
    readChecklist: async () => drawChecklist(deps, 'checklist', newReference(), await look()),
  });
  const setup = createSetup({ deps, subscriptions, announcements, give });
  const guide = createGuide({ deps, records, ask, hold });
  const parts = { guide, deps };
  const summary = 'What is connected, what is missing and how to mend it';
  const checklist = checkCommand(deps, { name: 'checklist', summary }, look);
  return {
    feature: {
      name: 'onboarding',
      commands: [...guideCommands(parts), checklist, setup.command],
      actions: [...guideActions(parts), setup.action],
      dialogs: [createGuideDialog(guide)],
      personalData: [
        {
          name: 'answers to my first questions',
          async exportOf(personId) {
            const found = await records.find(personId);
            if (!found) return [];
            const { step, wishes, startedAt, changedAt } = found;
            return [{ step, ...wishes, startedAt, changedAt }];
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

/** Gives the time zone that somebody has named as theirs; it needs the store only. */
export function createZoneReader({
  store,
}: Pick<FeatureDependencies, 'store'>): (personId: string) => Promise<string | undefined> {
  const records = store.collection(onboardingWorkflow.spec);
  return async (personId) => (await records.get(personId))?.value.wishes.zone;
}

/** What somebody chose, as a subscription. */
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
