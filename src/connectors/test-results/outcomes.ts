import { detailLines, reportedCases } from '../contract/tests';
import type { TestCase, TestReport } from '../contract/tests';
import { cleanText, forTerminal } from '../../core/text';

/** What the results of any test runner say, and the report that follows from it. Pure. */

/** One entry of the results. A runner that tries a test again may write an entry for each attempt. */
export interface TestEntry {
  /** Entries with the same `id` in the same group are attempts of one test. */
  readonly group: string;
  readonly id: string;
  readonly name: string;
  readonly file: string | undefined;
  readonly outcome: 'passed' | 'failed' | 'flaky' | 'skipped';
  readonly attempts: number;
  readonly durationMs: number;
  /** Why it failed, or failed at first: outside text of any form. */
  readonly message: string;
  readonly detail: string;
  /** Paths as the results have them, the newest last. */
  readonly attachments: readonly string[];
}

const maxIdLength = 400;
const maxNameLength = 300;
const maxLineLength = 300;

/** `pictureOf`: the picture that a path leads to, if it is one that can be shown. Undefined if no test is in the results. */
export function reportOf(
  entries: readonly TestEntry[],
  pictureOf: (path: string) => string | undefined,
): TestReport | undefined {
  const tests = mergeAttempts(entries);
  if (tests.length === 0) return undefined;
  const of = (outcome: TestEntry['outcome']): readonly TestEntry[] => tests.filter((each) => each.outcome === outcome);
  const [failed, flaky] = [of('failed'), of('flaky')];
  return {
    total: tests.length,
    passed: of('passed').length,
    failed: failed.length,
    flaky: flaky.length,
    skipped: of('skipped').length,
    durationMs: tests.reduce((sum, { durationMs }) => sum + durationMs, 0),
    cases: [...failed, ...flaky].slice(0, reportedCases).map((each) => caseOf(each, pictureOf)),
  };
}

/** One entry for each test: several attempts become one, while several tests that merely have the same name and all passed stay. */
function mergeAttempts(entries: readonly TestEntry[]): TestEntry[] {
  const groups = new Map<string, TestEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.group, entry.id]);
    const known = groups.get(key);
    if (known) known.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].flatMap((attempts) => {
    const failing = attempts.find(({ outcome }) => outcome === 'failed');
    return failing && attempts.length > 1 ? [merged(attempts, failing)] : attempts;
  });
}

function merged(attempts: readonly TestEntry[], failing: TestEntry): TestEntry {
  const isPassed = attempts.some(({ outcome }) => outcome === 'passed' || outcome === 'flaky');
  return {
    ...failing,
    outcome: isPassed ? 'flaky' : 'failed',
    attempts: attempts.reduce((sum, each) => sum + each.attempts, 0),
    durationMs: attempts.reduce((sum, each) => sum + each.durationMs, 0),
    attachments: attempts.flatMap(({ attachments }) => attachments),
  };
}

function caseOf(entry: TestEntry, pictureOf: (path: string) => string | undefined): TestCase {
  const { id, name, file, message, detail, durationMs, attempts, attachments } = entry;
  const lines = detail.split(/\r\n?|\n/).map((line) => forTerminal(line).trimEnd());
  const [first = ''] = [...message.split(/\r\n?|\n/), ...lines]
    .map((line) => cleanText(line, maxLineLength))
    .filter((line) => line !== '');
  const picture = attachments.map(pictureOf).findLast((each) => each !== undefined);
  return {
    id: cleanText(id, maxIdLength),
    name: cleanText(name, maxNameLength),
    outcome: entry.outcome === 'flaky' ? 'flaky' : 'failed',
    ...(file !== undefined && file !== '' && { file: cleanText(file, maxNameLength) }),
    message: first,
    detail: withoutEdges(lines)
      .slice(0, detailLines)
      .map((line) => line.slice(0, maxLineLength)),
    ...{ durationMs, attempts },
    ...(picture !== undefined && { picture }),
  };
}

/** Without the empty lines at both ends. */
function withoutEdges(lines: readonly string[]): readonly string[] {
  const isFull = (line: string): boolean => line.trim() !== '';
  const from = lines.findIndex(isFull);
  return from < 0 ? [] : lines.slice(from, lines.findLastIndex(isFull) + 1);
}
