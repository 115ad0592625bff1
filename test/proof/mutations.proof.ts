import assert from 'node:assert/strict';
import { startGuardedProcess } from '../security/guarded-process';
import type { GuardedProcess } from '../security/guarded-process';
import { askForDeployment } from './ask';
import { declareProof } from './contract';
import { channelNumber, dana, percentile, personNumber } from './harness';
import { mutated } from './mutations/mutate';
import { createRandom } from './random';
import type { Random } from './random';
import { realActivity, verbs } from './teams/real-activities';
import type { Surroundings } from './teams/real-activities';

const connections = 32;

/** A request to Gavel from outside: a real example, and how it is delivered. */
interface Source {
  readonly name: string;
  /** The fields that its receiver reads. */
  readonly heart: readonly string[];
  real(random: Random): object;
  post(body: string): Promise<{ status: number }>;
}

/** One entry for each endpoint. */
function sourcesOf(gavel: GuardedProcess, around: Surroundings): readonly Source[] {
  return [
    {
      name: 'activity',
      heart: ['value', 'value', 'channelData', 'entities', 'conversation', 'from'],
      real: (random) => realActivity(random, around),
      post: (body) => gavel.door.deliver(body),
    },
  ];
}

interface Tally {
  readonly statuses: Map<number, number>;
  readonly times: number[];
}

export const proof = declareProof({
  title: 'Gavel answers any request and stays up',
  how: 'Real activities of every kind are mutated in structure and bytes. They are posted with a genuine token over kept connections to a Gavel process with its real token check.',

  async run(scale, report) {
    // The same mutations in every run of the suite, so that a failing test is caused by a change; new ones in the long proof.
    const seed = Number(process.env['PROOF_SEED'] ?? (scale === 'long' ? Date.now() % 2 ** 31 : 20));
    const count = Number(process.env['PROOF_MUTATIONS'] ?? (scale === 'long' ? 100_000 : 1_000));
    const gavel = await startGuardedProcess();
    try {
      const around = await surroundings(gavel);
      const tally: Tally = { statuses: new Map(), times: [] };
      await attack(gavel, around, Math.ceil(count / 10), seed + 1, { statuses: new Map(), times: [] });
      const before = await gavel.heapBytes();
      await attack(gavel, around, count, seed, tally);
      const after = await gavel.heapBytes();
      await gavel.lives();
      assert.doesNotMatch(gavel.instance.output(), /unhandled|uncaught/i, `seed ${seed}`);
      const statuses = [...tally.statuses].sort().map(([status, times]) => `${times} × ${status}`);
      const answered = [...tally.statuses.values()].reduce((sum, times) => sum + times, 0);
      assert.equal(answered, count, `every one is answered, seed ${seed}`);
      report({
        what: 'mutations answered with 2xx or 4xx by the same process',
        measured: `${answered} of ${count} (${statuses.join(', ')}), seed ${seed}`,
        aim: scale === 'long' ? 'all, at least 100 000' : 'all',
        holds: true,
      });
      report({
        what: 'answered within, 99%',
        measured: `${Math.round(percentile(tally.times, 0.99))} ms at ${connections} at once`,
        aim: 'printed',
        holds: true,
      });
      const grownMb = (after - before) / 1e6;
      report({
        what: 'heap after a full collection, against after the first tenth',
        measured: `${grownMb.toFixed(1)} MB more`,
        aim: 'at most 10 MB',
        holds: grownMb <= 10,
      });
      const failures = gavel.instance
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":"error"'));
      for (const line of failures.slice(0, 5)) console.log(line.slice(0, 1_000));
      report({
        what: 'errors in the log',
        measured: String(failures.length),
        aim: '0: everything is refused before it can fail',
        holds: failures.length === 0,
      });
    } finally {
      await gavel.close();
    }
  },
});

/** People, places, cards and requests that really exist, so that changes reach inner code. */
async function surroundings(gavel: GuardedProcess): Promise<Surroundings> {
  const conversations = Array.from({ length: 300 }, (_, index) => ({
    ...channelNumber(index + 1),
    type: (['channel', 'groupChat', 'personal'] as const)[index % 3] ?? 'channel',
  }));
  const asked = await askForDeployment(
    gavel.instance.port,
    gavel.connector,
    channelNumber(1),
    's1',
    '1.0.1',
    gavel.door.deliver,
  );
  const records = [...gavel.connector.messages.values()].flatMap(({ activity }) =>
    [...JSON.stringify(activity).matchAll(/"id":"([0-9a-f]{32})"/g)].map(([, id = '']) => id),
  );
  const ids = [...new Set([asked.approvalId, asked.card.id, ...gavel.connector.messages.keys(), ...records, 's1'])];
  const people = [dana, ...[1, 2, 3, 4].map(personNumber)];
  return { serviceUrl: gavel.connector.url, people, conversations, ids };
}

async function attack(
  gavel: GuardedProcess,
  around: Surroundings,
  count: number,
  seed: number,
  { statuses, times }: Tally,
): Promise<void> {
  const random = createRandom(seed);
  const sources = sourcesOf(gavel, around);
  const own = [...around.ids, ...verbs, ...around.people.map(({ aadObjectId }) => aadObjectId)];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const source = random.pick(sources);
      const body = mutated(source.real(random), random, { own, heart: source.heart });
      const begun = performance.now();
      const { status } = await source.post(body);
      times.push(performance.now() - begun);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const allowed = (status >= 200 && status < 300) || (status >= 400 && status < 500);
      if (!allowed) {
        const told = gavel.instance.output().slice(-2_000);
        assert.fail(`${status} for ${source.name}, seed ${seed}: ${body.slice(0, 3_000)}\n${told}`);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}
