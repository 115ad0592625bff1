// Where a missing browser must not pass unseen (CI=true), a skipped test fails the run.
module.exports = {
  require: ['tsx', './test/e2e/shared-browser.ts'],
  // Only a failure takes so long, on however slow a machine: see test/patience.ts.
  timeout: 600_000,
  slow: 1000,
  forbidPending: process.env.CI === 'true',
};
