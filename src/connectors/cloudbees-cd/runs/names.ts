import type { Target } from '../../../core/catalog/rights';

/** What pipelines and runs are called. Pure. */

export type PipelineKind = 'procedure' | 'pipeline' | 'release';

/** Something in a project that can be started. */
export interface PipelineName {
  readonly project: string;
  readonly kind: PipelineKind;
  readonly name: string;
}

/** A pipeline that a binding names, and what it deploys. */
export interface BoundPipeline {
  readonly pipeline: string;
  readonly target: Target;
}

/** `acme/pipeline/deploy`. What would end a word, or look like another part, is written as in addresses. */
export function writePipelineName({ project, kind, name }: PipelineName): string {
  return [project, kind, name].map((part) => part.replace(/[%/\s]/g, encodeURIComponent)).join('/');
}

/** Undefined if it isn’t the name of one. */
export function readPipelineName(text: string): PipelineName | undefined {
  const [, project = '', kind = '', name = ''] = /^([^/]+)\/(procedure|pipeline|release)\/([^/]+)$/s.exec(text) ?? [];
  if (kind !== 'procedure' && kind !== 'pipeline' && kind !== 'release') return undefined;
  return { project: decode(project), kind, name: decode(name) };
}

/** As `writePipelineName` writes it, so that names can be compared; as it is if it isn’t one. */
export function canonicalName(text: string): string {
  const called = readPipelineName(text);
  return called ? writePipelineName(called) : text;
}

/** The project of a pipeline or pattern; undefined if a `*` stands in it. */
export function projectIn(pipeline: string): string | undefined {
  const [project = '', ...rest] = pipeline.split('/');
  return project === '' || project.includes('*') || rest.length === 0 ? undefined : decode(project);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A run of a procedure is a job; one of a pipeline or a release is a runtime. */
export interface CloudbeesRun {
  readonly kind: 'job' | 'runtime';
  readonly id: string;
}

export const writeRunName = ({ kind, id }: CloudbeesRun): string => `${kind}/${id}`;

export function readRunName(text: string): CloudbeesRun | undefined {
  const [, kind, id = ''] = /^(job|runtime)\/([\w.-]{1,100})$/.exec(text) ?? [];
  return kind === 'job' || kind === 'runtime' ? { kind, id } : undefined;
}

/** A step that waits, unique in its run: the time it began tells one attempt from another. */
interface ApprovalName {
  readonly stage: string;
  readonly task: string;
  readonly gate: string;
  readonly since: number;
}

export const writeApprovalId = ({ stage, task, gate, since }: ApprovalName): string =>
  [stage, task, gate, String(since)].map(encodeURIComponent).join('/');
