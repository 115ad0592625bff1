'use strict';
// What is in the sandbox's git repository beyond the releases: commits that wait for the next one, and branches that aren't merged.

/**
 * `hoursOld` is its age when the repository is made.
 * @typedef {{ who: string, message: string, hoursOld: number }} OpenCommit
 */

/** By service, then by branch; a service's own branch has its name. @type {Map<string, Map<string, OpenCommit[]>>} */
const openWork = new Map([
  [
    'shop',
    new Map([
      [
        'shop',
        [
          { who: 'obi', message: 'Read the price table while the price cache is down (SHOP-431)', hoursOld: 26 },
          { who: 'mara', message: 'Say in the cart when a price has changed', hoursOld: 5 },
        ],
      ],
      [
        'shop-gift-cards',
        [
          { who: 'tomas', message: 'Pay for an order with a gift card', hoursOld: 9 * 24 },
          { who: 'tomas', message: 'Refund to the gift card that paid', hoursOld: 7 * 24 },
        ],
      ],
      ['shop-stock-levels', [{ who: 'yuki', message: 'Show how many are left in stock', hoursOld: 3 * 24 }]],
    ]),
  ],
  [
    'payments',
    new Map([
      ['payments', [{ who: 'yuki', message: 'Count charges that the fraud check slows down', hoursOld: 52 }]],
      ['payments-instant-refunds', [{ who: 'mara', message: 'Refund small amounts immediately', hoursOld: 4 * 24 }]],
    ]),
  ],
]);

module.exports = { openWork };
