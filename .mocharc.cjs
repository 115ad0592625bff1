// With CI=true, a skipped test fails the run, so that a missing browser doesn't go unnoticed.
module.exports = {
  require: ['tsx', './test/shared/index.ts'],
  // Only a failing test takes this long, even on a slow machine: see test/patience.ts.
  timeout: 600_000,
  slow: 1000,
  forbidPending: process.env.CI === 'true',
};
