import type { MessageState } from '../../chat/contract';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';
import type { Digest, NotificationChoice, Rule, ServiceEvent } from './contract';
import {
  bringBack,
  countEvent,
  countInLast,
  emptyTally,
  fullTally,
  matchesRule,
  newSubscriber,
  notifyAt,
  ruleOfChoice,
  sizeOf,
  subscriberEffectFromOlder,
  subscriberFromOlder,
} from './record';
import type { Subscriber, Summary, Tally } from './record';

/** The next state of a subscriber after choices, events about services, and time. */

export type SubscriberEvent =
  /** Replaces what was chosen on an earlier card; rules from `subscribe` stay. */
  | { readonly type: 'choose'; readonly choice: NotificationChoice; readonly name: string }
  /** One more rule; it replaces one with the same scope. */
  | { readonly type: 'subscribe'; readonly rule: Rule; readonly as: Pick<Subscriber, 'to' | 'name' | 'zone'> }
  /** Removes the rules for this service (`all` for every service), only in this environment if one is named. */
  | { readonly type: 'unsubscribe'; readonly service: string; readonly environment: string | undefined }
  | { readonly type: 'mute'; readonly until: number }
  | { readonly type: 'unmute' }
  | { readonly type: 'digest'; readonly digest: Digest; readonly hour: number }
  | { readonly type: 'notify'; readonly about: ServiceEvent }
  /** A message didn't arrive; `tally` is its current content if it was about a single event. */
  | { readonly type: 'bounce'; readonly what: string; readonly tally: Tally | undefined }
  /** `lastMessage` is the status of the last message. */
  | { readonly type: 'time'; readonly lastMessage: MessageState | undefined };

type SubscriberEffect =
  | ({ readonly what: string; readonly revision: number } & (
      | { readonly kind: 'say'; readonly text: string }
      | { readonly kind: 'sum up'; readonly topic: string; readonly why: string; readonly tally: Tally }
    ))
  /** Redraws the cards that show the choices. */
  | { readonly kind: 'show'; readonly topic: 'cards' };

type SubscriberChange = Change<Subscriber, SubscriberEffect>;
/** Undefined: it doesn't concern this subscriber, or is already known. */
export type SubscriberVerdict = SubscriberChange | { readonly refusal: 'too many' | 'nothing to change' } | undefined;

export const maxRules = 50;
const maxRemembered = 200;
const maxSent = 20;
const burstWindowMs = 60_000;
/** More than these in a minute become one summary. */
export const burstLimit = 5;
const firstTryAgainMs = 3_600_000;
const longestTryAgainMs = 86_400_000;
/** After this time, it is known whether a message arrived. */
const knownAfterMs = 900_000;

export const subscriberWorkflow = defineWorkflow({
  name: 'hearings',
  collection: {
    name: 'hearings',
    schema: 3,
    indexes: { to: ({ to }: Subscriber) => to },
    queries: [{ where: ['to'] }],
    upgrade: subscriberFromOlder,
    upgradeEffect: subscriberEffectFromOlder,
  },
  transition: subscriberTransition,
});

/** How far ahead the next attempt can be if nothing arrives; undefined if it waits for a time of day. */
export function wakesWithinMs({ refused }: Subscriber): number | undefined {
  return refused && longestTryAgainMs;
}

function subscriberTransition(
  record: Subscriber | undefined,
  event: SubscriberEvent,
  circumstance: Pick<Circumstance, 'now'>,
): SubscriberVerdict {
  const verdict = decide(record, event, circumstance);
  if (!verdict || !('record' in verdict) || event.type === 'notify') return verdict;
  return { ...verdict, effects: [...(verdict.effects ?? []), { kind: 'show', topic: 'cards' }] };
}

