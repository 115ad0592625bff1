import type { CardContent, Command, DescribeAudit, Feature, Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { requireEverywhere } from '../../core/catalog/refusals';
import { everything, mayEverywhere } from '../../core/catalog/rights';
import { newReference } from '../../core/keys';
import { capitalize, cleanText, enumerate, plural } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import { answerAlone } from '../contract';
import type { FeatureDependencies, Look } from '../contract';
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
  const summary = 'See what is connected and how to fix what is missing';
  const checklist = checkCommand(deps, { name: 'checklist', summary }, look);
  return {
    feature: {
      name: 'onboarding',
      commands: [...guideCommands(parts), checklist, setup.command],
      describeAudit,
      actions: [...guideActions(parts), setup.action, setup.openAction],
      dialogs: [createGuideDialog(guide)],
      personalData: [
        {
          name: 'onboarding answers',
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

/** What an admin sees first: what is connected, what is missing, and how to fix it. */

/** A command that looks at everything and shows it to an admin; its name draws the card anew. */
export function checkCommand(
  deps: FeatureDependencies,
  command: Pick<Command, 'name' | 'summary' | 'synonyms'>,
  look: () => Promise<readonly Look[]>,
): Command {
  const { name } = command;
  return {
    ...command,
    operation: 'look',
    topic: 'Look',
    examples: [name],
    right: 'admin',
    async run(turn) {
      requireEverywhere(deps.catalog(), turn.person.id, { right: 'admin', what: 'check the installation' });
      return answerAlone(deps, turn, drawChecklist(deps, name, turn.reference, await look()));
    },
  };
}

/** Looks at everything now, also at what only people can do. */
async function readChecklist(
  { catalog, looks }: FeatureDependencies,
  announcements: Announcements,
  subscriptions: Pick<Subscriptions, 'reachAnyPlace'>,
): Promise<Look[]> {
  const [found, places, isHeard] = await Promise.all([
    looks?.() ?? [],
    announcements.places(),
    subscriptions.reachAnyPlace(),
  ]);
  return [...found, ...readTeamLooks(catalog(), isHeard || places.length > 0)];
}

/** Gavel can't know which channel is the right one. */
function readTeamLooks({ services, environments }: Catalog, hasChannel: boolean): Look[] {
  const practice = Object.values(environments).some((each) => each.practice);
  return [
    {
      about: `${plural(Object.keys(services).length, 'service')} in ${plural(Object.keys(environments).length, 'environment')}`,
    },
    {
      about: 'a channel with notifications',
      ...(!hasChannel && { problem: 'No channel is set up yet. Add Gavel to a channel and write setup there.' }),
    },
    {
      about: 'an environment for practice',
      ...(!practice && {
        problem:
          'New people have nowhere to practice. Mark an environment that nobody depends on with practice: true in the catalog file.',
      }),
    },
  ];
}

const maxRows = 14;

/** What needs somebody comes first. */
function drawChecklist(
  { catalog, clock }: Pick<FeatureDependencies, 'catalog' | 'clock'>,
  line: string,
  reference: string,
  looks: readonly Look[],
): CardContent {
  const kind = capitalize(line);
  const open = looks.filter(({ problem }) => problem !== undefined);
  const rows = [...open, ...looks.filter((each) => !open.includes(each))].map(({ about, problem, unchecked }) => ({
    glyph: problem !== undefined ? '✕' : unchecked === undefined ? '✓' : '–',
    color: problem === undefined ? 'Default' : 'Attention',
    weight: problem === undefined ? 'Default' : 'Bolder',
    about: cleanText(about, 80),
    words: cleanText(problem ?? unchecked ?? '', 400),
  }));
  const title =
    open.length === 0 ? 'All checks passed' : `${plural(open.length, 'check needs', 'checks need')} attention`;
  const lacking = open.length === 0 ? '' : `: ${cleanText(enumerate(open.map(({ about }) => about)), 150)}`;
  const lead =
    open.length === 0
      ? `**All ${plural(looks.length, 'check')} passed.**`
      : `**${open.length} of ${plural(looks.length, 'check')} ${open.length === 1 ? 'needs' : 'need'} attention.** The card says how to fix ${open.length === 1 ? 'it' : 'each of them'}.`;
  return {
    card: 'onboarding/checklist',
    data: {
      kind,
      state: open.length === 0 ? bandState('passed') : { ...bandState('degraded'), word: `${open.length} to fix` },
      title,
      summary: `${kind}: ${title}${lacking}`,
      sentence: `${lead} You see this because you’re a Gavel admin.`,
      rows: rows.slice(0, maxRows),
      more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
      buttons: [
        { title: 'Check again', line },
        { title: 'Show roles', line: 'roles' },
      ],
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref ${reference}`,
    },
  };
}

const describeAudit: DescribeAudit = ({ outcome, target, from, detail }, names) => {
  if (outcome !== 'set up') return undefined;
  const services = String(detail?.['services'] ?? '');
  const where = names.place(target.replace(/^setup of /, '')) ?? names.place(from) ?? 'a channel';
  return services === '' ? `turned off notifications for ${where}` : `set up notifications for ${where}: ${services}`;
};
