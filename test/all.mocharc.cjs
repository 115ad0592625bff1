// Every test, in several processes: `npm test`. A file alone: `npx mocha FILE`.
const { readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

/** Begun first, because they take longest: otherwise one of them would run on alone at the end. */
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
  // Many tests wait for processes that they started: one more at a time than there are processors keeps those busy.
  jobs: availableParallelism() + 1,
  reporter: join(__dirname, 'slowest-files.cjs'),
};
