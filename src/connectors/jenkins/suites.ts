import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import type { PipelineSource, PipelineStart, RunStatus, TestFollower, TestReport } from '../contract';
import type { TestRunner, TestStart } from '../contract';
import { reportOf } from '../test-results/outcomes';
import type { TestEntry } from '../test-results/outcomes';
import { ifFound } from './client';
import type { JenkinsClient } from './client';
import type { RunFollowing } from './runs/following';
import type { TestResults } from './schema';

/** Jobs as test suites: what they found is what the JUnit plugin has read. */

const Suite = z.strictObject({
  title: text.optional(),
  pipeline: text,
  parameters: z.record(z.string().min(1).max(200), text).default({}),
});

export const suitesBinding = z.strictObject({
  suites: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'a word of a-z, 0-9, - and _'), Suite)
    .refine((suites) => Object.keys(suites).length > 0, 'at least one suite'),
});

interface TestParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  readonly following: RunFollowing;
  readonly pipelines: PipelineSource;
}

export function createJenkinsTests({ client, following, pipelines }: TestParts): TestFollower {
  async function report(id: string): Promise<TestReport | undefined> {
    const place = await following.place(id);
    const results = place && (await ifFound(client.testResults(place)));
    return results && reportOf(entriesOf(results), () => undefined);
  }

  return {
    async runStatus(id) {
      const status = await pipelines.runStatus(id);
      return status?.state === 'succeeded' ? judge(status, await report(id)) : status;
    },
    cancelRun: (id, by) => pipelines.cancelRun(id, by),
    runLog: (id, maximumLines) => pipelines.runLog(id, maximumLines),
    async report(id) {
      const state = (await pipelines.runStatus(id))?.state;
      return state === 'succeeded' || state === 'failed' || state === 'canceled' ? report(id) : undefined;
    },
    // The plugin keeps none.
    picture: () => Promise.resolve(undefined),
  };
}

export function bindJenkinsSuites(
  { name, pipelines }: TestParts,
  tests: TestFollower,
  { suites }: z.output<typeof suitesBinding>,
  target: Target,
): TestRunner {
  function startOf({ suite, key, by, askedAt, correlationId }: TestStart): PipelineStart {
    const found = lookUp(suites, suite);
    if (!found) throw new ConnectorError(name, 'not found', 'there is no such test suite');
    const words = { ...target, key, person: by.name };
    const values = Object.fromEntries(
      Object.entries(found.parameters).map(([each, template]) => [each, fillTemplate(template, words)]),
    );
    return {
      ...{ key, pipeline: fillTemplate(found.pipeline, words), values, by, askedAt },
      ...(correlationId !== undefined && { correlationId }),
    };
  }
  return {
    ...tests,
    suites: async () =>
      Object.entries(suites).map(([suite, { title }]) => ({
        ...{ name: suite, title: title ? fillTemplate(title, target) : suite, canRerunFailed: false },
      })),
    async start(start) {
      if (start.only) throw new ConnectorError(name, 'refused', 'this suite can’t run only some of its tests');
      return pipelines.start(startOf(start));
    },
    findStart: async (start) => pipelines.findStart(startOf(start)),
  };
}

/** A build with failed tests is unstable, which is a success with warnings anywhere else. */
function judge({ hasWarnings: _, ...status }: RunStatus, report: TestReport | undefined): RunStatus {
  if (!report) return { ...status, state: 'failed', reason: 'it left no test results in Jenkins' };
  if (report.failed === 0) return status;
  return { ...status, state: 'failed', reason: `${report.failed} of ${report.total} tests failed` };
}

const outcomes: ReadonlyMap<string, TestEntry['outcome']> = new Map([
  ['PASSED', 'passed'],
  ['FIXED', 'passed'],
  ['SKIPPED', 'skipped'],
]);

/** https://github.com/jenkinsci/junit-plugin/blob/master/src/main/java/hudson/tasks/junit/CaseResult.java */
const entriesOf = ({ suites }: TestResults): TestEntry[] =>
  suites.flatMap((suite) =>
    suite.cases.map(({ className, name, status, duration, errorDetails, errorStackTrace, flakyFailures }) => {
      const outcome = outcomes.get(status) ?? 'failed';
      const isFlaky = outcome === 'passed' && flakyFailures.length > 0;
      return {
        ...{ group: suite.name, id: `${className}.${name}`, name, file: className },
        ...{ outcome: isFlaky ? ('flaky' as const) : outcome, attempts: 1 + flakyFailures.length },
        ...{ durationMs: Math.round(duration * 1_000), attachments: [] },
        ...{ message: flakyFailures[0]?.message || errorDetails, detail: errorStackTrace },
      };
    }),
  );
