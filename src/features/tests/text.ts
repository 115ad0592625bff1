import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import { capitalize, enumerate, plainText, plural } from '../../core/text';
import { describeDuration, timeOfDay } from '../../core/time/clock';
import type { KeptReport, SuitePlace, TestRun } from './contract';
import { silentLooks } from './workflow';

/** Sentences about test runs. Outside text is escaped. */

/** `T-1042` */
export function testLabel({ number }: Pick<TestRun, 'number'>): string {
  return `T-${number}`;
}

/** `Smoke test on shop in staging`: outside text, not escaped. */
export function describePlace({
  title,
  service,
  environment,
}: Pick<TestRun, 'title' | 'service' | 'environment'>): string {
  return `${capitalize(title)} on ${service} in ${environment}`;
}

/** `smoke on shop in staging`, as people type it. */
export function typedPlace({ suite, service, environment }: SuitePlace): string {
  return `${suite} on ${service} in ${environment}`;
}

/** How it is, for its card. */
export function describeTests(run: TestRun, system: string, timeZone: string): string {
  const { state, run: status, cancelRequestedBy, looksFailed = 0, reason = '' } = run;
  const tool = plainText(system, 40);
  switch (state) {
    case 'passed':
      return describePassed(run);
    case 'failed':
      return describeFailed(run);
    case 'canceled':
      return describeCanceled(run, tool);
    case 'unclear':
      return `**Gavel can’t tell whether these tests ran**: ${plainText(reason, 300)}. Please check ${tool}, then choose below. Gavel won’t start them again on its own.`;
    default:
      break;
  }
  if (cancelRequestedBy) return `**Stopping.** ${plainText(cancelRequestedBy.name, 80)} canceled the tests.`;
  if (state === 'starting') return `**Starting** in ${tool}.`;
  if (looksFailed >= silentLooks)
    return `**${tool} isn’t responding.** The tests may still be running. Gavel will keep checking.`;
  if (status?.state === 'queued' || status?.state === 'waiting') return `**Queued in ${tool}.**`;
  if (status?.state === 'stopping') return `**Stopping.** The tests were canceled in ${tool}.`;
  return `**Running**${status ? ` since ${timeOfDay(status.startedAt, timeZone)}` : ''}.`;
}

function describePassed({ report, rerunOf }: TestRun): string {
  if (!report) return '**Passed.**';
  const { passed, flaky, skipped } = report;
  const what = rerunOf ? plural(passed + flaky, 'rerun test') : plural(passed + flaky, 'test');
  const more = flaky > 0 ? ` (${flaky} flaky)` : '';
  return `**${what} passed${more}.**${skipped > 0 ? ` ${capitalize(plural(skipped, 'test was', 'tests were'))} skipped.` : ''}`;
}

function describeFailed({ report, reason = '', runId }: TestRun): string {
  const why = plainText(reason, 300);
  if (runId === undefined) return `**Not started**${why === '' ? '' : `: ${why}`}.`;
  if (!report || report.total === 0)
    return why === '' ? '**No tests ran**, so this counts as failed.' : `**Failed without results**: ${why}.`;
  if (report.failed > 0) return `**${report.failed} of ${plural(report.total, 'test')} failed.**`;
  if (report.skipped === report.total) return '**Every test was skipped**, so this counts as failed.';
  return `**Failed**${why === '' ? '' : `: ${why}`}.`;
}

function describeCanceled({ endedBy, cancelRequestedBy, runId, reason = '' }: TestRun, tool: string): string {
  const by = endedBy ?? cancelRequestedBy;
  if (runId === undefined) return `**Canceled${by ? ` by ${plainText(by.name, 80)}` : ''}.** No tests ran.`;
  if (by) return `**Canceled by ${plainText(by.name, 80)}.**`;
  return `**Canceled in ${tool}**${reason === '' ? '' : `: ${plainText(reason, 300)}`}.`;
}

/** `3 passed, 1 failed, 1 skipped` */
export function describeCounts({ passed, failed, flaky, skipped }: KeptReport): string {
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(flaky > 0 ? [`${flaky} flaky`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return parts.join(', ');
}

/** How it went, in a row of a list. */
export function describeOutcome(run: TestRun): string {
  const { state, report, reason } = run;
  if (state === 'failed' && report === undefined) return `Failed: ${reason ?? 'no tests ran'}`;
  if ((state === 'passed' || state === 'failed') && report) return capitalize(describeCounts(report));
  return state === 'canceled' ? 'Canceled' : capitalize(state);
}

/** ` in 12 s`; empty if the system doesn’t say when it began and ended. */
export function describeSpan({ run }: TestRun): string {
  if (run?.endedAt === undefined) return '';
  return describeDuration(run.endedAt - run.startedAt);
}

/** How it ended, for the message that mentions the requester. */
export function describeEnd(run: TestRun): string {
  const what = `${plainText(describePlace(run), 120)} (${testLabel(run)})`;
  const { report } = run;
  switch (run.state) {
    case 'passed':
      return `${what} passed.`;
    case 'failed': {
      const names = (report?.cases ?? [])
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ name }) => plainText(name, 80));
      const shown = names.slice(0, 3);
      const more = names.length > shown.length ? [...shown, `${names.length - shown.length} more`] : shown;
      return `${what} failed${names.length === 0 ? '' : `: ${enumerate(more)}`}.`;
    }
    case 'unclear':
      return `Gavel can’t tell whether ${what} ran. On its card, mark it as not run or start it again.`;
    default:
      return `${what} was canceled.`;
  }
}

/** `started Smoke test on shop in staging (T-1001)`: the lines of the audit log about tests. */
export const describeTestAudit: DescribeAudit = ({ what, target, outcome }) => {
  if (what !== 'tests.run') return undefined;
  const [, label = target, where = '', title = 'tests'] = /^(T-\d+) (.+?): (.+)$/.exec(target) ?? [];
  return lookUp(verbs, outcome)?.(`${title} on ${where} (${label})`);
};

const verbs: Readonly<Record<string, (tests: string) => string>> = {
  started: (tests) => `ran ${tests}`,
  rerun: (tests) => `reran the failed tests of ${tests}`,
  'started again': (tests) => `ran ${tests} again, because nobody could tell whether it ran`,
  closed: (tests) => `closed ${tests} without another start`,
  canceled: (tests) => `canceled ${tests}`,
  stopped: (tests) => `saw ${tests} stop`,
  passed: (tests) => `saw ${tests} pass`,
  failed: (tests) => `saw ${tests} fail`,
};
