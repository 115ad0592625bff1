import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import type { ParameterValues, PipelineSource, PipelineStart } from '../contract/pipelines';
import type { PipelineRunner, RunRequest } from '../contract/runs';

/** Deployments by pipelines of an outside system: the same for each system that has a `PipelineSource`. */

const value = z.union([text, z.number(), z.boolean(), z.array(text).max(100)]);

const started = z.strictObject({
  pipeline: text,
  /** The branch, tag or commit to run from. Omitted: the pipeline’s default. */
  ref: text.optional(),
  parameters: z.record(z.string().min(1).max(200), value).default({}),
});

/** Which pipeline deploys a service, and with what. `rollback`: how an earlier release is restored, if not in the same way. */
export const deployBinding = z.strictObject({ deploy: started, rollback: started.optional() });

type DeployBinding = z.output<typeof deployBinding>;

/** What a deployment starts. Values are data: they go into a parameter as they are. */
export function startOf({ deploy, rollback }: DeployBinding, request: RunRequest): PipelineStart {
  const { key, by, askedAt, correlationId, isRollback } = request;
  const { pipeline, ref, parameters } = (isRollback && rollback) || deploy;
  const fill = (template: Template): string => fillTemplate(template, { ...request, person: by.name });
  const filled = (given: z.output<typeof value>): string | readonly string[] =>
    Array.isArray(given) ? given.map(fill) : typeof given === 'object' ? fill(given) : String(given);
  const values: ParameterValues = Object.fromEntries(
    Object.entries(parameters).map(([name, each]) => [name, filled(each)]),
  );
  return {
    ...{ key, pipeline: fill(pipeline), values, by, askedAt },
    ...(ref && { ref: fill(ref) }),
    ...(correlationId !== undefined && { correlationId }),
  };
}

/** The pipelines of a source as the deployments of a target. */
export function deployWith(source: PipelineSource, binding: DeployBinding): PipelineRunner {
  return {
    ...(source.executor !== undefined && { executor: source.executor }),
    startRun: (request) => source.start(startOf(binding, request)),
    findRun: (request) => source.findStart(startOf(binding, request)),
    runStatus: (id) => source.runStatus(id),
    cancelRun: (id, by) => source.cancelRun(id, by),
    runLog: (id, maximumLines) => source.runLog(id, maximumLines),
  };
}
