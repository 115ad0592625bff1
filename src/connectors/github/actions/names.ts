/** How Gavel calls workflows and their runs. Pure. */

/** A workflow by its repository, `acme/shop`, and its file, `deploy.yml`. */
export interface WorkflowName {
  readonly repository: string;
  readonly file: string;
}

const namePart = String.raw`[A-Za-z0-9_.-]{1,100}`;
const workflowForm = new RegExp(`^(${namePart}/${namePart})/(${namePart}\\.ya?ml)$`);
const runForm = new RegExp(`^(${namePart}/${namePart})/(\\d{1,15})(?:#(\\d{1,4}))?$`);

/** `acme/shop/deploy.yml`; undefined for anything else. */
export function readWorkflowName(pipeline: string): WorkflowName | undefined {
  const [, repository, file] = workflowForm.exec(pipeline) ?? [];
  return repository === undefined || file === undefined ? undefined : { repository, file };
}

const folder = '.github/workflows/';

/** Undefined for what isn't a file of the repository. */
export function workflowAt(repository: string, path: string): WorkflowName | undefined {
  return path.startsWith(folder) ? readWorkflowName(`${repository}/${path.slice(folder.length)}`) : undefined;
}

export const writeWorkflowName = ({ repository, file }: WorkflowName): string => `${repository}/${file}`;
export const pathOf = ({ file }: WorkflowName): string => `${folder}${file}`;

/** A run; `attempt`: which one it is at least. */
export interface RunName {
  readonly repository: string;
  readonly run: string;
  readonly attempt: number;
}

export function readRunId(id: string): RunName | undefined {
  const [, repository, run, attempt = '1'] = runForm.exec(id) ?? [];
  return repository === undefined || run === undefined ? undefined : { repository, run, attempt: Number(attempt) };
}

/** `acme/shop/30433642`, or `acme/shop/30433642#2` for what a rerun made of it. */
export function writeRunId(repository: string, run: number | string, attempt = 1): string {
  return `${repository}/${run}${attempt > 1 ? `#${attempt}` : ''}`;
}

/** A workflow that a binding names. */
export interface BoundWorkflow {
  readonly pipeline: string;
  readonly ref: string | undefined;
}
