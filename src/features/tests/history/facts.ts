import type { SuitePlace, TestRun } from '../contract';
import { suiteAddress } from '../workflow';

/** Which tests are flaky, over the runs that are kept. Pure. */

/** A test whose outcome changed although its release didn't. */
export interface FlakyTest extends SuitePlace {
  /** What people call its suite: outside text. */
  readonly title: string;
  /** Outside text. */
  readonly name: string;
  /** In how many runs it was flaky. */
  readonly count: number;
  /** Of how many runs that included it. */
  readonly runs: number;
  readonly lastSeenAt: number;
}

interface Seen {
  readonly run: TestRun;
  /** Undefined if it passed or was skipped. */
  readonly outcome: 'failed' | 'flaky' | undefined;
}

/** The flaky tests of these runs, the most often flaky first. A test that failed and then passed with the same release was flaky, too. */
export function rankFlaky(runs: readonly TestRun[]): FlakyTest[] {
  const told = runs
    .filter(({ report, state }) => report !== undefined && (state === 'passed' || state === 'failed'))
    .sort((one, other) => one.startedAt - other.startedAt);
  return [...groupBySuite(told).values()]
    .flatMap(rankSuite)
    .sort((one, other) => other.count / other.runs - one.count / one.runs || other.lastSeenAt - one.lastSeenAt);
}

function groupBySuite(runs: readonly TestRun[]): Map<string, TestRun[]> {
  const suites = new Map<string, TestRun[]>();
  for (const run of runs) {
    const known = suites.get(suiteAddress(run));
    if (known) known.push(run);
    else suites.set(suiteAddress(run), [run]);
  }
  return suites;
}

function rankSuite(runs: readonly TestRun[]): FlakyTest[] {
  const names = new Map(runs.flatMap(({ report }) => (report?.cases ?? []).map(({ id, name }) => [id, name] as const)));
  return [...names].flatMap(([id, name]) => {
    const seen = runs
      .filter((run) => !run.rerunOf || run.rerunOf.only.includes(name))
      .map((run): Seen => ({ run, outcome: run.report?.cases.find((each) => each.id === id)?.outcome }));
    const flaky = seen.filter((each, index) => wasFlaky(each, seen.slice(index + 1)));
    const last = flaky.at(-1)?.run;
    if (!last) return [];
    const { service, environment, suite, title } = last;
    return {
      ...{ service, environment, suite, title, name },
      count: flaky.length,
      runs: seen.length,
      lastSeenAt: last.stateSince,
    };
  });
}

function wasFlaky({ run, outcome }: Seen, later: readonly Seen[]): boolean {
  if (outcome === 'flaky') return true;
  const commit = run.release?.commit;
  return (
    outcome === 'failed' &&
    commit !== undefined &&
    later.some((each) => each.outcome !== 'failed' && each.run.release?.commit === commit)
  );
}
