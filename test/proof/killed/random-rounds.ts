import { askAndApprove, introduceApprovers } from './people';
import { everythingDone, finishedAfterMs } from './quiet';
import { coldStartMs } from './world';
import type { World } from './world';

/** Many people at once, and kills at any moment. */

export interface RandomRounds {
  readonly rounds: number;
  /** Continues beyond the rounds until this many approvals were answered. */
  readonly approvals: number;
  /** Between ready and the next kill, as a multiple of the start time, so that a slow machine gets something done, too. */
  readonly longestLife: number;
}

export interface RandomOutcome {
  readonly rounds: number;
  readonly startMs: number[];
  /** Starts in new folders, measured in between, when the machine is just as busy. */
  readonly coldStartMs: number[];
  /** From ready again until everything approved before the kill was deployed. */
  readonly finishMs: number[];
}

const coldStartEach = 10;
/** Lets people work; kills, starts again, kills again. Every third kill hits while Gavel is still recovering from the last one. */
export async function killAtRandom(
  world: World,
  { rounds: least, approvals, longestLife }: RandomRounds,
): Promise<RandomOutcome> {
  const gate = createGate();
  let over = false;
  await world.start();
  await introduceApprovers(world);
  const people = world.services.map(async (service) => {
    for (let number = 1; !over; number++) {
      await gate.passed();
      await askAndApprove(world, { service, version: `1.0.${number}` }, gate.passed);
    }
  });
  const working = Promise.all(people);
  const startMs: number[] = [];
  const coldMs: number[] = [];
  const finishMs: number[] = [];

  async function round(number: number): Promise<void> {
    const strikesAgain = number % 3 === 1;
    await Promise.race([
      pause(Math.random() * world.instance().startMs * (strikesAgain ? 0.5 : 1) * longestLife),
      working,
    ]);
    gate.close();
    const approved = [...world.journal.approved];
    await world.kill();
    if (number % coldStartEach === 0) coldMs.push(await coldStartMs());
    startMs.push((await world.start()).startMs);
    // The next kill hits in the middle of the recovery.
    if ((number + 1) % 3 !== 1) finishMs.push(await finishedAfterMs(world, approved));
    gate.open();
  }

  let rounds = 0;
  while (rounds < least || world.journal.approved.length < approvals) {
    await Promise.race([round(rounds), working]);
    rounds += 1;
  }
  over = true;
  await working;
  await everythingDone(world);
  return { rounds, startMs, coldStartMs: coldMs, finishMs };
}

/** Opens or closes the gate; waiting callers continue when it opens. */
function createGate() {
  let opened = Promise.resolve();
  let letThrough = (): void => undefined;
  let isOpen = true;
  return {
    passed: () => opened,
    open() {
      isOpen = true;
      letThrough();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      opened = new Promise((resolve) => (letThrough = resolve));
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
