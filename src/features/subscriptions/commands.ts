import type { Arguments, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { cleanText, enumerate, plainText } from '../../core/text';
import { readMoment } from '../../core/time/typed/moment';
import { describeUnread } from '../../core/time/typed/term';
import { momentInZone } from '../../core/time/words';
import { requireEnvironment, unknownName } from '../../core/catalog/unknown-names';
import type { Collection } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import { withoutRule, withRule } from './book';
import type { Rule, Subscriptions } from './contract';
import { readDigest } from './digest';
import { readFilters } from './filters';
import { subscriptionsCard } from './list-card';
import { newListener } from './listener';
import type { Listener } from './listener';
import { ruleFilters, ruleScope } from './rules';
import { isOwn, refuseOthers, scopeFor, scopesOf } from './who-chooses';

/** What one may type about what comes by itself: in a shared place for the place, in the personal chat for oneself. */

export interface Talk {
  readonly deps: FeatureDependencies;
  readonly listeners: Collection<Listener>;
  readonly subscriptions: Pick<Subscriptions, 'deliveries'>;
}

export async function subscribe(talk: Talk, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, listeners } = talk;
  const { service = '', environment } = args;
  const catalog = deps.catalog();
  if (service !== 'all' && !Object.hasOwn(catalog.services, service))
    throw unknownName('service', service, [...Object.keys(catalog.services), 'all'], 'nothing was changed');
  if (environment !== undefined) requireEnvironment(catalog, environment, 'nothing was changed');
  refuseOthers(catalog, turn, [scopeFor(catalog, service, environment)]);
  const filters = readFilters(args['filters'] ?? '');
  if ('unread' in filters)
    throw new UserError(
      `I do not know “${plainText(filters.unread, 40)}” there, so nothing was changed. Write it like \`subscribe shop production on failure,recovery branch main severity critical\`; there are failure, recovery, success, started and everything, and info, warning and critical.`,
    );
  const rule: Rule = {
    from: 'subscribe',
    services: service === 'all' ? [] : [service],
    environments: environment === undefined ? [] : [environment],
    ...filters,
  };
  const zone = await zoneFor(talk, turn);
  await listeners.upsert(listenerId(turn), (record) =>
    withRule(record ?? newListener(kindOf(turn), nameOf(turn), zone), rule),
  );
  const scope = ruleScope(rule);
  return {
    text: `**From now on ${whoHears(turn)} of ${scope}**: ${ruleFilters(rule)}. \`subscriptions\` shows it, \`subscriptions test\` shows that it arrives.`,
    audit: { target: scope.slice(0, 120), outcome: 'subscribed', detail: { filters: ruleFilters(rule) } },
  };
}

export async function unsubscribe({ deps, listeners }: Talk, turn: Turn, args: Arguments): Promise<Reply> {
  const { service = '', environment } = args;
  const all = deps.catalog();
  const own = (await listeners.get(listenerId(turn)))?.value;
  const touched = service === 'all' ? scopesOf(all, own?.rules ?? []) : [scopeFor(all, service, environment)];
  refuseOthers(all, turn, touched);
  const after = await listeners.update(listenerId(turn), (record) => withoutRule(record, service, environment));
  const scope = `${service === 'all' ? 'everything' : plainText(service, 40)}${environment === undefined ? '' : ` in ${plainText(environment, 40)}`}`;
  if (after?.changed !== true)
    throw new UserError(
      `Nothing here is about ${scope} alone, so nothing was changed. \`subscriptions\` shows what there is; \`unsubscribe all\` ends all of it.`,
    );
  return {
    text: `**From now on ${whoHears(turn, 'no longer ')} of ${scope}.** ${after.value.rules.length === 0 ? 'Nothing comes by itself any more.' : '`subscriptions` shows what is left.'}`,
    audit: { target: scope.slice(0, 120), outcome: 'unsubscribed' },
  };
}

export async function list({ deps, listeners, subscriptions }: Talk, turn: Turn): Promise<Reply> {
  const id = listenerId(turn);
  const listener = (await listeners.get(id))?.value;
  const delivery = listener && (await subscriptions.deliveries()).find((each) => each.id === id);
  return subscriptionsCard({ turn, catalog: deps.catalog(), listener, delivery, now: deps.clock.now() });
}

/** Goes the very way that happenings go: through the outbox, to where they go. */
export async function test({ deps, listeners }: Talk, turn: Turn): Promise<Reply> {
  const listener = (await listeners.get(listenerId(turn)))?.value;
  if (!listener || listener.rules.length === 0)
    throw new UserError('Nothing is subscribed here, so there is nothing to test. Write `subscribe shop` first.');
  refuseOthers(deps.catalog(), turn, scopesOf(deps.catalog(), listener.rules));
  const scopes = listener.rules.slice(0, 5).map(ruleScope);
  await deps.outbox.put({
    key: `subscription-test:${idFrom('test', listenerId(turn), turn.correlationId)}`,
    destination: destinationOf(turn),
    content: {
      text: `**This is a test message, and it arrived.** It goes the way of what is subscribed here: ${enumerate(scopes)}.`,
    },
    revision: 1,
    final: true,
  });
  return { notice: 'A test message is on its way the same way as everything that is subscribed here.' };
}

