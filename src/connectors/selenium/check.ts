import type { CheckLine } from '../contract';
import { checkCall } from '../http/checks';
import type { GridClient, GridLook } from './client';

/** Each permission that Gavel and its suites need, tried with calls that change nothing, and how the Grid is. */
export async function checkGrid(client: GridClient, hasNodesOnDemand: boolean): Promise<CheckLine[]> {
  return Promise.all([
    checkStatus(client, hasNodesOnDemand),
    checkCall('starting sessions', () => client.tryStart(), 'Allow POST /session for Gavel’s user.'),
    checkCall('ending sessions', () => client.tryEnd(), 'Allow DELETE /session/* for Gavel’s user.'),
  ]);
}

async function checkStatus(client: GridClient, hasNodesOnDemand: boolean): Promise<CheckLine> {
  let seen: GridLook | undefined;
  const line = await checkCall(
    'status',
    async () => (seen = await client.look()),
    'Allow POST /graphql for Gavel’s user.',
  );
  if (!seen) return line;
  const about = describeGrid(seen);
  if (seen.nodes > 0 || hasNodesOnDemand) return { about };
  return {
    about,
    problem: 'No node of the Grid is up, so no suite can start. Start a node, or check why none is registered.',
  };
}

/** `Selenium Grid 4.48.0: 1 node, 2 of 2 browsers free, no session waiting` */
export function describeGrid({ version, nodes, slots, inUse, waiting }: GridLook): string {
  const parts = [
    count(nodes, 'node'),
    `${Math.max(0, slots - inUse)} of ${count(slots, 'browser')} free`,
    waiting.length === 0 ? 'no session waiting' : `${count(waiting.length, 'session')} waiting`,
  ];
  return `Selenium Grid ${version}: ${parts.join(', ')}`;
}

/** Why a suite can’t start now, in half a sentence; undefined if it can. */
export function findGridObstacle(
  { nodes, slots, inUse, waiting }: GridLook,
  hasNodesOnDemand: boolean,
): string | undefined {
  // The Grid starts a node for a session that waits.
  if (hasNodesOnDemand) return undefined;
  if (nodes === 0) return 'the Grid isn’t ready: none of its nodes is up';
  if (inUse < slots) return undefined;
  const all = slots === 1 ? 'its only browser is in use' : `all of its ${slots} browsers are in use`;
  const queue = `, and ${count(waiting.length, 'session')} ${waiting.length === 1 ? 'is' : 'are'} waiting`;
  return `the Grid isn’t ready: ${all}${waiting.length > 0 ? queue : ''}`;
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
