import type { Target } from '../../../core/catalog/rights';

/** What jobs and their runs are called. Pure. */

/** A job that a binding names, and what it deploys. */
export interface BoundPipeline {
  readonly pipeline: string;
  readonly target: Target;
}

/** The full name, `team/shop/main`. A branch has its slashes encoded in it already; a blank would end the word. */
export const writeJobName = (fullName: string): string => fullName.replace(/\s/g, encodeURIComponent);

/** The full name. Names that people give have no percent sign, and those of branches no blank. */
export const readJobName = (pipeline: string): string => pipeline.replaceAll('%20', ' ');

/** https://www.jenkins.io/doc/book/using/remote-access-api/ */
export const jobPath = (fullName: string): string[] => fullName.split('/').flatMap((part) => ['job', part]);

/** A start is known by its queue item first; its build keeps the number of that. */
export interface JenkinsRun {
  readonly queueId: number;
  readonly job: string;
}

export const writeRunName = ({ queueId, job }: JenkinsRun): string => `${queueId}/${writeJobName(job)}`;

export function readRunName(text: string): JenkinsRun | undefined {
  const [, queueId, job = ''] = /^(\d{1,15})\/([^\s]{1,1000})$/.exec(text) ?? [];
  if (queueId === undefined || job.split('/').some((part) => /^\.{0,2}$/.test(part))) return undefined;
  return { queueId: Number(queueId), job: readJobName(job) };
}

/** The job and number of a build, by its address; the part before the first job may be that of another name of the server. */
export function readBuildAddress(url: string): { readonly job: string; readonly number: number } | undefined {
  const [, path = '', number] = /\/(job\/[^?#]+)\/(\d{1,9})\/?$/.exec(url) ?? [];
  const parts = path.split('/');
  if (number === undefined || parts.length % 2 !== 0 || parts.some((part, index) => index % 2 === 0 && part !== 'job'))
    return undefined;
  try {
    const names = parts.filter((_, index) => index % 2 === 1).map(decodeURIComponent);
    return { job: names.join('/'), number: Number(number) };
  } catch {
    return undefined;
  }
}
