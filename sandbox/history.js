'use strict';
// The content of the sandbox's git repository: for each service its releases, oldest first, with their commits.

const authors = new Map(
  Object.entries({
    mara: 'Mara Lindqvist <mara@sandbox.example>',
    tomas: 'Tomás Ferreira <tomas@sandbox.example>',
    yuki: 'Yuki Tanaka <yuki@sandbox.example>',
    obi: "Obi O'Neill <obi@sandbox.example>",
  }),
);

/**
 * `daysOld` is its age, at `time` (UTC), on the day the repository is made: a team that starts the sandbox finds releases of the last weeks.
 * @typedef {{ version: string, daysOld: number, time: string, commits: [string, string][], behaviour: object, slip?: string }} HistoryRelease
 */

const usual = { healthy: true, errorPercent: 0.2 };

/** @type {Record<string, { about: string, releases: HistoryRelease[] }>} */
const history = {
  shop: {
    about: 'The web shop that customers see.',
    releases: [
      {
        version: '2.12.4',
        daysOld: 41,
        time: '09:10',
        commits: [
          ['mara', 'Add catalog, cart and checkout'],
          ['tomas', 'Round prices to whole cents in one place'],
        ],
        behaviour: { ...usual, latency: { medianMs: 62, spread: 0.42 } },
      },
      {
        version: '2.13.2',
        daysOld: 29,
        time: '13:25',
        commits: [
          ['yuki', 'Show the delivery date on the product page'],
          ['mara', 'Keep carts for 30 days'],
          ['obi', 'Compress responses with gzip'],
        ],
        behaviour: { ...usual, latency: { medianMs: 58, spread: 0.42 } },
      },
      {
        version: '2.14.0',
        daysOld: 15,
        time: '08:40',
        commits: [
          ['mara', 'Merge the three checkout steps into one page (SHOP-418)'],
          ['yuki', 'Greet returning customers by name'],
          ['tomas', 'Apply bundle discounts only once'],
          ['obi', 'Raise the cart limit from 50 to 200 items'],
        ],
        behaviour: { ...usual, latency: { medianMs: 54, spread: 0.4 } },
      },
      {
        version: '2.14.1',
        daysOld: 8,
        time: '15:05',
        commits: [
          ['tomas', 'Reject a voucher that is redeemed twice at once'],
          ['yuki', 'Translate the order page into Portuguese'],
        ],
        behaviour: { ...usual, latency: { medianMs: 55, spread: 0.4 } },
      },
      {
        version: '2.15.0',
        daysOld: 2,
        time: '10:30',
        commits: [
          ['obi', 'Read prices from the price cache'],
          ['obi', 'Drop the old price table'],
          ['mara', 'Recommend products that go well together'],
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
        daysOld: 45,
        time: '11:00',
        commits: [
          ['tomas', 'Add charges and refunds'],
          ['obi', 'Keep card numbers out of the log'],
        ],
        behaviour: { ...usual, latency: { medianMs: 96, spread: 0.4 } },
      },
      {
        version: '1.9.3',
        daysOld: 31,
        time: '14:15',
        commits: [
          ['mara', 'Support partial refunds'],
          ['tomas', 'Retry a charge only with its idempotency key'],
        ],
        behaviour: { ...usual, latency: { medianMs: 88, spread: 0.4 } },
      },
      {
        version: '1.10.0',
        daysOld: 10,
        time: '09:45',
        commits: [
          ['yuki', 'Check every charge against the fraud list'],
          ['tomas', 'Load the fraud list for each charge so that it is never stale'],
        ],
        behaviour: { ...usual, latency: { medianMs: 540, spread: 0.45 } },
      },
      {
        version: '1.10.1',
        daysOld: 6,
        time: '16:20',
        commits: [
          ['tomas', 'Cache the fraud list for a minute: charges were six times slower'],
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
        daysOld: 43,
        time: '10:05',
        commits: [
          ['yuki', 'Index product titles'],
          ['mara', 'Search descriptions too'],
        ],
        behaviour: { ...usual, latency: { medianMs: 34, spread: 0.5 } },
      },
      {
        version: '3.2.1',
        daysOld: 27,
        time: '12:50',
        commits: [
          ['yuki', 'Tolerate one typo per word'],
          ['obi', 'Rebuild the index at night'],
        ],
        behaviour: { ...usual, latency: { medianMs: 31, spread: 0.5 } },
      },
      {
        version: '3.2.2',
        daysOld: 16,
        time: '09:30',
        commits: [
          ['obi', 'Ignore accents: "cafe" also finds "café"'],
          ['yuki', 'Stop counting repeated clicks'],
        ],
        behaviour: { ...usual, latency: { medianMs: 29, spread: 0.5 } },
      },
      {
        // Commit messages as a stranger might write them: cards show them as plain text, which the tests check with this release.
        version: '3.2.3-markup',
        daysOld: 7,
        time: '11:15',
        commits: [
          ['mara', 'Results: *one* list instead of **three** [SEARCH-77](https://sandbox.example/SEARCH-77)'],
          ['yuki', 'Greet <at>customers</at> by name & keep ${name} out of the template'],
          ['tomas', 'Fix `rank_of` for _phrases_ | synonyms # once only'],
        ],
        behaviour: { ...usual, latency: { medianMs: 30, spread: 0.5 } },
      },
      {
        version: '3.3.0',
        daysOld: 3,
        time: '13:40',
        commits: [
          ['mara', 'Rank results by sales as well as by words'],
          ['yuki', 'Return fewer results for a single letter'],
        ],
        behaviour: { ...usual, latency: { medianMs: 30, spread: 0.5 } },
        slip: 'the ranking divides by zero sales',
      },
    ],
  },
};

/** The live release in each environment when the sandbox starts for the first time. */
const firstReleases = new Map([
  ['shop', '2.13.2'],
  ['payments', '1.9.3'],
  ['search', '3.2.1'],
]);

module.exports = { authors, history, firstReleases };
