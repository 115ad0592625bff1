import type { Command, Feature, MessageFate } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import type { Store } from '../../store/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Deployment, Deployments } from '../deployments';
import { createBook } from './book';
import { digest, list, mute, subscribe, test, unmute, unsubscribe } from './commands';
import type { Talk } from './commands';
import type { Delivery, Happening, Subscriptions } from './contract';
import { endedHappening, startedHappening } from './happening';
import { listenerSpec } from './listener';
import { createTeller, keyOf } from './teller';

export type * from './contract';

export interface SubscriptionNeeds {
  readonly deployments: Pick<Deployments, 'onStart' | 'onEnd'>;
  readonly announcements: Pick<Announcements, 'placeOf'>;
  /** The time zone that somebody has named as theirs; asked late. */
  readonly zoneOf?: (personId: string) => Promise<string | undefined>;
}

/** Who hears of what by themselves, at once or as one message, and whether it arrives. */
export function createSubscriptions(
  deps: FeatureDependencies,
  { deployments, announcements }: SubscriptionNeeds,
): { feature: Feature; subscriptions: Subscriptions } {
  const listeners = deps.store.collection(listenerSpec);
  const teller = createTeller(deps, listeners);
  const book = createBook(listeners, (id, what) => deps.outbox.fate(keyOf(id, what)));
  const subscriptions: Subscriptions = { ...book, tell: teller.tell };

  async function tellOf(deployment: Deployment, happening: Omit<Happening, 'toldTo'> | undefined): Promise<void> {
    const { environment, service, requester, placeId } = deployment;
    if (!happening || lookUp(deps.catalog().environments, environment)?.practice === true) return;
    // Who asked and where its card stands are told by that card.
    const place = (await announcements.placeOf(service)) ?? placeId;
    await teller.tell({ ...happening, toldTo: [requester.id, place] });
  }
  deployments.onStart((id, deployment) => tellOf(deployment, startedHappening(id, deployment)));
  deployments.onEnd((id, deployment) => tellOf(deployment, endedHappening(id, deployment)));

  const feature: Feature = {
    name: 'subscriptions',
    commands: commandsOf({ deps, listeners, subscriptions }),
    personalData: [book.personalData],
  };
  return { feature, subscriptions };
}

/** The same for a store that nobody serves from here; `fateOf` says what became of the message of this key. */
export function deliveriesIn(
  store: Store,
  fateOf: (key: string) => Promise<MessageFate | undefined>,
): Promise<readonly Delivery[]> {
  return createBook(store.collection(listenerSpec), (id, what) => fateOf(keyOf(id, what))).deliveries();
}

function commandsOf(talk: Talk): Command[] {
  const where = [
    { name: 'service', kind: 'service', summary: 'the service, or `all`', required: true },
    { name: 'environment', kind: 'environment', summary: 'only there', keyword: 'in' },
  ] as const;
  const common = { topic: 'Talk', right: 'view', inManifest: false } as const;
  return [
    {
      ...common,
      name: 'subscribe',
      operation: 'subscribe',
      summary: 'What this channel, or you, hear of by themselves',
      arguments: [...where, { name: 'filters', kind: 'phrase', summary: 'outcomes, branch, severity', keyword: 'on' }],
      examples: [
        'subscribe shop production on failure,recovery',
        'subscribe all on everything branch main severity warning',
      ],
      run: (turn, args) => subscribe(talk, turn, args),
    },
    {
      ...common,
      name: 'unsubscribe',
      operation: 'subscribe',
      summary: 'Ends a subscription of this channel, or yours',
      arguments: [...where],
      examples: ['unsubscribe shop production', 'unsubscribe all'],
      run: (turn, args) => unsubscribe(talk, turn, args),
    },
    {
      ...common,
      name: 'subscriptions',
      operation: 'look',
      topic: 'Look',
      summary: 'What is heard here, and whether it arrives',
      arguments: [],
      examples: ['subscriptions'],
      run: (turn) => list(talk, turn),
    },
    {
      ...common,
      name: 'subscriptions test',
      operation: 'subscribe',
      synonyms: ['test subscriptions'],
      summary: 'Sends a test message the way of subscriptions',
      arguments: [],
      examples: ['subscriptions test'],
      run: (turn) => test(talk, turn),
    },
    {
      ...common,
      name: 'mute',
      operation: 'subscribe',
      summary: 'Keeps what is subscribed here back for a while',
      arguments: [
        { name: 'time', kind: 'moment', summary: 'how long, or until when', keyword: 'until', required: true },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['mute 2h', 'mute until Monday 8:00'],
      run: (turn, args) => mute(talk, turn, args),
    },
    {
      ...common,
      name: 'unmute',
      operation: 'subscribe',
      summary: 'Ends a mute before its time',
      arguments: [],
      examples: ['unmute'],
      run: (turn) => unmute(talk, turn),
    },
    {
      ...common,
      name: 'digest',
      operation: 'subscribe',
      summary: 'One message a day or a week in place of many',
      arguments: [{ name: 'when', kind: 'phrase', summary: 'daily, weekly or off, and at what hour', required: true }],
      examples: ['digest daily at 9', 'digest weekly', 'digest off'],
      run: (turn, args) => digest(talk, turn, args),
    },
  ];
}
