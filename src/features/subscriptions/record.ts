import { RefusalError } from '../../core/refusal';
import { lineThatAsks } from '../../core/catalog/refusals';
import { DateTime } from 'luxon';
import type { Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { everything, mayAnywhere, mayEverywhere, wholeService, whoMayEverywhere } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText } from '../../core/text';
import type { StoredEffect } from '../../workflows';
import { severities } from '../../core/severity';
import type { Digest, EventOutcome, NotificationChoice, Rule, ServiceEvent } from './contract';

/** A person or a place that is notified about services: its rules, its held events, and what it was recently told. Pure. */

export interface Subscriber {
  readonly to: 'person' | 'place';
  /** The place's name; empty for a person. */
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly digest: Digest;
  /** 0 to 23, in the zone's local time. */
  readonly digestHour: number;
  /** Quiet hours there: `22:00-07:00`, or `none`. */
  readonly hours?: string;
  readonly zone: string;
  readonly mutedUntil?: number | undefined;
  /** Events that wait for the end of quiet hours, for the digest, or for the place to let Gavel in again. */
  readonly held: readonly Tally[];
  /** The ids of the latest events, so that none counts twice. */
  readonly heard: readonly string[];
  /** The notifications of the last minute. */
  readonly told: readonly { readonly thread: string; readonly at: number }[];
  /** The summary that collects a burst, while it lasts. */
  readonly burst?: Summary & { readonly lastAt: number };
  /** Summaries that can still fail to arrive, the latest last. */
  readonly sent: readonly Pick<Summary, 'number' | 'tally'>[];
  readonly summaries: number;
  /** Nothing has arrived there since then; `at` is the latest failure. */
  readonly refused?: { readonly since: number; readonly at: number; readonly tries: number } | undefined;
  /** The latest message: `t:` and its thread, or `s:` and the number of the summary. */
  readonly last?: { readonly what: string; readonly at: number };
  readonly wakeAt?: number | undefined;
}

export interface Summary {
  readonly number: number;
  readonly tally: Tally;
  readonly revision: number;
}

export function newSubscriber(who: Pick<Subscriber, 'to' | 'name' | 'zone'>): Subscriber {
  return { ...who, rules: [], digest: 'none', digestHour: 9, held: [], heard: [], told: [], sent: [], summaries: 0 };
}

/** What a place or a person gets by default. */
export const usualOutcomes: readonly EventOutcome[] = ['alert', 'failure', 'recovery', 'resolved'];

/** A choice on a card as a rule. */
export function ruleOfChoice({
  services,
  environments,
  outcomes,
}: Pick<NotificationChoice, 'services' | 'environments' | 'outcomes'>): Rule {
  return {
    from: 'setup',
    services,
    environments,
    branches: [],
    outcomes: outcomes === 'failures' ? usualOutcomes : [...usualOutcomes, 'success'],
    severity: 'info',
  };
}

/** A record as choices on a card. */
export function choiceOf({ to, rules, digest, hours, zone }: Subscriber): NotificationChoice | undefined {
  const rule = rules.find(({ from }) => from === 'setup');
  if (!rule) return undefined;
  return {
    to,
    services: rule.services,
    environments: rule.environments,
    outcomes: rule.outcomes.includes('success') ? 'everything' : 'failures',
    digest: digest !== 'none',
    ...(hours !== undefined && { hours }),
    zone,
  };
}

/** Many events in one message: each is listed by its name, and failures are also described. */
export interface Tally {
  readonly groups: readonly TallyGroup[];
  /** The latest failures in words. */
  readonly lines: readonly string[];
}

export interface TallyGroup {
  readonly service: string;
  readonly environment: string;
  readonly outcome: EventOutcome;
  readonly names: readonly string[];
  readonly lastAt: number;
}

export const emptyTally: Tally = { groups: [], lines: [] };
/** As many names as fit on a card. */
export const fullTally = 300;
const maxLines = 5;

