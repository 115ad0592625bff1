import { judge } from './judge';
import type { Verdict } from './judge';
import { approve, ask, introduceApprovers } from './people';
import { everythingDone } from './quiet';
import { killAtSteps } from './step-rounds';
import { createWorld } from './world';

/** The same harness on a product that lacks a safeguard: it must find the failures, or its other figures mean nothing. */

/** Without an idempotency key, and killed between the start of a run and the record of it. */
export async function withoutKeys(rounds: number): Promise<Verdict> {
  const world = await createWorld({
    services: 1,
    environment: { PROOF_FORGETS_KEYS: 'yes' },
    ledger: { ignoresKeys: true },
  });
  try {
    await killAtSteps(
      world,
      Array.from({ length: rounds }, () => ({ side: 'after', of: 'start', nth: 1 }) as const),
    );
    await world.instance().stop();
    return await judge(world);
  } finally {
    await world.close();
  }
}

const writtenLateMs = 700;

/** With a store that reports a write before it happens, and killed the moment an approval was answered. */
export async function acknowledgedBeforeStored(rounds: number): Promise<Verdict> {
  const world = await createWorld({ services: 1, environment: { PROOF_WRITES_LATE_MS: String(writtenLateMs) } });
  try {
    await world.start();
    await introduceApprovers(world);
    for (let round = 1; round <= rounds; round++) {
      const promised = { service: 's1', version: `1.0.${round}` };
      const card = await ask(world, promised);
      await new Promise((resolve) => setTimeout(resolve, 2 * writtenLateMs));
      await approve(world, promised, card);
      await world.kill();
      await world.start();
    }
    await everythingDone(world);
    await world.instance().stop();
    return await judge(world);
  } finally {
    await world.close();
  }
}
