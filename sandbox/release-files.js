'use strict';
// The files of a release in the sandbox's git repository: its behavior, its code and its checks.

const apps = new Map(
  Object.entries({
    shop: `'use strict';
// What the shop responds with.
exports.priceOf = (cents, count, discountPercent = 0) => Math.round((cents * count * (100 - discountPercent)) / 100);
exports.shipping = (totalCents) => (totalCents >= 5000 ? 0 : 490);
exports.answer = () => {
  const total = exports.priceOf(1290, 3, 10);
  return { cart: [{ product: 'teapot', count: 3 }], totalCents: total + exports.shipping(total) };
};
`,
    payments: `'use strict';
// What payments responds with.
exports.fee = (cents) => Math.max(5, Math.round(cents * 0.012));
exports.refund = (paidCents, backCents) => {
  if (backCents > paidCents) throw new RangeError('refund exceeds the payment');
  return paidCents - backCents;
};
exports.answer = () => ({ charged: 3973, feeCents: exports.fee(3973), state: 'captured' });
`,
    search: `'use strict';
// What search responds with.
const products = [
  { title: 'red teapot', sold: 120 },
  { title: 'blue teapot', sold: 45 },
  { title: 'new teapot', sold: 0 },
];
exports.score = (product, word) => SCORE;
exports.find = (word) =>
  products
    .filter((product) => product.title.includes(word))
    .map((product) => ({ title: product.title, score: exports.score(product, word) }))
    .sort((one, other) => other.score - one.score);
exports.answer = () => ({ results: exports.find('teapot') });
`,
  }),
);

const goodScore = 'word.length * 10 + Math.log1p(product.sold)';
const slippedScore = '(word.length * 10) / product.sold';

const checksOf = new Map(
  Object.entries({
    shop: [
      ['prices one item', 'assert.equal(app.priceOf(1290, 1), 1290)'],
      ['prices several items', 'assert.equal(app.priceOf(1290, 3), 3870)'],
      ['applies a discount once', 'assert.equal(app.priceOf(1000, 2, 10), 1800)'],
      ['rounds prices to whole cents', 'assert.equal(app.priceOf(333, 1, 10), 300)'],
      ['makes a full discount free', 'assert.equal(app.priceOf(999, 5, 100), 0)'],
      ['charges shipping for small orders', 'assert.equal(app.shipping(4999), 490)'],
      ['ships large orders for free', 'assert.equal(app.shipping(5000), 0)'],
      ['shows a total', 'assert.ok(app.answer().totalCents > 0)'],
    ],
    payments: [
      ['charges a fee of 1.2 percent', 'assert.equal(app.fee(10000), 120)'],
      ['charges at least five cents', 'assert.equal(app.fee(10), 5)'],
      ['rounds fees to whole cents', 'assert.equal(app.fee(3973), 48)'],
      ['refunds a part', 'assert.equal(app.refund(1000, 400), 600)'],
      ['refunds everything', 'assert.equal(app.refund(1000, 1000), 0)'],
      ['rejects refunds above the payment', 'assert.throws(() => app.refund(10, 11), RangeError)'],
      ['captures a charge', "assert.equal(app.answer().state, 'captured')"],
      ['shows the fee of a charge', 'assert.ok(app.answer().feeCents > 0)'],
    ],
    search: [
      ['finds all teapots', "assert.equal(app.find('teapot').length, 3)"],
      ['finds the blue teapot', "assert.equal(app.find('blue').length, 1)"],
      ['finds nothing for nonsense', "assert.equal(app.find('xyzzy').length, 0)"],
      ['gives every result a score above zero', "for (const { score } of app.find('teapot')) assert.ok(score > 0)"],
      ['ranks the best seller first', "assert.equal(app.find('teapot')[0].title, 'red teapot')"],
      ['ranks unsold products last', "assert.equal(app.find('teapot').at(-1).title, 'new teapot')"],
      ['weighs longer words more', "assert.ok(app.score({ sold: 9 }, 'teapot') > app.score({ sold: 9 }, 'tea'))"],
      ['shows results', 'assert.ok(app.answer().results.length > 0)'],
    ],
  }),
);

function checksFile(service) {
  const lines = checksOf.get(service).map(([name, code]) => `  [${JSON.stringify(name)}, () => { ${code}; }],`);
  return `'use strict';
// The checks that the pipeline runs before it switches to this release. Prints one line for each.
const assert = require('node:assert/strict');
const app = require('./app.js');

const checks = [
${lines.join('\n')}
];

const pauseMs = Number(process.env.CHECK_PAUSE_MS ?? 0);

async function run() {
  console.log(\`1..\${checks.length}\`);
  let failed = 0;
  for (const [index, [name, check]] of checks.entries()) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    try {
      check();
      console.log(\`ok \${index + 1} - \${name}\`);
    } catch (error) {
      failed += 1;
      console.log(\`not ok \${index + 1} - \${name}\`);
      console.log(String(error.message).split('\\n').map((line) => \`    \${line}\`).join('\\n'));
    }
  }
  if (failed > 0) console.log(\`\${failed} of \${checks.length} checks failed\`);
  process.exitCode = failed > 0 ? 1 : 0;
}

run();
`;
}

/** @returns {Record<string, string>} path -> text, for the last commit of a release */
function filesOf(service, about, release, changes) {
  const app = apps.get(service).replace('SCORE', release.slip ? slippedScore : goodScore);
  return {
    'README.md': `# ${service}\n\n${about}\n`,
    'CHANGELOG.md': changelog(changes),
    'app.js': app,
    'checks.js': checksFile(service),
    'release.json': `${JSON.stringify({ service, version: release.version, behaviour: release.behaviour }, null, 2)}\n`,
  };
}

/** Newest first, one line for each commit. */
function changelog(changes) {
  return `# Changes\n\n${[...changes]
    .reverse()
    .map((change) => `- ${change}\n`)
    .join('')}`;
}

module.exports = { filesOf, changelog };
