import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import type { TestRunner } from '../contract';
import { bindSuites, createMachineTests } from '../machine/tests';
import type { MachineTests } from '../machine/tests';
import { readRecord } from '../machine/records';
import { localKind, sandboxScripts } from './records';
import type { LocalOptions } from './records';

/** The test suites of the sandbox: real requests to its services, by a process of this machine. */

const SuiteRecord = z.object({
  name: z.string(),
  title: z.string(),
  services: z.array(z.string()),
  timeLimitSeconds: z.number(),
});

interface LocalTests {
  readonly runs: MachineTests;
  runnerOf(target: Target): TestRunner;
}

export function createLocalTests({ dataDir, pace, clock, logger, environment }: LocalOptions): LocalTests {
  const parts = { connectorName: localKind, dataDir, clock, logger };
  const runs = createMachineTests({ ...parts, ...(environment && { environment }) });
  const folder = join(sandboxScripts, 'tests');
  const all = readRecord(join(folder, 'suites.json'), z.array(SuiteRecord)) ?? [];

  function runnerOf({ service, environment: name }: Target): TestRunner {
    const suites = all
      .filter(({ services }) => services.includes(service))
      .map((each) => ({ name: each.name, title: each.title, canRerunFailed: true }));
    return bindSuites(runs, suites, ({ suite, only = [] }, runFolder) => {
      const { timeLimitSeconds = 0 } = all.find((each) => each.name === suite) ?? {};
      const place = [resolve(dataDir), service, name, suite, String(pace)];
      const limits = only.flatMap((test) => ['--only', test]);
      return {
        ...{ service, environmentName: name, environment: {}, folder: runFolder, results: 'junit/results.xml' },
        command: [
          process.execPath,
          join(folder, 'run.js'),
          ...place,
          join(runFolder, 'junit', 'results.xml'),
          ...limits,
        ],
        timeLimitMs: timeLimitSeconds * 1000,
      };
    });
  }

  return { runs, runnerOf };
}
