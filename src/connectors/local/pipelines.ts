import { join } from 'node:path';
import type { SourceControl } from '../contract';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import type { LocalOptions } from './options';
import { serviceFolders, sandboxScripts } from './records';

const steps = ['fetch', 'build', 'test', 'switch', 'verify'];

/** Runs the deploy script of the sandbox. */
export function createLocalPipelines(
  options: LocalOptions & Pick<Parameters<typeof createPipelines>[0], 'places'>,
  sources: SourceControl,
): MachinePipelines {
  const { dataDir, pace } = options;
  return createPipelines(
    {
      ...options,
      runs: serviceFolders(dataDir).runs,
      script: join(sandboxScripts, 'deploy.js'),
      stepsOf: () => steps,
      detailsOf: () => ({ pace, dataFolder: dataDir }),
    },
    sources,
  );
}
