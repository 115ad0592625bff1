import { createServer } from 'node:net';

/**
 * Ports below those that the operating system uses for outgoing connections, so nobody takes one between the check and its use. Each process starts at its
 * own position, far enough from the next one that test files in parallel don't collide.
 */
const lowest = 12_000;
const count = 20_000;
const apart = 1_009;
let next = (process.pid * apart) % count;

/** A port of this machine that nobody listens on; a process never returns the same port twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + next;
    next = (next + 1) % count;
    if (await isFree(port)) return port;
  }
}

export async function freePorts(howMany: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < howMany) ports.push(await freePort());
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
