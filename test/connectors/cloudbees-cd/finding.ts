import { randomUUID } from 'node:crypto';
import type { CloudBees } from './double';
import type { FormalState } from './world';

/** How the double finds objects, and writes what they have in common. */

export interface Asked {
  readonly cloudbees: CloudBees;
  /** The parts of the address. */
  readonly place: readonly string[];
  readonly query: URLSearchParams;
  readonly sent: Readonly<Record<string, never>>;
  readonly user: string;
}

export const flag = (value: boolean): '0' | '1' => (value ? '1' : '0');
export const listed = (key: string, items: readonly unknown[]): object => (items.length === 0 ? {} : { [key]: items });

export function formalOf({ name, type = 'entry', required = false, more }: FormalState): object {
  return { formalParameterName: name, type, required: flag(required), expansionDeferred: '0', ...more };
}

interface Sought {
  readonly propertyName: string;
  readonly operator: string;
  readonly operand1?: string;
}

const fits =
  (filters: readonly Sought[]) =>
  (has: Readonly<Record<string, string | undefined>>): boolean =>
    filters.every(({ propertyName, operator, operand1 = '' }) => {
      const value = has[propertyName];
      if (operator === 'isNull') return value === undefined;
      if (operator === 'greaterOrEqual') return value !== undefined && Date.parse(value) >= Date.parse(operand1);
      return value === operand1;
    });

export function findObjects({ cloudbees, sent, user }: Asked): object {
  const { objectType, filter, includeAccess, numObjects } = sent as unknown as {
    readonly objectType: string;
    readonly filter: Sought & { readonly filter?: readonly Sought[] };
    readonly includeAccess?: boolean;
    readonly numObjects?: number;
  };
  const isSought = fits(filter.filter ?? [filter]);
  const all: [object, Readonly<Record<string, string | undefined>>][] = [];
  const projects = [...cloudbees.projects.values()];
  if (objectType === 'formalParameter') {
    const pipelines = projects.flatMap(({ pipelines: own }) => [...own.values()]);
    const tasks = cloudbees.runtimes.flatMap(({ stages }) => stages.flatMap((stage) => stage.tasks));
    const containers = [
      ...pipelines.map(({ id, formal }) => [`pipeline-${id}`, formal] as const),
      ...tasks.map(({ id, plan }) => [`task-${id}`, plan.formal ?? []] as const),
    ];
    for (const [container, formal] of containers)
      for (const each of formal)
        all.push([{ objectId: `formalParameter-${randomUUID()}`, formalParameter: formalOf(each) }, { container }]);
  } else if (objectType === 'pipeline')
    for (const { name: projectName, pipelines } of projects)
      for (const { id, name: pipelineName } of pipelines.values()) {
        const access = { allowRead: '1', allowExecute: flag(!cloudbees.readers.has(user)) };
        const pipeline = { pipelineName, pipelineId: id, projectName };
        all.push([{ objectId: `pipeline-${id}`, pipeline, ...(includeAccess && { access }) }, pipeline]);
      }
  else if (objectType === 'job')
    for (const { id, name, project: projectName, procedure: procedureName, createTime } of cloudbees.jobs)
      all.push([
        { objectId: `job-${id}`, job: { jobId: id, jobName: name, projectName } },
        { projectName, procedureName, createTime },
      ]);
  else
    for (const { id, name, project: projectName, pipeline, release, createTime, finish } of cloudbees.runtimes) {
      const named = {
        pipelineName: pipeline.name,
        projectName,
        ...(release !== undefined && { releaseName: release }),
      };
      const flowRuntime = { flowRuntimeId: id, flowRuntimeName: name, ...named };
      all.push([
        { objectId: `flowRuntime-${id}`, flowRuntime },
        { ...named, createTime, finish },
      ]);
    }
  const found = all.filter(([, has]) => isSought(has)).map(([object]) => object);
  return listed('object', found.slice(0, numObjects));
}
