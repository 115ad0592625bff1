import type { OutboxLeases } from '../outbox/poller';

const leaseMs = 3_000;
/** Longer than any turn; after it, compare-and-set alone keeps the state whole. */
const maxWaitMs = 5_000;
const lookEachMs = 25;

/** Runs work for a person when what was begun for them before has ended, here and on the instances that share the leases. */
type PersonTurns = <T>(personId: string, work: () => Promise<T>) => Promise<T>;

/** Two turns of one person at once would both go on from the same question. */
export function createPersonTurns(leases: OutboxLeases | undefined): PersonTurns {
  const queues = new Map<string, Promise<unknown>>();

  /** The queue is this process's own; another instance may have a turn of the same person in work. */
  async function aloneEverywhere<T>(personId: string, work: () => Promise<T>): Promise<T> {
    if (!leases) return work();
    let result: { readonly value: T } | undefined;
    for (let waitedMs = 0; waitedMs < maxWaitMs; waitedMs += lookEachMs) {
      const outcome = await leases.withLease(`dialog/${personId}`, leaseMs, async () => {
        result = { value: await work() };
      });
      if (outcome === 'done' && result) return result.value;
      await new Promise((resolve) => setTimeout(resolve, lookEachMs));
    }
    return work();
  }

  return <T>(personId: string, work: () => Promise<T>): Promise<T> => {
    const alone = (): Promise<T> => aloneEverywhere(personId, work);
    const result = (queues.get(personId) ?? Promise.resolve()).then(alone, alone);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    queues.set(personId, settled);
    void settled.then(() => queues.get(personId) === settled && queues.delete(personId));
    return result;
  };
}
