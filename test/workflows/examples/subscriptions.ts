import fc from 'fast-check';
import { eventWorkflow } from '../../../src/features/subscriptions/follow';
import { muteWorkflow } from '../../../src/features/subscriptions/mutes/workflow';
import { subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import { declareExample } from '../example';
import { moment, people } from './people';

const shop = {
  from: 'subscribe',
  services: ['shop'],
  environments: [],
  branches: [],
  outcomes: ['failure', 'recovery'],
  severity: 'info',
} as const;
const as = { to: 'place', name: 'General', zone: 'Europe/Berlin' } as const;

const serviceEvent = fc
  .record({
    number: fc.integer({ min: 1, max: 40 }),
    service: fc.constantFrom('shop', 'search'),
    outcome: fc.constantFrom('failure' as const, 'recovery' as const, 'success' as const),
    severity: fc.constantFrom('info' as const, 'warning' as const, 'critical' as const),
  })
  .map(({ number, ...about }) => ({
    ...about,
    id: `${number}`,
    thread: `deployment-${number}`,
    revision: 1,
    name: `D-${number}`,
    environment: 'production',
    words: `shop failed (D-${number}).`,
    toldTo: [],
  }));

const muted = {
  to: 'place',
  ...{ subscriberId: 'teams:general', service: 'shop', by: people[0], reason: '' },
  ...{ from: Date.UTC(2026, 2, 2, 8), until: Date.UTC(2026, 2, 3, 8) },
} as const;

export const mutes = declareExample({
  workflow: muteWorkflow,
  events: {
    mute: fc.record({
      type: fc.constant('mute'),
      mute: fc.constantFrom(muted, { ...muted, until: muted.until + 86_400_000 }),
    }),
    hold: fc.record({ type: fc.constant('hold'), about: serviceEvent }),
    unmute: fc.constant({ type: 'unmute' }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'mute', mute: muted }],
});

const digest = fc.constantFrom('none' as const, 'daily' as const, 'weekly' as const);
const environment = fc.constantFrom(undefined, 'production', 'staging');

export const subscribers = declareExample({
  workflow: subscriberWorkflow,
  events: {
    choose: fc.record({
      type: fc.constant('choose'),
      choice: fc.record({
        to: fc.constant('place'),
        services: fc.constantFrom([], ['shop'], ['shop', 'search']),
        environments: fc.constantFrom([], ['production']),
        outcomes: fc.constantFrom('failures' as const, 'everything' as const),
        digest: fc.boolean(),
        hours: fc.constantFrom('none', '22:00-07:00', '08:00-18:00'),
        zone: fc.constant(as.zone),
      }),
      name: fc.constant(as.name),
    }),
    subscribe: fc.record({
      type: fc.constant('subscribe'),
      rule: fc.constantFrom({ ...shop, services: [] }, { ...shop, environments: ['staging'] }),
      as: fc.constant(as),
    }),
    unsubscribe: fc.record({
      type: fc.constant('unsubscribe'),
      service: fc.constantFrom('all', 'shop'),
      environment,
    }),
    mute: fc.record({ type: fc.constant('mute'), until: moment }),
    unmute: fc.constant({ type: 'unmute' }),
    digest: fc.record({ type: fc.constant('digest'), digest, hour: fc.integer({ min: 0, max: 23 }) }),
    notify: fc.record({ type: fc.constant('notify'), about: serviceEvent }),
    bounce: fc.record({
      type: fc.constant('bounce'),
      what: fc.constantFrom('s:1', 's:2', 't:deployment-1'),
      tally: fc.constantFrom(undefined, { groups: [], lines: ['shop failed (D-1).'] }),
    }),
    time: fc.record({
      type: fc.constant('time'),
      lastMessage: fc.constantFrom(undefined, 'waiting' as const, 'posted' as const, 'undeliverable' as const),
    }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time', lastMessage: 'posted' }, context: {} },
  first: [{ type: 'subscribe', rule: shop, as }],
});

export const events = declareExample({
  workflow: eventWorkflow,
  events: { happen: fc.record({ type: fc.constant('happen'), event: serviceEvent }) },
  context: fc.constant({}),
  first: [],
});
