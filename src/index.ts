import { existsSync } from 'node:fs';
import { createApp } from './app';
import { readConfig } from './config';
import { keepFilesPrivate } from './core/file-modes';
import { startProblem } from './start/text';

// Starts and stops the process; besides the command line, the only place that reads the environment.

async function main(): Promise<void> {
  keepFilesPrivate();
  if (existsSync('.env')) process.loadEnvFile?.('.env');
  const result = readConfig(process.env);
  if ('problems' in result) {
    console.error(`Gavel can’t start:\n${result.problems.map((problem) => `  - ${problem}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  const app = await createApp(result.config, { childEnvironment: { PATH: process.env['PATH'] ?? '' } });
  const starting = app.start();
  // From the very beginning: whatever a start has begun outside this process must not survive a Ctrl-C in the middle of it.
  stopOnSignal(() => starting.catch(() => undefined).then(() => app.stop()));
  await starting;
  console.log(app.greeting());
  // Logs what is missing and continues: problems that are fixed outside need no restart.
  if (result.config.mode === 'teams') void app.check();
}

/** A terminal, npm and tsx can all pass on one Ctrl-C; only a later one means to stop at once. */
const sameSignalMs = 1_000;

function stopOnSignal(stop: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > sameSignalMs) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('Gavel didn’t stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

main().catch((error: unknown) => {
  console.error(`Gavel can’t start: ${startProblem(error)}`);
  if (process.env['LOG_LEVEL'] === 'debug') console.error(error);
  process.exit(1);
});
