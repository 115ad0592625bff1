import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';

// The whole product as a separate process, with a clock that is ahead by MOVED_BY_MS.

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const movedByMs = Number(process.env['MOVED_BY_MS'] ?? 0);
  const app = await createApp(result.config, {
    childEnvironment: { PATH: process.env['PATH'] ?? '' },
    clock: { now: () => Date.now() + movedByMs, elapsed: () => performance.now() },
  });
  await app.start();
  const stop = (): void => void app.stop().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
