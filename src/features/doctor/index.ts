import type { CardContent, Command, Feature } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { requireEverywhere } from '../../core/catalog/refusals';
import { capitalize, cleanText, enumerate, plural } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { Announcements } from '../announcements';
import { answerAlone } from '../contract';
import type { FeatureDependencies, Look } from '../contract';
import type { Alerts } from '../alerts';
import type { Subscriptions } from '../subscriptions';
import { checkMutes } from './facts';
import type { ShownMute } from './facts';

interface DoctorNeeds {
  readonly announcements: Announcements;
  readonly subscriptions: Pick<Subscriptions, 'reachAnyPlace' | 'placeMutes'>;
  readonly alerts: Pick<Alerts, 'untoldIn'>;
}

/**
 * `doctor`: checks everything that Gavel and its team need, and says how to fix what is wrong. The same as `npx gavel doctor`, plus what only a running Gavel
 * knows. The card also follows an admin's welcome.
 */
export function createDoctor(
  deps: FeatureDependencies,
  needs: DoctorNeeds,
): { feature: Feature; readChecks: (reference: string) => Promise<CardContent> } {
  const readChecks = async (reference: string): Promise<CardContent> =>
    drawChecks(deps, reference, await readLooks(deps, needs));
  const command: Command = {
    name: 'doctor',
    operation: 'look',
    synonyms: ['checklist', 'health of gavel', 'check yourself'],
    summary: 'Check everything Gavel needs, with a fix for each problem',
    topic: 'Look',
    examples: ['doctor'],
    right: 'admin',
    async run(turn) {
      requireEverywhere(deps.catalog(), turn.person.id, { right: 'admin', what: 'check the installation' });
      return answerAlone(deps, turn, await readChecks(turn.reference));
    },
  };
  return { feature: { name: 'doctor', commands: [command] }, readChecks };
}

/** Checks everything now, including what only people can do. */
async function readLooks(deps: FeatureDependencies, needs: DoctorNeeds): Promise<Look[]> {
  const { catalog, clock, looks } = deps;
  const [found, places, isHeard, mutes] = await Promise.all([
    looks?.() ?? [],
    needs.announcements.places(),
    needs.subscriptions.reachAnyPlace(),
    readMutes(deps, needs),
  ]);
  const { timeZone } = catalog();
  return [
    ...found,
    ...readTeamLooks(catalog(), isHeard || places.length > 0),
    checkMutes(mutes, { now: clock.now(), timeZone }),
  ];
}

/** The mutes of channels. What people muted for themselves is nobody else's business. */
async function readMutes(
  { placeName }: FeatureDependencies,
  { subscriptions, alerts }: DoctorNeeds,
): Promise<readonly ShownMute[]> {
  const mutes = await subscriptions.placeMutes();
  return Promise.all(
    mutes.map(async ({ placeId, what, until, covers }) => ({
      ...{ place: (await placeName?.(placeId)) ?? 'A channel', what, until },
      hides: await alerts.untoldIn(placeId, covers),
    })),
  );
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
      ...(!hasChannel && { problem: 'No channel is set up yet. Add Gavel to a channel and type `setup` there.' }),
    },
    {
      about: 'an environment for practice',
      ...(!practice && {
        problem:
          'New people have nowhere to practice. In the catalog file, set `practice: true` on an environment that nobody depends on.',
      }),
    },
  ];
}

const maxRows = 14;

/** Problems come first. */
function drawChecks(
  { catalog, clock }: Pick<FeatureDependencies, 'catalog' | 'clock'>,
  reference: string,
  looks: readonly Look[],
): CardContent {
  const kind = 'Doctor';
  const open = looks.filter(({ problem }) => problem !== undefined);
  const rows = [...open, ...looks.filter((each) => !open.includes(each))].map(({ about, problem, unchecked }) => ({
    glyph: problem !== undefined ? '✕' : unchecked === undefined ? '✓' : '–',
    color: problem === undefined ? 'Default' : 'Attention',
    weight: problem === undefined ? 'Default' : 'Bolder',
    about: capitalize(cleanText(about, 80)),
    // The row draws text as it is; a terminal shows the backticks.
    words: cleanText((problem ?? unchecked ?? '').replace(/`([^`]*)`/g, '“$1”'), 400),
  }));
  const unsure = looks.filter(({ problem, unchecked }) => problem === undefined && unchecked !== undefined).length;
  const title = describeChecks(open.length, unsure);
  const lacking = open.length === 0 ? '' : `: ${cleanText(enumerate(open.map(({ about }) => about)), 150)}`;
  return {
    card: 'onboarding/checklist',
    data: {
      kind,
      state: stateOf(open.length, unsure),
      title,
      summary: `${kind}: ${title}${lacking}`,
      sentence: `${describeLooks(looks.length, open.length, unsure)} You’re seeing this because you’re a Gavel admin.`,
      rows: rows.slice(0, maxRows),
      more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
      buttons: [
        { title: 'Check again', line: 'doctor' },
        { title: 'Show roles', line: 'roles' },
      ],
      footer: `${footerTime(clock.now(), catalog().timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** The checks in a few words; a check that wasn't run doesn't count as passed. */
function describeChecks(failed: number, unsure: number): string {
  if (failed > 0) return `${plural(failed, 'check needs', 'checks need')} attention`;
  return unsure === 0 ? 'All checks passed' : `No problems found; ${plural(unsure, 'check')} not possible`;
}

function describeLooks(all: number, failed: number, unsure: number): string {
  const passed = all - failed - unsure;
  const counts = [
    ...(failed > 0 ? [`${plural(failed, 'check')} failed`] : []),
    ...(unsure > 0 ? [`${failed > 0 ? unsure : plural(unsure, 'check')} couldn’t run`] : []),
    `${passed} passed`,
  ];
  if (counts.length === 1) return `**All ${plural(all, 'check')} passed.**`;
  return `**${counts.join(', ')}.**${failed > 0 ? ' Each failed check says how to fix it.' : ''}`;
}

function stateOf(failed: number, unsure: number): ReturnType<typeof bandState> {
  if (failed > 0) return { ...bandState('degraded'), word: `${failed} to fix` };
  return unsure > 0 ? { ...bandState('unknown'), word: `${unsure} not checked` } : bandState('passed');
}
