import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { TestReport } from '../contract/tests';
import { readJunitXml } from './junit-xml';
import { reportOf } from './outcomes';
import type { TestEntry } from './outcomes';
import { readPlaywrightJson } from './playwright-json';

/** The result files of one run, which its script has put into a folder of their own. */

const maxFileBytes = 20_000_000;
const maxPictureBytes = 4_000_000;
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export interface ReadResults {
  readonly report: TestReport | undefined;
  /** Why the run has failed whatever its process said: one line. */
  readonly problem: string | undefined;
}

/** Undefined if there are none. `original`: the folder that the files come from, which absolute paths in them name. */
export async function readResults(folder: string, original: string): Promise<ReadResults | undefined> {
  const files = filesIn(folder).filter((file) => /\.(?:xml|json)$/i.test(file));
  if (files.length === 0) return undefined;
  const entries: TestEntry[] = [];
  for (const file of files)
    try {
      for (const entry of await readFile(join(folder, file), file)) {
        const attachments = entry.attachments.map((path) => pathWithin(path, dirname(file), original));
        entries.push({ ...entry, attachments });
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { report: undefined, problem: `${file} can’t be read: ${reason}` };
    }
  const report = reportOf(entries, (path) => (readPicture(folder, path) ? path : undefined));
  return { report, problem: problemOf(report) };
}

function problemOf(report: TestReport | undefined): string | undefined {
  if (!report) return 'no tests ran';
  if (report.failed > 0) return `${report.failed} of ${report.total} ${report.total === 1 ? 'test' : 'tests'} failed`;
  return report.skipped === report.total ? 'every test was skipped' : undefined;
}

/** Regular files only, with `/` between folders, in a stable order. */
function filesIn(folder: string, below = ''): string[] {
  try {
    return readdirSync(join(folder, below), { withFileTypes: true })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((each) => {
        const path = below === '' ? each.name : `${below}/${each.name}`;
        return each.isDirectory() ? filesIn(folder, path) : each.isFile() ? [path] : [];
      });
  } catch {
    return [];
  }
}

async function readFile(path: string, name: string): Promise<TestEntry[]> {
  if (lstatSync(path).size > maxFileBytes) throw new Error('it’s larger than 20 MB');
  if (name.toLowerCase().endsWith('.json')) return readPlaywrightJson(readFileSync(path, 'utf8'));
  return readJunitXml(createReadStream(path, 'utf8') as AsyncIterable<string>, name);
}

/** Where an attachment is below the folder of results; it begins with `..` if it isn't there. */
function pathWithin(path: string, folder: string, original: string): string {
  return relative(original, isAbsolute(path) ? path : resolve(original, folder, path));
}

/** The picture at this path of the folder of results; undefined if it leads elsewhere or to something else. */
export function readPicture(folder: string, path: string): Buffer | undefined {
  const isInside = path !== '' && !isAbsolute(path) && !path.split(/[\\/]/).includes('..');
  if (!isInside || !/\.png$/i.test(path)) return undefined;
  try {
    // A link anywhere on the way could lead out of the folder.
    const steps = path.split(sep);
    const isLinked = steps.some((_, index) => lstatSync(join(folder, ...steps.slice(0, index + 1))).isSymbolicLink());
    const file = join(folder, path);
    const { size } = lstatSync(file);
    if (isLinked || !lstatSync(file).isFile() || size > maxPictureBytes) return undefined;
    const content = readFileSync(file);
    return content.subarray(0, pngSignature.length).equals(pngSignature) ? content : undefined;
  } catch {
    return undefined;
  }
}
