import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { requireEnvironment, unknownName } from '../../core/catalog/refusals';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { enumerate, plainText } from '../../core/text';
import { describeUnread } from '../../core/time/typed/moment';
import type { OpenCard } from '../announcements';
import { timeZoneOf } from '../contract';
import { describeHour, describeRuleFilters, describeRuleScope, drawSubscriptions } from './cards';
import type { SubscriptionsView } from './cards';
import type { Delivery, Rule } from './contract';
import { readDigest, readFilters } from './parse';
import { muteCommands } from './mutes/commands';
import type { MuteParts } from './mutes/commands';
import { isOwn, placeNameIn, requireChooser, scopeFor, scopesOf, subscriberId } from './record';
import type { Subscriber } from './record';
import { destinationOf, subscriptionsTopic } from './store';
import { maxRules } from './workflow';
import type { SubscriberEvent } from './workflow';

interface SubscriptionParts extends MuteParts {
  readonly deliveries: () => Promise<readonly Delivery[]>;
  /** The card of what comes to a channel. */
  readonly openCard: () => OpenCard | undefined;
}

const phrasings = {
  subscribe: ['notify me|us about|on|of {service} [in] [{environment}]', 'follow|watch {service} [in] [{environment}]'],
  end: ['stop notifications|notifying [me] [about|for|of] [{service}]', 'unfollow {service}'],
  list: [
    'what am i subscribed to',
    'what comes here',
    'what is this channel subscribed to',
    'subscription',
    'which|what notifications do i|we get [here]',
    'list subscriptions',
  ],
} as const;

const where = [
  { name: 'service', kind: 'service', summary: 'the service, or `all`', required: true },
  {
    name: 'environment',
    kind: 'environment',
    summary: 'only this environment; leave it out for all of them',
    keyword: 'in',
  },
] as const;
const common = { topic: 'Talk', right: 'view' } as const;

const frequency = { name: 'when', label: 'Frequency', kind: 'phrase' } as const;

/** The commands about notifications: in a channel or group chat, for everybody there; in the personal chat, for oneself. */
export function subscriptionCommands(parts: SubscriptionParts): Command[] {
  return [
    {
      ...common,
      name: 'subscribe',
      phrasings: phrasings.subscribe,
      isInFront: true,
      operation: 'subscribe',
      summary: 'Choose the notifications for this channel',
      arguments: [...where, { name: 'filters', kind: 'phrase', summary: 'outcomes, branch, severity', keyword: 'on' }],
      opens: (turn) => parts.openCard()?.(turn),
      examples: [
        'subscribe',
        'subscribe shop production on failure,recovery',
        'subscribe all on everything branch main severity warning',
      ],
      run: (turn, args) => subscribe(parts, turn, args),
    },
    {
      ...common,
      name: 'subscription end',
      phrasings: phrasings.end,
      synonyms: ['unsubscribe'],
      operation: 'subscribe',
      summary: 'End a subscription of this channel, or yours',
      arguments: [...where],
      examples: ['subscription end shop production', 'subscription end all'],
      run: (turn, args) => unsubscribe(parts, turn, args),
    },
    {
      ...common,
      name: 'subscription list',
      phrasings: phrasings.list,
      synonyms: ['subscriptions'],
      operation: 'look',
      topic: 'Look',
      summary: 'List the subscriptions here and whether they arrive',
      examples: ['subscription list'],
      run: (turn) => showSubscriptions(parts, turn),
    },
    {
      ...common,
      name: 'subscription test',
      operation: 'subscribe',
      synonyms: ['subscriptions test', 'test subscriptions'],
      summary: 'Send a test message',
      examples: ['subscription test'],
      run: (turn) => sendTest(parts, turn),
    },
    ...muteCommands(parts),
    {
      ...common,
      name: 'subscription digest',
      synonyms: ['digest'],
      operation: 'subscribe',
      summary: 'Get one summary a day or week instead of each notification',
      arguments: [{ ...frequency, summary: 'daily, weekly or off, and at what hour', required: true }],
      examples: ['subscription digest daily at 9', 'subscription digest weekly', 'subscription digest off'],
      run: (turn, args) => digest(parts, turn, args),
    },
  ];
}

async function subscribe(parts: SubscriptionParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps } = parts;
  const { service = '', environment } = args;
  const catalog = deps.catalog();
  if (service !== 'all' && !Object.hasOwn(catalog.services, service))
    throw unknownName('service', service, [...Object.keys(catalog.services), 'all'], 'nothing was changed');
  if (environment !== undefined) requireEnvironment(catalog, environment, 'nothing was changed');
  requireChooser(catalog, turn, [scopeFor(catalog, service, environment)]);
  const filters = readFilters(args['filters'] ?? '');
  if ('unread' in filters)
    throw new UserError(
      `I don’t understand “${plainText(filters.unread, 40)}”. Nothing was changed. For example, type \`subscribe shop production on failure,recovery branch main severity critical\`. Outcomes: alert, failure, recovery, success, started, everything. Severities: info, warning, critical.`,
    );
  const rule: Rule = {
    from: 'subscribe',
    services: service === 'all' ? [] : [service],
    environments: environment === undefined ? [] : [environment],
    ...filters,
  };
  // The person's own time zone for personal notifications, the catalog's for a place.
  const zone = isOwn(turn) ? await timeZoneOf(deps, turn.person.id) : catalog.timeZone;
  const as = { to: isOwn(turn) ? ('person' as const) : ('place' as const), name: placeNameIn(turn), zone };
  const { verdict } = await parts.subscribers.apply(subscriberId(turn), { type: 'subscribe', rule, as });
  if (verdict && 'refusal' in verdict)
    throw new UserError(
      `There are already ${maxRules} subscriptions here, which is the limit. Nothing was changed. Type \`unsubscribe\` to remove one.`,
    );
  const scope = describeRuleScope(rule);
  return {
    text: `**Subscribed to ${scope}**: ${describeRuleFilters(rule)}. \`subscriptions\` lists it; \`subscriptions test\` sends a test message.`,
    audit: { target: scope.slice(0, 120), outcome: 'subscribed', detail: { filters: describeRuleFilters(rule) } },
  };
}

