import type { MessageFate, Reply, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { bandState, statuses } from '../../core/card/status';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import type { Delivery } from './contract';
import type { Listener } from './listener';
import { ruleFilters, ruleScope } from './rules';

/** `subscriptions`: what is heard here, when, and whether it arrives. */

export interface ListView {
  readonly turn: Turn;
  readonly catalog: Catalog;
  readonly listener: Listener | undefined;
  readonly delivery: Delivery | undefined;
  readonly now: number;
}

const maxRows = 15;

export function subscriptionsCard(view: ListView): Reply {
  const { turn, catalog, listener, now } = view;
  const rules = listener?.rules ?? [];
  const muted = listener?.mutedUntil !== undefined && listener.mutedUntil > now;
  const refused = listener?.refused !== undefined;
  const title = rules.length === 0 ? 'Nothing comes by itself' : plural(rules.length, 'subscription');
  return {
    card: 'policy/list',
    data: {
      kind: turn.place.kind === 'personal' ? 'You hear of' : 'Subscriptions here',
      state: rules.length === 0 ? bandState('draft') : bandState(refused ? 'failed' : muted ? 'waiting' : 'done'),
      title,
      summary: `Subscriptions: ${title.toLowerCase()}`,
      sentence: sentenceOf(view, muted),
      rows: rules.slice(0, maxRows).map((rule) => ({
        glyph: statuses.succeeded.glyph,
        color: 'Accent',
        name: cleanText(ruleScope(rule), 200),
        words: ruleFilters(rule),
        when: rule.from === 'setup' ? (turn.place.kind === 'personal' ? 'settings' : 'setup') : '',
      })),
      more: rules.length > maxRows ? `and ${rules.length - maxRows} more` : '',
      actions: rules.length === 0 ? [run('Subscribe…', 'subscribe')] : buttons(muted),
      footer: `${footerTime(now, catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

const run = (title: string, line: string) => ({ title, verb: 'chat.run', id: line });

const buttons = (muted: boolean) => [
  run('Send a test', 'subscriptions test'),
  muted ? run('Unmute', 'unmute') : run('Mute for 2 h', 'mute 2h'),
  run('Remove…', 'unsubscribe'),
];

function sentenceOf({ turn, listener, delivery, now }: ListView, muted: boolean): string {
  if (!listener || listener.rules.length === 0)
    return '**Write `subscribe shop` to hear of failures and recoveries**, or `subscribe shop production on everything`.';
  const { digest, digestHour, hours = 'none', zone, mutedUntil, refused } = listener;
  const hour = `${String(digestHour).padStart(2, '0')}:00`;
  const when =
    digest === 'none'
      ? 'It comes at once.'
      : `It comes as a digest, ${digest === 'daily' ? 'every day' : 'every Monday'} at ${hour}.`;
  const parts = [
    ...(refused
      ? [
          `**Nothing arrives ${turn.place.kind === 'personal' ? 'with you' : 'here'} since ${describeMoment(refused.since, now, zone)}.** I keep what happens and try again.`,
        ]
      : []),
    ...(muted && mutedUntil !== undefined ? [`**Muted until ${describeMoment(mutedUntil, now, zone)}.**`] : []),
    when,
    ...(hours === 'none' ? [] : [`Quiet hours are ${hours.replace('-', ' to ')}.`]),
    ...(delivery?.last
      ? [
          `The last message is of ${describeMoment(delivery.last.at, now, zone)}, ${stateWords[delivery.last.state]}${errorWords(delivery.last)}.`,
        ]
      : []),
  ];
  return parts.join(' ');
}

function errorWords({ error }: MessageFate): string {
  return error === undefined ? '' : `: ${plainText(error, 160)}`;
}

const stateWords = { posted: 'and it arrived', waiting: 'on its way', undeliverable: 'and it did not arrive' } as const;
