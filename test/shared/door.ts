import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What all test files of a run share, in any process: made in mocha's first process when a file first asks for it. */

/** The address, as a setting of the test run, at which test files ask. */
const doorAddress = 'GAVEL_TEST_SHARED';

export interface SharedThings {
  readonly browser: () => Promise<unknown>;
  readonly compiled: () => Promise<unknown>;
}

/** Opens the door; returns how to close it. */
export async function openDoor(things: SharedThings): Promise<() => void> {
  const made = new Map<string, Promise<unknown>>();
  const door: Server = createServer((request, response) => {
    const name = request.url?.slice(1) as keyof SharedThings;
    const thing = made.get(name) ?? things[name]();
    made.set(name, thing);
    thing.then(
      (answer) => response.end(JSON.stringify(answer)),
      (error: unknown) => {
        response.writeHead(500);
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  process.env[doorAddress] = `http://127.0.0.1:${(door.address() as AddressInfo).port}/`;
  return () => {
    door.closeAllConnections();
    door.close();
  };
}

/** Whether this process belongs to a run of mocha. */
export const isShared = (): boolean => process.env[doorAddress] !== undefined;

/** What was made of it for this run. Rejects with the reason if it couldn't be made. */
export async function askFor(name: keyof SharedThings): Promise<unknown> {
  const answer = await fetch(`${process.env[doorAddress] ?? 'mocha runs without test/shared: '}${name}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
