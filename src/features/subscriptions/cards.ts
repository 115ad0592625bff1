import type { CardContent, Turn } from '../../chat/contract';
import { bandState, noState, statuses } from '../../core/card';
import { lookUp } from '../../core/keys';
import { cleanText, enumerate, plainText, plural } from '../../core/text';
import { describeMoment, describeWhen, footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { outcomes } from './contract';
import type { Delivery, Rule } from './contract';
import { sizeOf } from './record';
import type { Subscriber, Tally, TallyGroup } from './record';

/** The card of a digest, of a burst, and of held events. */

const reasons = {
  daily: { kind: 'Daily digest', sentence: 'Here’s what happened since the last digest.' },
  weekly: { kind: 'Weekly digest', sentence: 'Here’s what happened since the last digest.' },
  quiet: { kind: 'Quiet hours', sentence: 'Here’s what happened during quiet hours.' },
  muted: { kind: 'No longer muted', sentence: 'Here’s what happened while notifications were muted.' },
  refused: { kind: 'Back again', sentence: 'Here’s what happened while I couldn’t post here.' },
  burst: {
    kind: 'Many events',
    sentence: 'Many events arrived within a minute, so this card groups them. It stays up to date.',
  },
};

const looks = {
  alert: { said: 'firing', many: 'alerts', sign: statuses.firing },
  resolved: { said: 'resolved', many: 'resolved alerts', sign: statuses.resolved },
  failure: { said: 'failed', many: 'failures', sign: statuses.failed },
  recovery: { said: 'recovered', many: 'recoveries', sign: statuses.healthy },
  success: { said: 'succeeded', many: 'successes', sign: statuses.succeeded },
  started: { said: 'started', many: 'starts', sign: statuses.running },
} as const;
const maxRows = 40;

export function drawSummary(tally: Tally, why: string, zone: string, now: number): CardContent {
  const { kind, sentence } = lookUp<{ kind: string; sentence: string }>(reasons, why) ?? reasons.quiet;
  const counts = outcomes.flatMap((outcome) => {
    const count = tally.groups
      .filter((group) => group.outcome === outcome)
      .reduce((sum, { names }) => sum + names.length, 0);
    return count > 0 ? [`${count} ${looks[outcome].said}`] : [];
  });
  const failed = tally.groups.some(({ outcome }) => outcome === 'failure');
  const places = byPlace(tally);
  const title = counts.join(', ') || plural(tally.lines.length, 'event');
  return {
    card: 'policy/list',
    data: {
      kind,
      state: failed ? bandState('failed') : noState,
      title,
      summary: `${kind}: ${title}`,
      sentence: [`**${sentence}**`, ...tally.lines.map((line) => `- ${line}`)].join('\n'),
      rows: places.slice(0, maxRows).map((groups) => row(groups, zone, now)),
      more: places.length > maxRows ? describeGroups(places.slice(maxRows).flat()) : '',
      actions: [
        { title: 'Show what runs where', verb: 'chat.run', id: 'where' },
        { title: 'Show subscriptions', verb: 'chat.run', id: 'subscriptions' },
      ],
      footer: `${footerTime(now, zone)} · ${plural(sizeOf(tally), 'event')} in total`,
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
    .map((each) => each.sort((a, b) => outcomes.indexOf(a.outcome) - outcomes.indexOf(b.outcome)))
    .sort((a, b) => rank(a) - rank(b));
}

const rank = ([first]: readonly TallyGroup[]): number => (first ? outcomes.indexOf(first.outcome) : outcomes.length);

function row(groups: readonly TallyGroup[], zone: string, now: number) {
  const [worst] = groups;
  // What failed and has recovered since is fine again.
  const latest = groups.reduce<TallyGroup | undefined>((a, b) => (a && a.lastAt >= b.lastAt ? a : b), undefined);
  const { glyph, color } = looks[latest?.outcome ?? 'success'].sign;
  return {
    glyph,
    color,
    name: cleanText(`${worst?.service ?? ''} in ${worst?.environment ?? ''}`, 100),
    words: groups.map(describeGroup).join(' · '),
    when: describeMoment(Math.max(...groups.map(({ lastAt }) => lastAt)), now, zone),
  };
}

const describeGroup = ({ names, outcome }: TallyGroup): string =>
  `${names.length} ${looks[outcome].said}: ${names.map((name) => cleanText(name, 40)).join(', ')}`;

function describeGroups(groups: readonly TallyGroup[]): string {
  return groups.map((group) => `${group.service} in ${group.environment}, ${describeGroup(group)}`).join('; ');
}

export interface SubscriptionsView {
  readonly deps: Pick<FeatureDependencies, 'catalog' | 'clock'>;
  readonly turn: Pick<Turn, 'person' | 'place' | 'reference'>;
  readonly subscriber: Subscriber | undefined;
  readonly delivery: Delivery | undefined;
}

/** `subscriptions`: what comes here, when, and whether it arrives. */
export function drawSubscriptions(view: SubscriptionsView): CardContent<'policy/list'> {
  const { deps, turn, subscriber } = view;
  const { rules = [], mutedUntil = 0, refused } = subscriber ?? {};
  const muted = mutedUntil > deps.clock.now();
  const own = turn.place.kind === 'personal';
  const title = rules.length === 0 ? 'No notifications' : plural(rules.length, 'subscription');
  return drawList(deps, turn, {
    kind: own ? 'Your subscriptions' : 'Subscriptions here',
    state: refused
      ? { ...bandState('failed'), word: 'Not arriving' }
      : muted
        ? { ...bandState('silenced'), word: 'Muted' }
        : noState,
    title,
    summary: `Subscriptions: ${title.toLowerCase()}`,
    sentence: describeNotifications(view, muted),
    most: 15,
    rows: rules.map((rule) => ({
      glyph: statuses.succeeded.glyph,
      color: 'Accent',
      name: cleanText(describeRuleScope(rule, cleanText), 200),
      words: describeRuleFilters(rule, cleanText),
      when: rule.from === 'setup' ? (own ? 'settings' : 'setup') : '',
    })),
    actions: rules.length === 0 ? [button('Subscribe…', 'subscribe')] : buttonsOf(muted),
  });
}

const button = (title: string, line: string) => ({ title, verb: 'chat.run', id: line });

const buttonsOf = (muted: boolean) => [
  button('Send a test', 'subscriptions test'),
  muted ? button('Unmute', 'unmute') : button('Mute for 2 h', 'mute 2h'),
  button('Remove…', 'unsubscribe'),
];

function describeNotifications({ deps, turn, subscriber, delivery }: SubscriptionsView, muted: boolean): string {
  if (!subscriber || subscriber.rules.length === 0)
    return '**Type `subscribe shop` to be notified about alerts, failures, and recoveries**, or `subscribe shop production on everything` for everything about shop in production.';
  const { digest, digestHour, hours = 'none', zone, mutedUntil = 0, refused } = subscriber;
  const moment = (at: number): string => describeMoment(at, deps.clock.now(), zone);
  const where = turn.place.kind === 'personal' ? 'in your personal chat' : 'here';
  const often = digest === 'daily' ? 'a daily digest' : 'a weekly digest on Monday';
  const last = delivery?.last;
  return [
    refused
      ? `**Nothing has arrived ${where} since ${moment(refused.since)}.** I’m holding the notifications and will try again.`
      : '',
    muted ? `**Muted until ${moment(mutedUntil)}.**` : '',
    describeTiming(digest === 'none' ? undefined : `as ${often} at ${describeHour(digestHour)}`, {
      muted,
      refused: refused !== undefined,
    }),
    hours === 'none' ? '' : `Quiet hours are ${hours.replace('-', ' to ')}.`,
    last && !refused
      ? `The last message ${stateText[last.state](describeWhen(last.at, deps.clock.now(), zone))}${last.error === undefined ? '' : `: ${plainText(last.error, 160)}`}.`
      : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** Notifications that don't arrive can't arrive right away. */
function describeTiming(
  digest: string | undefined,
  { muted, refused }: { readonly muted: boolean; readonly refused: boolean },
): string {
  if (refused && !muted) return digest === undefined ? '' : `They normally arrive ${digest}.`;
  return `${muted ? 'After that, notifications' : 'Notifications'} arrive ${digest ?? 'right away'}.`;
}

/** `09:00` */
export const describeHour = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const stateText = {
  posted: (when: string) => `was delivered ${when}`,
  waiting: (when: string) => `was written ${when} and is on its way`,
  undeliverable: (when: string) => `couldn’t be delivered ${when}`,
} as const;

/** A rule in words, as Markdown unless `escape` formats outside text differently. */

/** `shop in production`, `everything in staging` */
export function describeRuleScope({ services, environments }: Rule, shown = plainText): string {
  const what = services.length === 0 ? 'everything' : enumerate(services.map((each) => shown(each, 40)));
  return environments.length === 0 ? what : `${what} in ${enumerate(environments.map((each) => shown(each, 40)))}`;
}

const severityWords = { info: [], warning: ['warnings and above'], critical: ['critical only'] } as const;

/** `failures and recoveries, branch main, critical only` */
export function describeRuleFilters(rule: Rule, shown = plainText): string {
  const { branches, severity } = rule;
  const branch = branches.length > 0 ? [`branch ${branches.map((each) => shown(each, 60)).join(', ')}`] : [];
  // The end of an alert goes without saying.
  const named = rule.outcomes.filter((each) => each !== 'resolved' || !rule.outcomes.includes('alert'));
  return [enumerate(named.map((each) => looks[each].many)), ...branch, ...severityWords[severity]].join(', ');
}
