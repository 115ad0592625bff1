'use strict';
// What the sandbox's git repository holds: for each service its releases, oldest first, with their commits.
// Fixed authors and dates make the commit ids the same on every machine.

const authors = new Map(
  Object.entries({
    mara: 'Mara Lindqvist <mara@sandbox.example>',
    tomas: 'Tomás Ferreira <tomas@sandbox.example>',
    yuki: 'Yuki Tanaka <yuki@sandbox.example>',
    obi: "Obi O'Neill <obi@sandbox.example>",
  }),
);

/** @typedef {{ version: string, on: string, commits: [string, string][], behaviour: object, slip?: string }} HistoryRelease */

const usual = { healthy: true, errorPercent: 0.2 };

/** @type {Record<string, { about: string, releases: HistoryRelease[] }>} */
const history = {
  shop: {
    about: 'The web shop that customers see.',
    releases: [
      {
        version: '2.12.4',
        on: '2025-03-03T09:10:00Z',
        commits: [
          ['mara', 'Begin the shop: catalogue, basket and checkout'],
          ['tomas', 'Round prices to whole cents at one place'],
        ],
        behaviour: { ...usual, latency: { medianMs: 62, spread: 0.42 } },
      },
      {
        version: '2.13.2',
        on: '2025-03-17T13:25:00Z',
        commits: [
          ['yuki', 'Show the delivery day on the product page'],
          ['mara', 'Keep the basket for thirty days'],
          ['obi', 'Answer in gzip when the client can read it'],
        ],
        behaviour: { ...usual, latency: { medianMs: 58, spread: 0.42 } },
      },
      {
        version: '2.14.0',
        on: '2025-04-02T08:40:00Z',
        commits: [
          ['mara', 'Checkout: *one* page instead of **three** [SHOP-418](https://sandbox.example/SHOP-418)'],
          ['yuki', 'Greet <at>customers</at> by name & keep ${name} out of the template'],
          ['tomas', 'Fix `price_of` for _bundles_ | discounts # once only'],
          ['obi', 'Raise the limit of the basket from 50 to 200 items'],
        ],
        behaviour: { ...usual, latency: { medianMs: 54, spread: 0.4 } },
      },
      {
        version: '2.14.1',
        on: '2025-04-09T15:05:00Z',
        commits: [
          ['tomas', 'Refuse a voucher that is used twice at the same moment'],
          ['yuki', 'Translate the order page into Portuguese'],
        ],
        behaviour: { ...usual, latency: { medianMs: 55, spread: 0.4 } },
      },
      {
        version: '2.15.0',
        on: '2025-04-22T10:30:00Z',
        commits: [
          ['obi', 'Read prices from the price cache'],
          ['obi', 'Remove the old price table'],
          ['mara', 'Suggest products that go together'],
        ],
        behaviour: {
          healthy: false,
          complaint: 'price cache: connect ECONNREFUSED 127.0.0.1:6379',
          errorPercent: 18,
          latency: { medianMs: 71, spread: 0.5 },
        },
      },
    ],
  },
  payments: {
    about: 'Takes and refunds payments.',
    releases: [
      {
        version: '1.8.0',
        on: '2025-02-24T11:00:00Z',
        commits: [
          ['tomas', 'Begin payments: charge and refund'],
          ['obi', 'Never write a card number to the log'],
        ],
        behaviour: { ...usual, latency: { medianMs: 96, spread: 0.4 } },
      },
      {
        version: '1.9.3',
        on: '2025-03-12T14:15:00Z',
        commits: [
          ['mara', 'Refund a part of an order'],
          ['tomas', 'Repeat a charge only with its idempotency key'],
        ],
        behaviour: { ...usual, latency: { medianMs: 88, spread: 0.4 } },
      },
      {
        version: '1.10.0',
        on: '2025-04-07T09:45:00Z',
        commits: [
          ['yuki', 'Check every charge against the fraud list'],
          ['tomas', 'Load the fraud list anew for each charge, so that it is never stale'],
        ],
        behaviour: { ...usual, latency: { medianMs: 540, spread: 0.45 } },
      },
      {
        version: '1.10.1',
        on: '2025-04-10T16:20:00Z',
        commits: [
          ['tomas', 'Keep the fraud list for a minute: charges were six times slower'],
          ['yuki', 'Measure how long the fraud check takes'],
        ],
        behaviour: { ...usual, latency: { medianMs: 92, spread: 0.4 } },
      },
    ],
  },
  search: {
    about: 'Finds products for the shop.',
    releases: [
      {
        version: '3.1.0',
        on: '2025-03-05T10:05:00Z',
        commits: [
          ['yuki', 'Begin search: an index of titles'],
          ['mara', 'Search in descriptions too'],
        ],
        behaviour: { ...usual, latency: { medianMs: 34, spread: 0.5 } },
      },
      {
        version: '3.2.1',
        on: '2025-03-20T12:50:00Z',
        commits: [
          ['yuki', 'Forgive one wrong letter'],
          ['obi', 'Build the index at night'],
        ],
        behaviour: { ...usual, latency: { medianMs: 31, spread: 0.5 } },
      },
      {
        version: '3.2.2',
        on: '2025-04-03T09:30:00Z',
        commits: [
          ['obi', 'Find accents: "cafe" also finds "café"'],
          ['yuki', 'Stop counting the same click twice'],
        ],
        behaviour: { ...usual, latency: { medianMs: 29, spread: 0.5 } },
      },
      {
        version: '3.3.0',
        on: '2025-04-24T13:40:00Z',
        commits: [
          ['mara', 'Rank by what people bought, not only by words'],
          ['yuki', 'Fewer results for a single letter'],
        ],
        behaviour: { ...usual, latency: { medianMs: 30, spread: 0.5 } },
        slip: 'the ranking divides by zero sales',
      },
    ],
  },
};

/** What runs in each environment when the sandbox starts for the first time. */
const firstReleases = new Map([
  ['shop', '2.13.2'],
  ['payments', '1.9.3'],
  ['search', '3.2.1'],
]);

module.exports = { authors, history, firstReleases };
