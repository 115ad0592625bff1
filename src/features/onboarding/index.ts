import type { Feature, PersonalData, Reply, Turn } from '../../chat/contract';
import { newReference } from '../../core/ids';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import { roleNames } from '../roles';
import type { AskForRole, GiveRole } from '../roles';
import type { Subscriptions, NotificationChoice } from '../subscriptions';
import { checklistCommand, readChecklist } from './checklist';
import { guideActions, guideCommands } from './commands';
import { createDesk, sweepName } from './desk';
import type { Hold } from './desk';
import { createEffects } from './effects';
import { createGuideDialog } from './dialogs';
import { onboardingSpec } from './record';
import type { Onboarding } from './record';
import { createSetup } from './setup';
import { welcomeCard } from './welcome';

export { checklistCard } from './checklist';

export interface OnboardingNeeds {
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
  welcome: (turn: Turn) => Promise<Reply>;
} {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const setup = createSetup(deps, { subscriptions, announcements, give });
  const desk = createDesk(deps, { roleNames: () => roleNames(catalog()), ask, hold });
  const talk = { desk, outbox, clock };
  sweeper.register<Onboarding>({
    name: sweepName,
    collection: store.collection(onboardingSpec),
    perform: createEffects({
      deps,
      deployments,
      follow: (record) => subscriptions.choose(record.person.id, wishOf(record, catalog().timeZone)),
      checklist: () => readChecklist(deps, { announcements, subscriptions }, newReference()),
    }),
  });
  return {
    feature: {
      name: 'onboarding',
      commands: [...guideCommands(talk), checklistCommand(deps, { announcements, subscriptions }), setup.command],
      actions: [...guideActions(talk), setup.action],
      dialogs: [createGuideDialog(desk)],
      personalData: [answersOf(deps)],
    },
    async welcome(turn) {
      if (turn.place.kind === 'personal' && mayEverywhere(catalog(), turn.person.id, 'admin', everything))
        await desk.move(turn, { kind: 'welcomed' });
      await setup.installed(turn);
      return welcomeCard(deps, turn);
    },
  };
}

/** Gives the time zone that somebody has named as theirs; it needs the store only. */
export function createZoneReader({
  store,
}: Pick<FeatureDependencies, 'store'>): (personId: string) => Promise<string | undefined> {
  const records = store.collection(onboardingSpec);
  return async (personId) => (await records.get(personId))?.value.wishes.zone;
}

function answersOf({ store }: FeatureDependencies): PersonalData {
  const records = store.collection(onboardingSpec);
  return {
    name: 'answers to my first questions',
    async exportOf(personId) {
      const found = await records.get(personId);
      if (!found) return [];
      const { step, wishes, startedAt, changedAt } = found.value;
      return [{ step, ...wishes, startedAt, changedAt }];
    },
    deleteOf: async (personId) => ((await records.remove(personId)) ? 1 : 0),
  };
}

/** What somebody chose, as it is heard from then on. */
function wishOf({ wishes }: Onboarding, zone: string): NotificationChoice {
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
