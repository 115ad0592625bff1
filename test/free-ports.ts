import { createServer } from 'node:net';

/**
 * Ports below those that the operating system gives to outgoing connections: nobody takes one between the look and its use. Each process begins at
 * a place of its own, further from the next than it needs, so test files that run side by side don't meet.
 */
const lowest = 12_000;
const count = 20_000;
const apart = 1_009;
let next = (process.pid * apart) % count;

/** A port of this machine that nobody listens on; no port is given twice by one process. */
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
