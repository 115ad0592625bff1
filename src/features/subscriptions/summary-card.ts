import type { CardContent } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import { bandState, statuses } from '../../core/card/status';
import { cleanText, plural } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import type { HappeningOutcome } from './contract';
import { sizeOf } from './tally';
import type { Tally, TallyGroup } from './tally';

/** The card of a digest, of a burst, and of what was held back. */

const whyWords: Readonly<Record<string, { readonly kind: string; readonly sentence: string }>> = {
  daily: { kind: 'Daily digest', sentence: 'This happened since the last digest.' },
  weekly: { kind: 'Weekly digest', sentence: 'This happened since the last digest.' },
  quiet: { kind: 'Quiet hours', sentence: 'This happened in your quiet hours.' },
  muted: { kind: 'No longer muted', sentence: 'This happened while I was muted here.' },
  refused: { kind: 'Back again', sentence: 'This happened while I could not write here.' },
  burst: {
    kind: 'A lot at once',
    sentence: 'So much happened in a minute that it stands in one card. It is kept up to date.',
  },
};

const order: readonly HappeningOutcome[] = ['failure', 'recovery', 'success', 'started'];
const said: Readonly<Record<HappeningOutcome, string>> = {
  failure: 'failed',
  recovery: 'recovered',
  success: 'well',
  started: 'started',
};
const looks = {
  failure: statuses.failed,
  recovery: statuses.healthy,
  success: statuses.succeeded,
  started: statuses.running,
} as const;
const maxRows = 40;

export function summaryCard(tally: Tally, why: string, zone: string, now: number): CardContent {
  const { kind, sentence } = lookUp(whyWords, why) ?? whyWords['quiet'] ?? { kind: '', sentence: '' };
  const counts = order.flatMap((outcome) => {
    const count = tally.groups
      .filter((group) => group.outcome === outcome)
      .reduce((sum, { names }) => sum + names.length, 0);
    return count > 0 ? [`${count} ${said[outcome]}`] : [];
  });
  const failed = tally.groups.some(({ outcome }) => outcome === 'failure');
  const places = byPlace(tally);
  const title = counts.join(', ') || plural(tally.lines.length, 'thing');
  return {
    card: 'policy/list',
    data: {
      kind,
      state: bandState(failed ? 'failed' : 'done'),
      title,
      summary: `${kind}: ${title}`,
      sentence: [`**${sentence}**`, ...tally.lines.map((line) => `- ${line}`)].join('\n'),
      rows: places.slice(0, maxRows).map((groups) => row(groups, zone, now)),
      more: places.length > maxRows ? wordsOfRest(places.slice(maxRows).flat()) : '',
      actions: [
        { title: 'What runs where', verb: 'chat.run', id: 'where' },
        { title: 'Subscriptions', verb: 'chat.run', id: 'subscriptions' },
      ],
      footer: `${footerTime(now, zone)} · ${plural(sizeOf(tally), 'thing')} in all`,
    },
  };
}

/** The groups of one service in one environment, the worst place first. */
function byPlace({ groups }: Tally): (readonly TallyGroup[])[] {
  const places = new Map<string, TallyGroup[]>();
  for (const group of groups) {
    const key = `${group.service} ${group.environment}`;
    places.set(key, [...(places.get(key) ?? []), group]);
  }
  return [...places.values()]
    .map((each) => each.sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome)))
    .sort((a, b) => rank(a) - rank(b));
}

const rank = ([first]: readonly TallyGroup[]): number => (first ? order.indexOf(first.outcome) : order.length);

function row(groups: readonly TallyGroup[], zone: string, now: number) {
  const [worst] = groups;
  const { glyph, color } = looks[worst?.outcome ?? 'success'];
  return {
    glyph,
    color,
    name: cleanText(`${worst?.service ?? ''} in ${worst?.environment ?? ''}`, 100),
    words: groups.map(groupWords).join(' · '),
    when: describeMoment(Math.max(...groups.map(({ lastAt }) => lastAt)), now, zone),
  };
}

const groupWords = ({ names, outcome }: TallyGroup): string =>
  `${names.length} ${said[outcome]}: ${names.map((name) => cleanText(name, 40)).join(', ')}`;

function wordsOfRest(groups: readonly TallyGroup[]): string {
  return groups.map((group) => `${group.service} in ${group.environment}, ${groupWords(group)}`).join('; ');
}
