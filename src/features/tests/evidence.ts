import type { Collection } from '../../store/contract';
import type { SuitePlace, TestRun } from './contract';
import { isTestOver, suiteAddress } from './workflow';

/** What test runs say about a release. */

/** How the newest run of a suite that says something about a commit ended; undefined if there is none. */
export interface TestVerdict {
  readonly label: string;
  readonly state: 'passed' | 'failed';
  readonly flaky: number;
  readonly failed: number;
  readonly total: number;
  readonly endedAt: number;
  /** What people call the suite: outside text. */
  readonly title: string;
}

/**
 * The commit that the outcome of a run decides about: the one that was live before and after. A rerun of what failed decides only about the commit of the run
 * whose failures it repeats. Undefined: about none.
 */
export function commitDecided({ state, release, rerunOf }: TestRun): string | undefined {
  if (state !== 'passed' && state !== 'failed') return undefined;
  if (rerunOf && rerunOf.commit !== release?.commit) return undefined;
  return release?.commit;
}

const looked = 200;

/** How the suite went for this commit there. */
export async function verdictOn(
  records: Pick<Collection<TestRun>, 'find'>,
  place: SuitePlace,
  commit: string,
): Promise<TestVerdict | undefined> {
  const where = { suite: suiteAddress(place) };
  const { items } = await records.find({ where, orderBy: 'startedAt', descending: true, limit: looked });
  const run = items.map(({ value }) => value).find((value) => isTestOver(value) && commitDecided(value) === commit);
  if (!run) return undefined;
  const { number, title, report, stateSince } = run;
  return {
    ...{ label: `T-${number}`, title, endedAt: stateSince, state: run.state === 'passed' ? 'passed' : 'failed' },
    ...{ flaky: report?.flaky ?? 0, failed: report?.failed ?? 0, total: report?.total ?? 0 },
  };
}
