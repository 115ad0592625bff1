import { startWireDouble } from './index';
import type { Fault } from './index';

// The double as a separate process: `node --import tsx test/store/wire-double/main.ts <port> [data file]`. Prints `ready <url>` when it
// listens; its parent sends faults as messages and gets `faulted` back for each.

async function main(): Promise<void> {
  const [port = '0', dataFile] = process.argv.slice(2);
  const double = await startWireDouble({ port: Number(port), ...(dataFile && { dataFile }) });
  process.on('message', (fault: Fault) => void double.fault(fault).then(() => process.send?.('faulted')));
  const stop = (): void => void double.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Its parent is gone: no process may remain.
  process.on('disconnect', () => process.exit(0));
  process.send?.(`ready ${double.url}`);
  console.log(`ready ${double.url}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
