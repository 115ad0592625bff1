import type { GithubClient } from '../client';
import type { Job } from '../schema';
import { isFailure } from './reading';

/** Reads the end of what jobs have written. GitHub has the log of a job only once the job has ended. */

const maxLines = 5_000;

/** The last lines of these jobs, at most `maximumLines`, oldest first. */
export async function readLogEnd(
  client: GithubClient,
  repository: string,
  jobs: readonly Job[],
  maximumLines: number,
): Promise<string[]> {
  const wanted = Math.min(maxLines, maximumLines);
  let lines: string[] = [];
  for (const job of [...jobs].reverse()) {
    if (lines.length >= wanted) break;
    if (!hasLog(job)) continue;
    lines = [...jobLines((await client.log(repository, job.id)) ?? '', isFailure(job)), ...lines];
  }
  return wanted < 1 ? [] : lines.slice(-wanted);
}

/** One that never began, or was canceled before, has none. */
const hasLog = ({ status, conclusion, steps }: Job): boolean =>
  status === 'completed' && conclusion !== 'skipped' && (conclusion !== 'cancelled' || steps.length > 0);

/** The job whose log says most: the first that failed, or the newest that has ended. */
export function tellingJob(jobs: readonly Job[]): Job | undefined {
  return jobs.find(isFailure) ?? jobs.findLast(hasLog);
}

const stamp = /^\uFEFF?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{1,9}Z ?/;

/** The lines as people see them in GitHub: without times and marks. What follows the last error of a job that failed only tidies up. */
export function jobLines(log: string, endsWithError: boolean): string[] {
  const all = log
    .replace(/\r/g, '')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace(stamp, ''));
  const lastError = endsWithError ? all.findLastIndex((line) => line.startsWith('##[error]')) : -1;
  return (lastError < 0 ? all : all.slice(0, lastError + 1))
    .filter((line) => !/^##\[(?:endgroup|debug|add-matcher|remove-matcher)\]/.test(line))
    .map((line) => line.replace(/^##\[error\]/, 'Error: ').replace(/^##\[warning\]/, 'Warning: '))
    .map((line) => line.replace(/^##\[[a-z-]{1,20}\]/, ''));
}
