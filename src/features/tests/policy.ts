import type { ApprovalRule } from '../../core/catalog';
import { capitalize } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import type { Collection } from '../../store/contract';
import type { EvidenceFact } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { SuitePlace, TestRun } from './contract';
import { isTestOver, suiteAddress, testWorkflow } from './workflow';

/** What test runs say about a release. */

/** How the newest run of a suite that decides about a commit ended. */
interface TestVerdict {
  readonly label: string;
  readonly state: 'passed' | 'failed';
  readonly failed: number;
  readonly total: number;
  readonly endedAt: number;
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

/** How the suite went for this commit there; undefined if no run decides about it. */
async function verdictOn(
  records: Pick<Collection<TestRun>, 'find'>,
  place: SuitePlace,
  commit: string,
): Promise<TestVerdict | undefined> {
  const where = { suite: suiteAddress(place) };
  const { items } = await records.find({ where, orderBy: 'startedAt', descending: true, limit: looked });
  const run = items.map(({ value }) => value).find((value) => isTestOver(value) && commitDecided(value) === commit);
  if (!run) return undefined;
  const { number, report, stateSince } = run;
  return {
    ...{ label: `T-${number}`, endedAt: stateSince, state: run.state === 'passed' ? 'passed' : 'failed' },
    ...{ failed: report?.failed ?? 0, total: report?.total ?? 0 },
  };
}

type AskedTests = NonNullable<NonNullable<ApprovalRule['evidence']>['tests']>;

/** The evidence of the suites that a rule asks about, for this release. Its words are outside text. */
export async function readTestEvidence(
  { store, clock }: Pick<FeatureDependencies, 'store' | 'clock'>,
  asked: AskedTests,
  { service, version, commit }: { readonly service: string; readonly version: string; readonly commit: string },
): Promise<EvidenceFact[]> {
  const records = store.collection(testWorkflow.spec);
  return Promise.all(
    asked.map(async ({ suite, environment, is }) => {
      const verdict = await verdictOn(records, { service, environment, suite }, commit);
      return {
        title: `${capitalize(suite)}\u00A0tests`,
        holds: verdict?.state === 'passed',
        words: describeVerdict({ suite, environment, version }, verdict, clock.now()),
        required: is === 'required',
      };
    }),
  );
}

/** `smoke passed in staging 12 min ago (T-1002)` */
function describeVerdict(
  { suite, environment, version }: { readonly suite: string; readonly environment: string; readonly version: string },
  verdict: TestVerdict | undefined,
  now: number,
): string {
  if (!verdict) return `${suite} hasn’t been run in ${environment} with ${version}`;
  const { state, label, endedAt, failed, total } = verdict;
  const count = state === 'failed' && failed > 0 ? `, ${failed} of ${total}` : '';
  return `${suite} ${state} in ${environment} ${describeDuration(now - endedAt)} ago (${label}${count})`;
}
