import type { CardContent, Command } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { requireEverywhere } from '../../core/catalog/refusals';
import { cleanText, enumerate, plural } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import type { FeatureDependencies, Look } from '../contract';
import { answerAlone } from '../contract';
import type { Subscriptions } from '../subscriptions';

/** What an admin sees first: what is connected, what is missing, and how to fix it. */

interface ChecklistNeeds {
  readonly announcements: Announcements;
  readonly subscriptions: Pick<Subscriptions, 'reachAnyPlace'>;
}

const maxRows = 14;

export function checklistCommand(deps: FeatureDependencies, needs: ChecklistNeeds): Command {
  return {
    name: 'checklist',
    operation: 'look',
    summary: 'What is connected, what is missing and how to mend it',
    topic: 'Look',
    arguments: [],
    examples: ['checklist'],
    right: 'admin',
    async run(turn) {
      requireEverywhere(deps.catalog(), turn.person.id, {
        right: 'admin',
        what: 'check the installation',
      });
      return answerAlone(deps, turn, await readChecklist(deps, needs, turn.reference));
    },
  };
}

/** Looks at everything now. */
export async function readChecklist(
  { catalog, clock, looks }: FeatureDependencies,
  { announcements, subscriptions }: ChecklistNeeds,
  reference: string,
): Promise<CardContent> {
  const [found, places, isHeard] = await Promise.all([
    looks?.() ?? [],
    announcements.places(),
    subscriptions.reachAnyPlace(),
  ]);
  const rows = [...found, ...readTeamLooks(catalog(), isHeard || places.length > 0)];
  const view = { kind: 'Checklist', line: 'checklist', now: clock.now(), timeZone: catalog().timeZone, reference };
  return drawChecklist(rows, view);
}

/** What only people can do: Gavel can't know which channel is the right one. */
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

interface ChecklistView {
  /** What the card calls itself, and the line that draws it anew. */
  readonly kind: string;
  readonly line: string;
  readonly now: number;
  readonly timeZone: string;
  readonly reference: string;
}

/** What needs somebody comes first. Pure. */
export function drawChecklist(
  looks: readonly Look[],
  { kind, line, now, timeZone, reference }: ChecklistView,
): CardContent {
  const open = looks.filter(({ problem }) => problem !== undefined);
  const fine = looks.filter(({ problem }) => problem === undefined);
  const rows = [
    ...open.map(({ about, problem = '' }) => ({
      glyph: '✕',
      color: 'Attention',
      weight: 'Bolder',
      about: cleanText(about, 80),
      words: cleanText(problem, 400),
    })),
    ...fine.map(({ about, unchecked }) => ({
      glyph: unchecked === undefined ? '✓' : '–',
      color: 'Default',
      weight: 'Default',
      about: cleanText(about, 80),
      words: cleanText(unchecked ?? '', 400),
    })),
  ];
  const title =
    open.length === 0 ? 'Everything is connected' : `${plural(open.length, 'thing needs', 'things need')} you`;
  return {
    card: 'onboarding/checklist',
    data: {
      kind,
      state: bandState(open.length === 0 ? 'done' : 'waiting'),
      title,
      summary: `${kind}: ${title}${open.length === 0 ? '' : `: ${cleanText(enumerate(open.map(({ about }) => about)), 150)}`}`,
      sentence:
        open.length === 0
          ? `**Nothing is missing** among ${plural(looks.length, 'look')}. You see this because you are an admin of Gavel.`
          : `**${open.length} of ${looks.length}** ${open.length === 1 ? 'is' : 'are'} open; each says how to mend it. You see this because you are an admin of Gavel.`,
      rows: rows.slice(0, maxRows),
      more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
      buttons: [
        { title: 'Look again', line },
        { title: 'Who can do what', line: 'roles' },
      ],
      footer: `${footerTime(now, timeZone)} · ref ${reference}`,
    },
  };
}