export async function mute(talk: Talk, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, listeners } = talk;
  await refuseWhoDoesNotChoose(talk, turn);
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const { time = '', reason = '' } = args;
  const read = readMoment(time, 'until', { now, timeZone });
  if ('problem' in read)
    throw new UserError(
      describeUnread(read, 'nothing was muted', '`mute 2h`, `mute until 16:00` or `mute until Monday 8:00`'),
    );
  const until = read.at;
  const found = await listeners.update(listenerId(turn), (record) => ({ ...record, mutedUntil: until }));
  if (!found) throw nothingSubscribed('muted');
  return {
    text: `**Muted until ${momentInZone(until, now, timeZone)}.** What happens until then arrives afterward as one message. \`unmute\` ends it sooner.`,
    audit: {
      target: nameOf(turn).slice(0, 120) || 'personal chat',
      outcome: 'muted',
      detail: { until, ...(reason !== '' && { reason: cleanText(reason, 200) }) },
    },
  };
}

export async function unmute(talk: Talk, turn: Turn): Promise<Reply> {
  const { deps, listeners } = talk;
  await refuseWhoDoesNotChoose(talk, turn);
  const now = deps.clock.now();
  const found = await listeners.update(listenerId(turn), (record) =>
    record.mutedUntil === undefined || record.mutedUntil <= now
      ? undefined
      : { ...record, mutedUntil: now, ...(record.held.length > 0 && { wakeAt: now }) },
  );
  if (found?.changed !== true) throw new UserError('Nothing is muted here, so nothing was changed.');
  return {
    text: '**No longer muted.** What happened meanwhile comes now.',
    audit: { target: nameOf(turn).slice(0, 120) || 'personal chat', outcome: 'unmuted' },
  };
}

export async function digest(talk: Talk, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, listeners } = talk;
  await refuseWhoDoesNotChoose(talk, turn);
  const read = readDigest(args['when'] ?? '');
  if ('problem' in read)
    throw new UserError(
      describeUnread(read, 'nothing was changed', '`digest daily at 9`, `digest weekly` or `digest off`'),
    );
  const { digest: chosen, hour } = read;
  const now = deps.clock.now();
  const found = await listeners.update(listenerId(turn), (record) => ({
    ...record,
    digest: chosen,
    digestHour: hour,
    // What waits for a digest that is no more comes now.
    ...(chosen === 'none' && record.held.length > 0 && !record.refused && { wakeAt: now }),
  }));
  if (!found) throw nothingSubscribed('changed');
  const at = `${String(hour).padStart(2, '0')}:00 (${plainText(found.value.zone, 40)})`;
  return {
    text:
      chosen === 'none'
        ? '**No digest any more**: what happens comes at once.'
        : `**One digest ${chosen === 'daily' ? 'a day' : 'a week, on Monday'} at ${at}.** Only what is critical comes at once.`,
    audit: { target: nameOf(turn).slice(0, 120) || 'personal chat', outcome: `digest ${chosen}` },
  };
}

/** What changes all that comes here needs the right on all of it. */
async function refuseWhoDoesNotChoose({ deps, listeners }: Talk, turn: Turn): Promise<void> {
  const rules = (await listeners.get(listenerId(turn)))?.value.rules ?? [];
  refuseOthers(deps.catalog(), turn, scopesOf(deps.catalog(), rules));
}

const nothingSubscribed = (done: string): UserError =>
  new UserError(`Nothing is subscribed here, so nothing was ${done}. Write \`subscribe shop\` first.`);

/** One's own clock for what one hears oneself, the catalog's for a place. */
async function zoneFor({ deps }: Talk, turn: Turn): Promise<string> {
  return isOwn(turn) ? timeZoneOf(deps, turn.person.id) : deps.catalog().timeZone;
}

const listenerId = (turn: Turn): string => (isOwn(turn) ? turn.person.id : turn.place.id);
const kindOf = (turn: Turn): Listener['to'] => (isOwn(turn) ? 'person' : 'place');
const nameOf = (turn: Turn): string => (isOwn(turn) ? '' : turn.place.name);
const whoHears = (turn: Turn, how = ''): string =>
  isOwn(turn) ? `you ${how}hear` : `${plainText(turn.place.name, 60)} ${how}hears`;

const destinationOf = (turn: Turn) =>
  isOwn(turn)
    ? ({ to: 'person', personId: turn.person.id } as const)
    : ({ to: 'place', placeId: turn.place.id } as const);
