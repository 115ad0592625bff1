import type { CardContent, Command } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { requireEverywhere } from '../../core/catalog/refusals';
import { capitalize, cleanText, enumerate, plural } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import { answerAlone } from '../contract';
import type { FeatureDependencies, Look } from '../contract';
import type { Subscriptions } from '../subscriptions';

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
    arguments: [],
    examples: [name],
    right: 'admin',
    async run(turn) {
      requireEverywhere(deps.catalog(), turn.person.id, { right: 'admin', what: 'check the installation' });
      return answerAlone(deps, turn, drawChecklist(deps, name, turn.reference, await look()));
    },
  };
}

/** Looks at everything now, also at what only people can do. */
export async function readChecklist(
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
      about: 'a channel that hears of services',
      ...(!hasChannel && { problem: 'None was chosen yet. Add me to a channel and write setup there.' }),
    },
    {
      about: 'an environment for practice',
      ...(!practice && {
        problem:
          'Newcomers have nowhere to try. Mark an environment of no use with practice: true in the catalog file.',
      }),
    },
  ];
}

const maxRows = 14;

/** What needs somebody comes first. */
export function drawChecklist(
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
    open.length === 0 ? 'Everything is connected' : `${plural(open.length, 'thing needs', 'things need')} you`;
  const lacking = open.length === 0 ? '' : `: ${cleanText(enumerate(open.map(({ about }) => about)), 150)}`;
  const lead =
    open.length === 0
      ? `**Nothing is missing** among ${plural(looks.length, 'look')}.`
      : `**${open.length} of ${looks.length}** ${open.length === 1 ? 'is' : 'are'} open; each says how to mend it.`;
  return {
    card: 'onboarding/checklist',
    data: {
      kind,
      state: bandState(open.length === 0 ? 'done' : 'waiting'),
      title,
      summary: `${kind}: ${title}${lacking}`,
      sentence: `${lead} You see this because you are an admin of Gavel.`,
      rows: rows.slice(0, maxRows),
      more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
      buttons: [
        { title: 'Look again', line },
        { title: 'Who can do what', line: 'roles' },
      ],
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref ${reference}`,
    },
  };
}