/** The latest outcome of a thing replaces its earlier one. */
export function countEvent(tally: Tally, event: ServiceEvent, at: number): Tally {
  const { service, environment, outcome, name, words } = event;
  const isThere = (group: TallyGroup): boolean => group.service === service && group.environment === environment;
  const others = tally.groups.map((group) =>
    isThere(group) && group.outcome !== outcome
      ? { ...group, names: group.names.filter((each) => each !== name) }
      : group,
  );
  const known = others.find((group) => isThere(group) && group.outcome === outcome);
  const group: TallyGroup = {
    service,
    environment,
    outcome,
    names: known?.names.includes(name) ? known.names : [...(known?.names ?? []), name],
    lastAt: at,
  };
  return {
    groups: [...others.filter((each) => each !== known && each.names.length > 0), group],
    lines: outcome === 'failure' || outcome === 'alert' ? [...tally.lines, words].slice(-maxLines) : tally.lines,
  };
}

export function sizeOf({ groups }: Tally): number {
  return groups.reduce((sum, { names }) => sum + names.length, 0);
}

export function namesOf({ groups }: Tally): readonly string[] {
  return groups.flatMap(({ names }) => names);
}

/** A list of tallies, each of which fits on a card, with one more event. */
export function countInLast(tallies: readonly Tally[], event: ServiceEvent, at: number): readonly Tally[] {
  const last = tallies.at(-1);
  if (!last || (sizeOf(last) >= fullTally && !namesOf(last).includes(event.name)))
    return [...tallies, countEvent(emptyTally, event, at)];
  return [...tallies.slice(0, -1), countEvent(last, event, at)];
}

/** A tally that didn't arrive, merged with those that wait: on as few cards as possible. */
export function bringBack(back: Tally, tallies: readonly Tally[]): readonly Tally[] {
  const [first = emptyTally, ...others] = tallies;
  return sizeOf(first) + sizeOf(back) > fullTally ? [back, ...tallies] : [mergeTallies(back, first), ...others];
}

function mergeTallies(earlier: Tally, later: Tally): Tally {
  const keyOfGroup = ({ service, environment, outcome }: TallyGroup): string => `${service} ${environment} ${outcome}`;
  const groups = new Map(earlier.groups.map((group) => [keyOfGroup(group), group]));
  for (const group of later.groups) {
    const known = groups.get(keyOfGroup(group));
    const names = [...new Set([...(known?.names ?? []), ...group.names])];
    groups.set(keyOfGroup(group), { ...group, names });
  }
  return { groups: [...groups.values()], lines: [...earlier.lines, ...later.lines].slice(-maxLines) };
}

/** Which events a rule lets through, when a notification can be sent, and who chooses what comes to a place. Pure. */

const isAmong = (list: readonly string[], one: string): boolean => list.length === 0 || list.includes(one);

/** Whether a rule lets an event through. */
export function matchesRule(rule: Rule, event: ServiceEvent): boolean {
  return (
    isAmong(rule.services, event.service) &&
    isAmong(rule.environments, event.environment) &&
    (rule.branches.length === 0 || (event.branch !== undefined && rule.branches.includes(event.branch))) &&
    rule.outcomes.includes(event.outcome) &&
    severities.indexOf(event.severity) >= severities.indexOf(rule.severity)
  );
}

/** When a notification about an event of this moment can be sent; `now` if at once. Critical ones are never held. */
export function notifyAt(
  { hours = 'none', zone, digest, digestHour }: Pick<Subscriber, 'hours' | 'zone' | 'digest' | 'digestHour'>,
  now: number,
  critical = false,
): number {
  if (critical) return now;
  const wanted = digest === 'none' ? now : nextDigest(digestHour, now, zone, digest);
  const [from, to] = hours.split('-');
  if (from === undefined || to === undefined) return wanted;
  return isWithinHours(from, to, wanted, zone) ? nextTime(to, wanted, zone) : wanted;
}

function nextDigest(hour: number, after: number, zone: string, digest: Digest): number {
  let moment = nextTime(`${hour}:00`, after, zone);
  // The week begins on Monday.
  while (digest === 'weekly' && DateTime.fromMillis(moment, { zone }).weekday !== 1)
    moment = nextTime(`${hour}:00`, moment, zone);
  return moment;
}

function isWithinHours(from: string, to: string, moment: number, zone: string): boolean {
  const time = DateTime.fromMillis(moment, { zone }).toFormat('HH:mm');
  return from < to ? time >= from && time < to : time >= from || time < to;
}

/** The next time that the local clock shows this. */
function nextTime(time: string, after: number, zone: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const today = DateTime.fromMillis(after, { zone }).set({ hour, minute, second: 0, millisecond: 0 });
  return (today.toMillis() > after ? today : today.plus({ days: 1 })).toMillis();
}

