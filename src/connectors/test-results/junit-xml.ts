import { SaxesParser } from 'saxes';
import { lookUp } from '../../core/keys';
import { forTerminal } from '../../core/text';
import type { TestEntry } from './outcomes';

/** JUnit's XML, as most test runners write it: read piece by piece, without any entity or document type of its own. */

const maxDepth = 40;
const maxEntries = 200_000;
const maxTextLength = 65_536;
const attachment = /\[\[ATTACHMENT\|([^\]\r\n]{1,1000})\]\]/g;

type Attributes = Readonly<Record<string, string>>;

/** A test that is being read. */
interface OpenTest {
  readonly attributes: Attributes;
  readonly suite: readonly string[];
  failure: Told | undefined;
  readonly retries: Told[];
  isSkipped: boolean;
  isFlaky: boolean;
  output: string;
}

interface Told {
  readonly message: string;
  text: string;
}

/** Reads the pieces of one file. Throws `Error` with a sentence if it isn't such a file. `file` keeps the tests of several files apart. */
export async function readJunitXml(pieces: AsyncIterable<string>, file: string): Promise<TestEntry[]> {
  const entries: TestEntry[] = [];
  const path: string[] = [];
  const suites: string[] = [];
  let test: OpenTest | undefined;
  let told: Told | undefined;
  const parser = new SaxesParser({ xmlns: false, position: false });

  parser.on('doctype', () => {
    throw new Error('it has a document type, which Gavel doesn’t read');
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (path.length === 0 && name !== 'testsuites' && name !== 'testsuite') throw new Error('it has no test suites');
    path.push(name);
    if (path.length > maxDepth) throw new Error('it’s nested too deeply');
    if (name === 'testsuite') suites.push(suiteName(attributes));
    if (name === 'testcase') test = openTest(attributes, suites);
    else if (test) told = tell(test, name, attributes) ?? told;
  });
  const read = (text: string): void => {
    if (!test) return;
    const isOutput = path.at(-1) === 'system-out' || path.at(-1) === 'system-err';
    if (isOutput) test.output = (test.output + text).slice(-maxTextLength);
    else if (told && told.text.length < maxTextLength) told.text += text.slice(0, maxTextLength);
  };
  parser.on('text', read);
  parser.on('cdata', read);
  parser.on('closetag', ({ name }) => {
    path.pop();
    if (name === 'testsuite') suites.pop();
    if (isRetry(name) || isFailure(name)) told = undefined;
    if (name !== 'testcase' || !test) return;
    if (entries.length >= maxEntries) throw new Error(`it has more than ${maxEntries} tests`);
    entries.push(entryOf(test, file));
    test = undefined;
  });

  // Many runners write the colors of their output as they are, although XML doesn't allow it.
  for await (const piece of pieces) parser.write(forTerminal(piece));
  parser.close();
  return entries;
}

/** Suites of the same name are told apart by the browser or machine they ran on. */
function suiteName(attributes: Attributes): string {
  return ['package', 'name', 'hostname'].map((name) => lookUp(attributes, name) ?? '').join('|');
}

function openTest(attributes: Attributes, suites: readonly string[]): OpenTest {
  return {
    ...{ attributes, suite: [...suites], retries: [], failure: undefined },
    ...{ isSkipped: attributes['status'] === 'notrun', isFlaky: false, output: '' },
  };
}

const isFailure = (name: string): boolean => name === 'failure' || name === 'error';
/** Surefire’s and Playwright’s words for attempts: `flaky…` if it passed in the end, `rerun…` if it never did. */
const isRetry = (name: string): boolean => /^(?:flaky|rerun)(?:Failure|Error)$/.test(name);

/** Notes what an element inside a test says; returns where its text goes. */
function tell(test: OpenTest, name: string, attributes: Attributes): Told | undefined {
  if (name === 'skipped') test.isSkipped = true;
  if (!isFailure(name) && !isRetry(name)) return undefined;
  const told: Told = { message: attributes['message'] ?? attributes['type'] ?? '', text: '' };
  if (isFailure(name)) return (test.failure ??= told);
  if (name.startsWith('flaky')) test.isFlaky = true;
  test.retries.push(told);
  return told;
}

function entryOf({ attributes, suite, failure, retries, isSkipped, isFlaky, output }: OpenTest, file: string) {
  const name = attributes['name'] ?? '';
  const className = attributes['classname'] ?? suite.at(-1)?.split('|')[1] ?? '';
  const shown = failure ?? retries[0];
  const outcome = failure ? 'failed' : isFlaky ? 'flaky' : isSkipped ? 'skipped' : retries[0] ? 'failed' : 'passed';
  return {
    group: JSON.stringify([file, ...suite]),
    id: className === '' ? name : `${className} › ${name}`,
    ...{ name, file: attributes['file'] ?? fileIn(className), outcome },
    attempts: retries.length + 1,
    durationMs: millisecondsIn(attributes['time']),
    message: shown?.message ?? '',
    detail: shown?.text ?? '',
    attachments: Array.from(output.matchAll(attachment), ([, path = '']) => path.trim()),
  } satisfies TestEntry;
}

/** Some runners name the class after the file. */
function fileIn(className: string): string | undefined {
  return /\.[cm]?[jt]sx?$|\.py$|\.feature$/.test(className) ? className : undefined;
}

/** `1,234.5` seconds. */
function millisecondsIn(seconds: string | undefined): number {
  const number = Number((seconds ?? '').replaceAll(',', ''));
  return Number.isFinite(number) && number > 0 ? Math.round(number * 1000) : 0;
}
