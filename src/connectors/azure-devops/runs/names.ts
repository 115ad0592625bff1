/** How Gavel calls pipelines and their runs. Pure. */

/** A pipeline by its folder, with a slash at both ends, and its name. */
interface PipelineName {
  readonly folder: string;
  readonly name: string;
}

/** `deploy`, or `shop/deploy` for one in the folder `\shop`. */
export function writePipelineName({ path, name }: { readonly path: string; readonly name: string }): string {
  const folders = path.split('\\').filter((part) => part !== '');
  return [...folders, name].join('/');
}

/** The folder as Azure DevOps writes it; no name has a slash in it. */
export function readPipelineName(pipeline: string): PipelineName {
  const parts = pipeline.split('/');
  return { folder: `\\${parts.slice(0, -1).join('\\')}`, name: parts.at(-1) ?? '' };
}

/** A run; `attempt`: which one it is at least. */
interface RunName {
  readonly build: number;
  readonly attempt: number;
}

export function readBuildRunId(id: string): RunName | undefined {
  const [, build, attempt = '1'] = /^(\d{1,15})(?:#(\d{1,4}))?$/.exec(id) ?? [];
  return build === undefined ? undefined : { build: Number(build), attempt: Number(attempt) };
}

/** `812`, or `812#2` for what a rerun made of it. */
export function writeBuildRunId(build: number, attempt = 1): string {
  return `${build}${attempt > 1 ? `#${attempt}` : ''}`;
}

/** With `refs/`, as runs are started: `main` is a branch. A commit stays as it is. */
export function fullRef(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}

export const isCommitId = (ref: string): boolean => /^[0-9a-f]{40}$/.test(ref);

/** The tag of a run’s build that has its key. */
export const tagOf = (key: string): string => `gavel-${key}`;