async function unsubscribe({ deps, subscribers }: SubscriptionParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service = '', environment } = args;
  const all = deps.catalog();
  const own = await subscribers.find(subscriberId(turn));
  const touched = service === 'all' ? scopesOf(all, own?.rules ?? []) : [scopeFor(all, service, environment)];
  requireChooser(all, turn, touched);
  const event = { type: 'unsubscribe', service, environment } as const;
  const { changed, stored } = await subscribers.apply(subscriberId(turn), event);
  const scope = `${service === 'all' ? 'everything' : plainText(service, 40)}${environment === undefined ? '' : ` in ${plainText(environment, 40)}`}`;
  if (!changed || !stored)
    throw new UserError(
      service === 'all' && environment === undefined
        ? 'There are no subscriptions here. Nothing was changed.'
        : `There is no subscription to ${scope} here. Nothing was changed. To list the subscriptions here, type \`subscriptions\`. To remove all of them, type \`unsubscribe all\`.`,
    );
  return {
    text: `**Unsubscribed from ${scope}.** ${stored.value.rules.length === 0 ? 'There are no subscriptions left here.' : '`subscriptions` lists what is left.'}`,
    audit: { target: scope.slice(0, 120), outcome: 'unsubscribed' },
  };
}

/** What comes to the place of this turn, kept current. */
export async function showSubscriptions(
  { deps, subscribers, deliveries }: SubscriptionParts,
  turn: SubscriptionsView['turn'],
) {
  const id = subscriberId(turn);
  const subscriber = await subscribers.find(id);
  const delivery = subscriber && (await deliveries()).find((each) => each.id === id);
  return { ...drawSubscriptions({ deps, turn, subscriber, delivery }), about: subscriptionsTopic(id) };
}

/** Takes exactly the path of a notification. */
async function sendTest({ deps, subscribers }: SubscriptionParts, turn: Turn): Promise<Reply> {
  const id = subscriberId(turn);
  const subscriber = await subscribers.find(id);
  if (!subscriber || subscriber.rules.length === 0)
    throw new UserError('There are no subscriptions here, so there is nothing to test. Type `subscribe shop` first.');
  requireChooser(deps.catalog(), turn, scopesOf(deps.catalog(), subscriber.rules));
  const scopes = subscriber.rules.slice(0, 5).map((rule) => describeRuleScope(rule));
  await deps.outbox.put({
    key: `subscription-test:${idFrom('test', id, turn.correlationId)}`,
    destination: destinationOf(subscriber, id),
    content: {
      text: `**Test message.** Notifications about ${enumerate(scopes)} arrive here.`,
    },
    revision: 1,
    final: true,
  });
  return { notice: 'A test message is on its way.' };
}

async function digest(parts: SubscriptionParts, turn: Turn, args: Arguments): Promise<Reply> {
  await requireChooserOfAll(parts, turn);
  const read = readDigest(args['when'] ?? '');
  if ('problem' in read)
    throw new UserError(
      describeUnread(read, 'nothing was changed', '`digest daily at 9`, `digest weekly`, or `digest off`'),
    );
  const { digest: chosen, hour } = read;
  const subscriber = await change(parts, turn, { type: 'digest', digest: chosen, hour }, 'changed');
  const at = `${describeHour(hour)} (${plainText(subscriber.zone, 40)})`;
  return {
    text:
      chosen === 'none'
        ? '**The digest is off.** Notifications arrive right away.'
        : `**A digest arrives every ${chosen === 'daily' ? 'day' : 'Monday'} at ${at}.** Only critical notifications arrive right away.`,
    audit: { target: placeNameIn(turn).slice(0, 120) || 'personal chat', outcome: `digest ${chosen}` },
  };
}

/** Changing everything that comes here needs the right for all of it. */
async function requireChooserOfAll({ deps, subscribers }: SubscriptionParts, turn: Turn): Promise<void> {
  const { rules = [] } = (await subscribers.find(subscriberId(turn))) ?? {};
  requireChooser(deps.catalog(), turn, scopesOf(deps.catalog(), rules));
}

/** Changes existing subscriptions. */
async function change(
  { subscribers }: SubscriptionParts,
  turn: Turn,
  event: SubscriberEvent,
  done: string,
): Promise<Subscriber> {
  const { stored } = await subscribers.apply(subscriberId(turn), event);
  if (stored) return stored.value;
  throw new UserError(`There are no subscriptions here. Nothing was ${done}. Type \`subscribe shop\` first.`);
}