function decide(
  record: Subscriber | undefined,
  event: SubscriberEvent,
  { now }: Pick<Circumstance, 'now'>,
): SubscriberVerdict {
  if (event.type === 'choose') return { record: choose(record, event.choice, event.name) };
  if (event.type === 'subscribe') return subscribe(record ?? newSubscriber(event.as), event.rule);
  if (!record) return undefined;
  switch (event.type) {
    case 'unsubscribe':
      return unsubscribe(record, event.service, event.environment);
    case 'mute':
      return { record: { ...record, mutedUntil: event.until } };
    case 'unmute':
      if (record.mutedUntil === undefined || record.mutedUntil <= now) return { refusal: 'nothing to change' };
      return { record: { ...record, mutedUntil: now, ...(record.held.length > 0 && { wakeAt: now }) } };
    case 'digest': {
      const { digest, hour } = event;
      // Events held for a digest that was turned off are sent now.
      const comesNow = digest === 'none' && record.held.length > 0 && !record.refused;
      return { record: { ...record, digest, digestHour: hour, ...(comesNow && { wakeAt: now }) } };
    }
    case 'notify':
      return notify(record, event.about, now);
    case 'bounce':
      return { record: bounce(record, event.what, event.tally, now) };
    case 'time':
      return wake(record, event.lastMessage, now);
  }
}

function choose(record: Subscriber | undefined, choice: NotificationChoice, name: string): Subscriber {
  const { to, services, digest, hours, zone } = choice;
  const before = record ?? newSubscriber({ to, name, zone });
  const others = before.rules.filter(({ from }) => from !== 'setup');
  return {
    ...before,
    name: name || before.name,
    rules: services.length === 0 ? others : [ruleOfChoice(choice), ...others],
    digest: !digest ? 'none' : before.digest === 'none' ? 'daily' : before.digest,
    hours,
    zone,
  };
}

function subscribe(record: Subscriber, rule: Rule): SubscriberVerdict {
  const scope = ({ from, services, environments }: Rule): string => JSON.stringify([from, services, environments]);
  const others = record.rules.filter((each) => scope(each) !== scope(rule));
  return others.length >= maxRules ? { refusal: 'too many' } : { record: { ...record, rules: [...others, rule] } };
}

function unsubscribe(record: Subscriber, service: string, environment: string | undefined): SubscriberVerdict {
  const rules = record.rules.flatMap((rule): Rule[] => {
    if (service !== 'all' && !rule.services.includes(service)) return [rule];
    if (environment !== undefined && !rule.environments.includes(environment)) return [rule];
    const services = service === 'all' ? rule.services : [service];
    const others = rule.services.filter((each) => !services.includes(each));
    const environments = environment === undefined ? [] : rule.environments.filter((each) => each !== environment);
    return [
      ...(others.length > 0 ? [{ ...rule, services: others }] : []),
      ...(environments.length > 0 ? [{ ...rule, services, environments }] : []),
    ];
  });
  const isSame = JSON.stringify(rules) === JSON.stringify(record.rules);
  return isSame ? { refusal: 'nothing to change' } : { record: { ...record, rules } };
}

function notify(record: Subscriber, about: ServiceEvent, now: number): SubscriberChange | undefined {
  if (record.heard.includes(about.id) || !record.rules.some((rule) => matchesRule(rule, about))) return undefined;
  const known = { ...record, heard: [...record.heard, about.id].slice(-maxRemembered) };
  const at = waitsUntil(record, about, now);
  if (at <= now) return notifyNow(known, about, now);
  const wakeAt = Math.min(known.wakeAt ?? Infinity, at);
  return { record: { ...known, held: countInLast(known.held, about, now), wakeAt } };
}

function waitsUntil(record: Subscriber, { severity }: ServiceEvent, now: number): number {
  // It has its own retry times; another message in between would be lost, too.
  if (record.refused) return record.wakeAt ?? now + firstTryAgainMs;
  const { mutedUntil = now } = record;
  if (mutedUntil > now) return Math.max(mutedUntil, notifyAt(record, mutedUntil));
  return Math.max(notifyAt(record, now, severity === 'critical'), now);
}

