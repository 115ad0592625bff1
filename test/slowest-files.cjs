const { readdirSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const { basename, relative } = require('node:path');
const { reporters, Runner } = require('mocha');

const { EVENT_HOOK_END, EVENT_RUN_END, EVENT_TEST_END } = Runner.constants;
const shown = 10;

/** Those that talk to real servers, which `npm run test:servers` installs. */
const leftOut = readdirSync(__dirname, { recursive: true }).filter((file) => file.endsWith('.server.ts'));

/** Prints what mocha's `spec` prints, then the total time, the slowest files, and what this run left out. */
module.exports = class SlowestFiles extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const begun = performance.now();
    const tookMs = new Map();
    const add = ({ file, duration }) => {
      if (file && duration) tookMs.set(file, (tookMs.get(file) ?? 0) + duration);
    };
    runner.on(EVENT_TEST_END, add).on(EVENT_HOOK_END, add);
    runner.once(EVENT_RUN_END, () => {
      const slowest = [...tookMs].sort(([, one], [, other]) => other - one).slice(0, shown);
      console.log(`  ${secondsOf(performance.now() - begun)} in all; the ${slowest.length} slowest files:`);
      for (const [file, ms] of slowest) console.log(`${secondsOf(ms).padStart(10)}  ${relative(process.cwd(), file)}`);
      const names = leftOut.map((file) => basename(file, '.server.ts')).sort();
      console.log(`  Left out, because they need real servers: ${names.join(', ')} (npm run test:servers)`);
      console.log();
    });
  }
};

function secondsOf(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}
