import type { Reply, Turn } from '../../chat/contract';
import { newReference } from '../../core/ids';
import { may } from '../../core/rights';
import type { Announcements } from '../announcements';
import type { Feature, FeatureDependencies, PersonalData } from '../contract';
import type { Deployments } from '../deployments';
import { roleNames } from '../roles';
import type { AskForRole } from '../roles';
import { checklistCommand, readChecklist } from './checklist';
import { guideActions, guideCommands } from './commands';
import { createDesk, sweepName } from './desk';
import { createEffects } from './effects';
import { createGuideDialog } from './guide-dialog';
import { onboardingSpec } from './record';
import type { Onboarding } from './record';
import { welcomeCard } from './welcome';

export interface OnboardingNeeds {
  readonly ask: AskForRole;
  readonly deployments: Deployments;
  readonly announcements: Announcements;
}

/** The first minutes of a person, a channel and an admin, and what they chose. */
export function createOnboarding(
  deps: FeatureDependencies,
  { ask, deployments, announcements }: OnboardingNeeds,
): { feature: Feature; welcome: (turn: Turn) => Promise<Reply> } {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const desk = createDesk(deps, () => roleNames(catalog()), ask);
  const talk = { desk, outbox, clock };
  sweeper.register<Onboarding>({
    name: sweepName,
    collection: store.collection(onboardingSpec),
    perform: createEffects({
      deps,
      deployments,
      follow: () => Promise.resolve(),
      checklist: () => readChecklist(deps, { announcements }, newReference()),
    }),
  });
  return {
    feature: {
      name: 'onboarding',
      commands: [...guideCommands(talk), checklistCommand(deps, { announcements })],
      actions: guideActions(talk),
      dialogs: [createGuideDialog(desk)],
      personalData: [answersOf(deps)],
    },
    async welcome(turn) {
      if (turn.place.kind === 'personal' && may(catalog(), turn.person.id, 'admin'))
        await desk.move(turn, { kind: 'welcomed' });
      return welcomeCard(deps, turn);
    },
  };
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
