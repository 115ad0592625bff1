import { messageCollection } from '../../../src/chat/outbox/record';
import { approvalWorkflow } from '../../../src/features/approvals/workflow';
import type { DeploymentState } from '../../../src/features/deployments';
import { deploymentWorkflow } from '../../../src/features/deployments/workflow';
import type { Collection, Store } from '../../../src/store/contract';
import { patienceMs } from '../../patience';
import { everyRecord } from '../../store/every-record';
import { lookInto } from './store-files';
import { nameOf } from './world';
import type { Promised, World } from './world';

/** When everything that was promised is done. */

const lookEachMs = 100;
const open: readonly DeploymentState[] = ['requested', 'awaiting approval', 'approved', 'running', 'verifying'];

/** Resolves to how long it took until none of these, approved before the kill, was still in progress. */
export async function finishedAfterMs(world: World, approved: readonly Promised[]): Promise<number> {
  const begun = performance.now();
  const waitedFor = new Set(approved.map(nameOf));
  await until(`the end of ${waitedFor.size} approved deployments`, () =>
    lookInto(world.folder, async (store) => {
      // A record in progress has a pending effect or a time for its next check.
      const { items } = await store.collection(deploymentWorkflow.spec).find({ orderBy: 'dueAt', limit: 1_000 });
      return items.every(({ value }) => !open.includes(value.state) || !waitedFor.has(nameOf(value)));
    }),
  );
  return performance.now() - begun;
}

/** Resolves when nothing is left to do: no pending effect, no waiting message, no deployment in progress. */
export async function everythingDone(world: World): Promise<void> {
  await until('quiet', () => lookInto(world.folder, isQuiet));
}

async function isQuiet(store: Store): Promise<boolean> {
  const messages = await store.collection(messageCollection).find({ orderBy: 'dueAt', limit: 1 });
  if (messages.items.length > 0) return false;
  if (await hasPending(store.collection(deploymentWorkflow.spec))) return false;
  return !(await hasPending(store.collection(approvalWorkflow.spec)));
}

/** An approval that waits for its decision has a time at which it expires, which isn't work. */
async function hasPending(
  collection: Collection<{ readonly pending: readonly unknown[]; readonly state: string }>,
): Promise<boolean> {
  const due = await collection.find({ orderBy: 'dueAt', limit: 1_000 });
  return due.items.some(({ value }) => value.pending.length > 0 || open.includes(value.state as DeploymentState));
}

/** The remaining work, one line each. */
export async function openWork(store: Store): Promise<string> {
  const messages = await everyRecord(store, messageCollection);
  const deployments = await everyRecord(store, deploymentWorkflow.spec);
  return [
    ...messages
      .filter(({ value }) => value.dueAt !== undefined || value.state !== 'posted')
      .map(
        ({ id, value }) => `${id}: ${value.state}, ${value.ambiguous} doubts, due ${value.dueAt}, now ${Date.now()}`,
      ),
    ...deployments
      .filter(({ value }) => value.state !== 'succeeded')
      .map(({ id, value }) => `${id}: ${nameOf(value)} ${value.state}, ${JSON.stringify(value.pending)}`),
  ].join('\n');
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await done())) {
    if (Date.now() > end) throw new Error(`${what} did not come within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookEachMs));
  }
}
