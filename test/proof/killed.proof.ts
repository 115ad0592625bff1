import assert from 'node:assert/strict';
import { declareProof } from './contract';
import type { Figure, Scale } from './contract';
import { percentile } from './harness';
import { acknowledgedBeforeStored, withoutKeys } from './killed/controls';
import type { KillPoint } from './killed/fuse';
import { faultsOf, judge } from './killed/judge';
import type { Verdict } from './killed/judge';
import { openWork } from './killed/quiet';
import { killAtRandom } from './killed/random-rounds';
import type { RandomOutcome } from './killed/random-rounds';
import { killAtEveryStep, killAtSteps } from './killed/step-rounds';
import { lookInto } from './killed/store-files';
import { createWorld } from './killed/world';
import type { Journal, World } from './killed/world';

type Report = (figure: Figure) => void;

/** The numbers of the claim; other numbers can be set while working on the proof itself. */
const long = {
  rounds: Number(process.env['PROOF_ROUNDS'] ?? 200),
  approvals: Number(process.env['PROOF_APPROVALS'] ?? 2_000),
  services: 10,
  longestLife: 2,
  controlRounds: 10,
};
const finishAimMs = 5_000;
const startAim = 1.2;

/** A few of the steps, including those around the start of the run. */
const someSteps: readonly KillPoint[] = [
  { side: 'after', of: 'start', nth: 1 },
  { side: 'before', of: 'start', nth: 1 },
  { side: 'after', of: 'write', nth: 30 },
];

export const proof = declareProof({
  title: 'Gavel is killed at every step and at random moments; nothing is lost and nothing happens twice',
  how: 'A process with the embedded store gets SIGKILL right before and right after every single write of a deployment, and around the start of its run. Then it gets SIGKILL at random moments while many people request and approve at once; every third time, it is still recovering from the last kill. Clicks without an answer are delivered again, first with the same id, then with a new one. The proof checks the answers, what an outside pipeline system really started, and what the conversations show. Data that the operating system has accepted survives a kill, so this doesn’t test power loss.',
  async run(scale, report) {
    if (scale === 'short') await Promise.all([steps(scale, report), moments(scale, report), controls(scale, report)]);
    else {
      await steps(scale, report);
      await moments(scale, report);
      await controls(scale, report);
    }
  },
});

/** Runs something in a separate world, stops its instance normally and judges. */
async function inWorld<T>(services: number, act: (world: World) => Promise<T>) {
  const world = await createWorld({ services });
  try {
    const result = await act(world);
    assert.equal(await world.instance().stop(), 0, world.instance().output());
    return { result, verdict: await judge(world), journal: world.journal };
  } catch (error) {
    throw new Error(`${String(error)}\n${await lastWords(world)}`, { cause: error });
  } finally {
    await world.close();
  }
}

/** Details for understanding a failure. */
async function lastWords(world: World): Promise<string> {
  const said = await Promise.race([world.serving(), Promise.resolve(undefined)]);
  const open = await lookInto(world.folder, openWork).catch(String);
  return [`${world.journal.kills} kills`, said?.output().slice(-3_000) ?? 'No instance serves.', open].join('\n');
}

async function steps(scale: Scale, report: Report): Promise<void> {
  if (scale === 'short') {
    const { result, verdict, journal } = await inWorld(1, (world) => killAtSteps(world, someSteps));
    assert.equal(result, someSteps.length, 'every step named was reached');
    return tell(`killed at ${result} steps`, verdict, journal, report);
  }
  const around = someSteps.filter(({ of }) => of === 'start');
  const started = await inWorld(1, (world) => killAtSteps(world, around));
  assert.equal(started.result, around.length);
  tell('killed right after and right before the start of the run', started.verdict, started.journal, report);
  for (const side of ['before', 'after'] as const) {
    // Two worlds share the steps between them, one for each core.
    const halves = await Promise.all(
      [1, 2].map((first) => inWorld(1, (world) => killAtEveryStep(world, { side, first, every: 2 }))),
    );
    const last = Math.max(...halves.map(({ result }) => result));
    for (const [index, { verdict, journal }] of halves.entries())
      tell(`killed ${side} each of ${last} writes (${index + 1} of 2)`, verdict, journal, report);
  }
}

async function moments(scale: Scale, report: Report): Promise<void> {
  const { services, ...least } = scale === 'long' ? long : { services: 6, rounds: 3, approvals: 3, longestLife: 1 };
  const { result, verdict, journal } = await inWorld(services, (world) => killAtRandom(world, least));
  assert.ok(journal.approved.length >= least.approvals);
  tell(`killed ${result.rounds} times at random, ${journal.approved.length} approvals`, verdict, journal, report);
  tellTimes(result, report);
}

function tellTimes({ startMs, coldStartMs, finishMs }: RandomOutcome, report: Report): void {
  const cold = percentile(coldStartMs, 0.5);
  const again = percentile(startMs, 0.5);
  report({
    what: 'Start after a kill against a first start in an empty folder, medians',
    measured: `${Math.round(again)} ms against ${Math.round(cold)} ms, ${(again / cold).toFixed(2)} of it`,
    aim: `at most ${startAim}`,
    holds: again / cold <= startAim,
  });
  const [median, p99, most] = [0.5, 0.99, 1].map((share) => Math.round(percentile(finishMs, share)));
  report({
    what: 'From ready again until everything approved before the kill was deployed',
    measured: `median ${median} ms, p99 ${p99} ms, at most ${most} ms`,
    aim: `at most ${finishAimMs} ms`,
    holds: (most ?? Infinity) <= finishAimMs,
  });
}

async function controls(scale: Scale, report: Report): Promise<void> {
  const rounds = scale === 'long' ? long.controlRounds : 1;
  const [forgetful, hasty] = await Promise.all([withoutKeys(rounds), acknowledgedBeforeStored(rounds)]);
  assert.ok(forgetful.doubleRuns.length >= rounds, 'without idempotency keys the harness finds doubled runs');
  assert.ok(hasty.lostApprovals.length >= rounds, 'with writes acknowledged too early the harness finds losses');
  report({
    what: 'Negative control: no idempotency key',
    measured: `caught, in ${rounds} kills ${forgetful.doubleRuns.length} doubled runs found`,
    aim: 'caught',
    holds: true,
  });
  report({
    what: 'Negative control: acknowledged before stored',
    measured: `caught, in ${rounds} kills ${hasty.lostApprovals.length} approvals lost`,
    aim: 'caught',
    holds: true,
  });
}

/** Asserts that nothing is wrong, and returns the counts. */
function tell(what: string, verdict: Verdict, journal: Journal, report: Report): void {
  assert.deepEqual(faultsOf(verdict, journal), [], what);
  const { twins, givenUp, inFlight, deployments, messages } = verdict;
  report({
    what: `${what.charAt(0).toUpperCase()}${what.slice(1)}: lost after the answer, without a reply, run twice, unclear, breaks of the audit chain`,
    measured: `0, 0, 0, 0, 0 (${deployments} deployments, ${messages} messages, ${journal.redelivered} deliveries repeated)`,
    aim: '0 each',
    holds: true,
  });
  report({
    what: 'Messages seen twice, and given up, because a kill interrupted their post',
    measured: `${twins.length} and ${givenUp.length}, of ${inFlight} posts in flight at ${journal.kills} kills`,
    aim: 'no more than were in flight; one repetition each',
    holds: twins.length <= inFlight,
  });
}
