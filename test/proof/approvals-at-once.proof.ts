import assert from 'node:assert/strict';
import { join } from 'node:path';
import { placeName } from '../store/shared-database';
import { startCrowd } from './at-once/crowd';
import type { CrowdOptions } from './at-once/crowd';
import { approveAtOnce, faultsOf, promisedTo, settled } from './at-once/storm';
import type { Storm } from './at-once/storm';
import { declareProof } from './contract';
import type { Figure } from './contract';
import { percentile } from './harness';

type Report = (figure: Figure) => void;

/** The numbers of the claim; other numbers can be set while working on the proof itself. */
const long = {
  people: Number(process.env['PROOF_PEOPLE'] ?? 1_000),
  rounds: Number(process.env['PROOF_ROUNDS'] ?? 100),
};
/** The tests' double isn't a database to measure. */
const onMongo = { people: Math.min(long.people, 50), rounds: Math.min(long.rounds, 5) };
const short = { people: 50, rounds: 2 };
const aimMs = 2_000;

export const proof = declareProof({
  title: 'A thousand people approve one request at the same moment, and it runs once',
  how: 'All approvers click at the same moment, on one instance and on two processes that share one SQLite file. The proof checks what an outside pipeline system really started and what the audit log says. It also checks that everybody saw who approved and not an error, at once or in the promised late answer.',
  async run(scale, report) {
    if (scale === 'short')
      await Promise.all([
        storms({ ...short, instances: 1 }, report),
        storms({ ...short, instances: 2 }, report),
        control(report),
      ]);
    else {
      for (const instances of [1, 2]) await storms({ ...long, instances }, report);
      await storms({ ...onMongo, instances: 2, store: 'mongo' }, report);
      await control(report);
    }
  },
});

async function outcomeOf(options: CrowdOptions, rounds: number): Promise<{ faults: string[]; storms: Storm[] }> {
  const crowd = await startCrowd(options);
  try {
    const storms: Storm[] = [];
    for (let round = 1; round <= rounds; round++) {
      const storm = await approveAtOnce(crowd, round, options.people);
      storms.push(storm);
      await settled(crowd, storm);
    }
    await crowd.stop();
    const faults = await crowd.look(async ({ audit }) => {
      const { breaks } = await audit.verify();
      const found = breaks.map(({ problem }) => `the audit chain is broken: ${problem}`);
      for (const storm of storms)
        found.push(...faultsOf(storm, crowd, await audit.read({ words: [storm.label], limit: 1_000 })));
      return found;
    });
    return { faults, storms };
  } finally {
    await crowd.close();
  }
}

async function storms(
  { people, rounds, ...where }: Pick<CrowdOptions, 'people' | 'instances' | 'store'> & { readonly rounds: number },
  report: Report,
): Promise<void> {
  const { faults, storms } = await outcomeOf({ people, services: rounds, ...where }, rounds);
  assert.deepEqual(faults, []);
  const on = placeWords(where);
  report({
    what: `${people} approvals of one request at once, ${rounds} times, ${on}`,
    measured: `${rounds} runs, ${rounds} winners in the audit, ${people * rounds} answers with the facts`,
    aim: 'one run and one winner each, everybody is shown who approved',
    holds: true,
  });
  const promises = storms.flatMap(promisedTo).length;
  report({
    what: `Promises of a later answer among these, ${on}`,
    measured: `${promises}, each kept`,
    aim: 'none',
    holds: promises === 0,
  });
  const p99 = storms.map(({ answers }) =>
    percentile(
      answers.map(({ ms }) => ms),
      0.99,
    ),
  );
  const [median, most] = [0.5, 1].map((share) => Math.round(percentile(p99, share)));
  report({
    what: `Click to answer, p99 of each time, ${on}`,
    measured: `median ${median} ms, at most ${most} ms`,
    aim: `under ${aimMs} ms`,
    holds: (median ?? Infinity) < aimMs,
  });
}

function placeWords({ instances = 1, store }: Pick<CrowdOptions, 'instances' | 'store'>): string {
  const on = store === 'mongo' ? ` on ${placeName}` : instances > 1 ? ' on one SQLite file' : '';
  return `${instances === 1 ? 'one instance' : `${instances} instances`}${on}`;
}

/** A store without compare-and-set and a pipeline system without idempotency keys must be caught. */
async function control(report: Report): Promise<void> {
  const main = join(__dirname, 'at-once/careless-instance.ts');
  const { faults } = await outcomeOf({ people: 5, services: 1, main, ledger: { ignoresKeys: true } }, 1);
  assert.match(faults.join('\n'), /[1-9]\d* (runs|winners in the audit)/, 'a store that overwrites is found out');
  report({
    what: 'Negative control: a store that writes without looking, a pipeline system that ignores keys',
    measured: `caught: ${faults.join('; ')}`,
    aim: 'caught',
    holds: true,
  });
}
