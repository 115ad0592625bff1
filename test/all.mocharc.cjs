// Runs every test in several processes: `npm test`. For one file: `npx mocha FILE`.
const { readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

/** Started first, because they take longest: otherwise one of them would run alone at the end. */
const first = ['proof', 'docs', 'e2e', 'deploy', 'security', 'connectors', 'store'];
const rank = (file) => {
  const place = first.indexOf(file.split('/')[1]);
  return place < 0 ? first.length : place;
};

const spec = readdirSync(__dirname, { recursive: true })
  .map((name) => join('test', name).replaceAll('\\', '/'))
  .filter((file) => /\.(test|proof)\.ts$/.test(file))
  .sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));

module.exports = {
  ...require('../.mocharc.cjs'),
  spec,
  parallel: true,
  // Many tests wait for processes that they started: one more worker than processors keeps all of them busy.
  jobs: availableParallelism() + 1,
  reporter: join(__dirname, 'slowest-files.cjs'),
};