export const isOwn = ({ place }: Pick<Turn, 'place'>): boolean => place.kind === 'personal';
/** The person in their own chat, otherwise the place. */
export const subscriberId = (turn: Pick<Turn, 'person' | 'place'>): string =>
  isOwn(turn) ? turn.person.id : turn.place.id;
export const placeNameIn = (turn: Pick<Turn, 'place'>): string => (isOwn(turn) ? '' : turn.place.name);

/**
 * Everybody chooses for themselves, among what they can view. For a channel or group chat, people need the right to choose where notifications go,
 * for everything it is about.
 */
export function requireChooser(all: Catalog, turn: Pick<Turn, 'person' | 'place'>, scopes: readonly Scope[]): void {
  const { id } = turn.person;
  const own = isOwn(turn);
  const right = own ? 'view' : 'announce';
  const mayChoose = (scope: Scope): boolean =>
    own ? maySeeSome(all, id, scope) : mayEverywhere(all, id, right, scope);
  if (scopes.every(mayChoose)) return;
  const barred = scopes.find((scope) => !mayEverywhere(all, id, right, scope)) ?? everything;
  const about = barred.services === undefined ? 'everything' : cleanText(enumerate(barred.services), 80);
  throw new RefusalError({
    act: `change ${own ? 'your notifications' : 'the notifications here'} about ${about}`,
    nothing: 'nothing was changed',
    why: `You need the ${right} permission for ${about === 'everything' ? 'everything' : plainText(about)}.`,
    able: whoMayEverywhere(all, right, barred).map(({ name }) => name),
    can: 'change them',
    asks: lineThatAsks(right, barred),
  });
}

/** Personal notifications are checked again for each message, so access to part of it is enough to subscribe. */
function maySeeSome(catalog: Catalog, personId: string, { services = [], environments = [] }: Scope): boolean {
  return mayAnywhere(catalog, personId, 'view', { service: services[0], environment: environments[0] });
}

/** What a subscription covers: a service where it runs, everything for `all`. */
export function scopeFor(catalog: Catalog, service: string, environment?: string): Scope {
  const where = environment === undefined ? {} : { environments: [environment] };
  return service === 'all' ? where : { ...wholeService(catalog, service), ...where };
}

/** Everything that a place is subscribed to; without subscriptions, everything, because its settings also apply to later ones. */
export function scopesOf(catalog: Catalog, rules: readonly Rule[]): Scope[] {
  if (rules.length === 0) return [everything];
  return rules.flatMap(({ services, environments }) => {
    const where = environments.length === 0 ? [undefined] : environments;
    return (services.length === 0 ? ['all'] : services).flatMap((service) =>
      where.map((environment) => scopeFor(catalog, service, environment)),
    );
  });
}

/** What was stored before there were rules. */
interface FirstSchema extends Pick<NotificationChoice, 'to' | 'services' | 'environments' | 'outcomes' | 'zone'> {
  readonly digest: boolean;
  readonly hours?: string;
  readonly held: readonly string[];
  readonly heard: readonly string[];
  readonly wakeAt?: number;
}

/** Upgrades a subscriber from an earlier schema. */
export function subscriberFromOlder(value: unknown, fromSchema: number): Subscriber {
  if (fromSchema !== 1) return value as Subscriber;
  const { to, services, environments, outcomes, digest, held, zone, ...kept } = value as FirstSchema;
  return {
    ...newSubscriber({ to, name: '', zone }),
    ...kept,
    rules: [ruleOfChoice({ services, environments, outcomes })],
    digest: digest ? 'daily' : 'none',
    held: held.length > 0 ? [{ groups: [], lines: held }] : [],
  };
}

/** Before messages had separate names, their keys were their names, and a tally was stored as text. */
export function subscriberEffectFromOlder(effect: StoredEffect): StoredEffect {
  const { what = effect.key, revision = 1, tally, ...rest } = effect.detail ?? {};
  if (tally === undefined) return { ...effect, kind: 'say', detail: { ...rest, what, revision } };
  return {
    ...effect,
    kind: 'sum up',
    detail: { ...rest, topic: what, what, revision, tally: JSON.parse(String(tally)) as unknown },
  };
}
