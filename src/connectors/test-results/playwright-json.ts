import { z } from 'zod';
import { jsonIn } from '../../core/text';
import type { TestEntry } from './outcomes';

/** The JSON that Playwright's reporter `json` writes. */

const text = z.string().catch('');
const Failure = z.object({ message: text, stack: text, snippet: text }).partial();
const Attempt = z.object({
  status: text,
  duration: z.number().nonnegative().catch(0),
  errors: z.array(Failure).catch([]),
  attachments: z.array(z.object({ path: z.string().optional() })).catch([]),
});
const Test = z.object({
  projectName: text,
  status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
  results: z.array(Attempt).catch([]),
});
const Spec = z.object({ title: text, file: text, tests: z.array(Test) });
interface Suite {
  readonly title: string;
  readonly specs?: readonly z.infer<typeof Spec>[] | undefined;
  readonly suites?: readonly Suite[] | undefined;
}
const Suite: z.ZodType<Suite> = z.lazy(() =>
  z.object({ title: text, specs: z.array(Spec).optional(), suites: z.array(Suite).optional() }),
);
const Report = z.object({ suites: z.array(Suite) });

const outcomes = { expected: 'passed', unexpected: 'failed', flaky: 'flaky', skipped: 'skipped' } as const;

/** Throws `Error` with a sentence if it isn't such a report. */
export function readPlaywrightJson(content: string): TestEntry[] {
  const { data } = Report.safeParse(jsonIn(content));
  if (!data) throw new Error('it isn’t a JSON report of Playwright');
  // The outermost suites are the files.
  return data.suites.flatMap(({ specs = [], suites = [] }) => [
    ...specs.flatMap((spec) => entriesOf(spec, [])),
    ...suites.flatMap((suite) => entriesIn(suite, [])),
  ]);
}

function entriesIn({ title, specs = [], suites = [] }: Suite, above: readonly string[]): TestEntry[] {
  const path = [...above, title];
  return [...specs.flatMap((spec) => entriesOf(spec, path)), ...suites.flatMap((suite) => entriesIn(suite, path))];
}

function entriesOf({ title, file, tests }: z.infer<typeof Spec>, path: readonly string[]): TestEntry[] {
  const name = [...path, title].filter((part) => part !== '').join(' › ');
  return tests.map(({ projectName, status, results }): TestEntry => {
    const [failure] = results.flatMap(({ errors }) => errors);
    return {
      group: projectName,
      id: file === '' ? name : `${file} › ${name}`,
      ...{ name, file },
      outcome: outcomes[status],
      attempts: Math.max(1, results.length),
      durationMs: Math.round(results.reduce((sum, { duration }) => sum + duration, 0)),
      message: failure?.message ?? '',
      detail: failure?.stack ?? failure?.message ?? '',
      attachments: results.flatMap(({ attachments }) => attachments.flatMap(({ path: at }) => at ?? [])),
    };
  });
}