function notifyNow(record: Subscriber, about: ServiceEvent, now: number): SubscriberChange {
  const { thread, words, revision } = about;
  const told = record.told.filter(({ at }) => at > now - burstWindowMs);
  const isUpdate = told.some((each) => each.thread === thread);
  const burst = record.burst && record.burst.lastAt > now - burstWindowMs ? record.burst : undefined;
  const inBurst = burst !== undefined && burst.tally.groups.some(({ names }) => names.includes(about.name));
  if (!inBurst && (isUpdate || (burst === undefined && told.length < burstLimit))) {
    const what = `t:${thread}`;
    const toldNow = [...told.filter((each) => each.thread !== thread), { thread, at: now }];
    return {
      record: { ...record, told: toldNow, last: { what, at: now } },
      effects: [{ kind: 'say', what, text: words, revision }],
    };
  }
  const open = burst && (inBurst || sizeOf(burst.tally) < fullTally) ? burst : undefined;
  const number = open?.number ?? record.summaries + 1;
  const tally = countEvent(open?.tally ?? emptyTally, about, now);
  const next = { number, tally, revision: (open?.revision ?? 0) + 1, lastAt: now };
  return sumUp({ ...record, told, burst: next }, next, 'burst', now);
}

function sumUp(
  record: Subscriber,
  { number, tally, revision }: Summary,
  why: string,
  now: number,
): SubscriberChange & { readonly effects: readonly SubscriberEffect[] } {
  const what = `s:${number}`;
  const sent = [...record.sent.filter((each) => each.number !== number), { number, tally }].slice(-maxSent);
  return {
    record: { ...record, sent, summaries: Math.max(record.summaries, number), last: { what, at: now } },
    effects: [{ kind: 'sum up', topic: what, what, revision, why, tally }],
  };
}

/** All held events in as few messages as possible; nothing while it is muted. */
function release(record: Subscriber, now: number): SubscriberChange {
  const { held, mutedUntil } = record;
  if (mutedUntil !== undefined && mutedUntil > now) return { record: { ...record, wakeAt: mutedUntil } };
  const why = record.refused ? 'refused' : mutedUntil !== undefined ? 'muted' : record.digest;
  let released: Subscriber = {
    ...record,
    held: [],
    wakeAt: record.refused && held.length > 0 ? now + knownAfterMs : undefined,
    mutedUntil: undefined,
  };
  const effects: SubscriberEffect[] = [];
  for (const tally of held) {
    const summary = { number: released.summaries + 1, tally, revision: 1 };
    const change = sumUp(released, summary, why === 'none' ? 'quiet' : why, now);
    released = change.record;
    effects.push(...change.effects);
  }
  return { record: released, effects };
}

/** Events that didn't arrive are kept for the next attempt, as far as they are still known. */
function bounce(record: Subscriber, what: string, lost: Tally | undefined, now: number): Subscriber {
  const tally = lost ?? record.sent.find(({ number }) => what === `s:${number}`)?.tally;
  const { since = now, at = -Infinity, tries = 0 } = record.refused ?? {};
  // Several messages that fail together count as one attempt.
  const refused = { since, at: now, tries: now - at < knownAfterMs ? tries : tries + 1 };
  const waitMs = Math.min(longestTryAgainMs, firstTryAgainMs * 2 ** (refused.tries - 1));
  return { ...record, refused, held: tally ? bringBack(tally, record.held) : record.held, wakeAt: now + waitMs };
}

function wake(record: Subscriber, lastMessage: MessageState | undefined, now: number): SubscriberChange {
  const { refused, last } = record;
  if (!refused || !last || last.at <= refused.at) return release(record, now);
  if (lastMessage === 'waiting') return { record: { ...record, wakeAt: now + knownAfterMs } };
  return release(lastMessage === 'posted' ? { ...record, refused: undefined } : record, now);
}
