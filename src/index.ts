import { existsSync } from 'node:fs';
import { createApp } from './app';
import { readConfig } from './config';
import { startProblem } from './start-problem';
import { keepFilesPrivate } from './core/file-modes';

// Starts and stops the process; the only place, with the command line, that reads the environment.

async function main(): Promise<void> {
  keepFilesPrivate();
  if (existsSync('.env')) process.loadEnvFile?.('.env');
  const result = readConfig(process.env);
  if ('problems' in result) {
    console.error(`Gavel does not start:\n${result.problems.map((problem) => `  - ${problem}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  const app = await createApp(result.config, { childEnvironment: { PATH: process.env['PATH'] ?? '' } });
  await app.start();
  console.log(app.greeting());
  // Says what is missing, and goes on: what is mended outside needs no restart.
  if (result.config.mode === 'teams') void app.check();

  let stopping = false;
  const stop = (): void => {
    // A second Ctrl-C does not wait.
    if (stopping) process.exit(130);
    stopping = true;
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('Gavel did not stop cleanly:', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(`Gavel does not start: ${startProblem(error)}`);
  if (process.env['LOG_LEVEL'] === 'debug') console.error(error);
  process.exit(1);
});
