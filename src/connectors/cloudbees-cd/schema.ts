import { z } from 'zod';

/**
 * What of the answers of CloudBees CD/RO is used. There's no public description of its REST API, so each shape is what the vendor's own clients and
 * documentation read: https://github.com/jenkinsci/electricflow-plugin and
 * https://docs.cloudbees.com/docs/cloudbees-cd/latest/automation-platform/properties-intrinsic
 */

/** `1` or `true`, as text, number or boolean. */
const flag = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => value === true || value === 1 || value === '1' || value === 'true');

/** A date in ISO 8601 as milliseconds since 1970; undefined if it hasn't happened. */
const moment = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((at) => {
    const time = typeof at === 'string' ? Date.parse(at) : at;
    return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
  });

/** What is empty is usually left out. */
const word = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)));

const id = z.string().min(1).max(200);

/** An answer of `{}` means that there is none. */
function listOf<K extends string, T extends z.ZodType>(key: K, item: T) {
  const list = z.array(item);
  return z.union([
    z.object({ [key]: list }).transform((answer): z.output<T>[] => Object.values(answer).flatMap((each) => each)),
    z.strictObject({}).transform((): z.output<T>[] => []),
  ]);
}

/** An error, which also comes with the status 200. */
const Fault = z.object({ code: word, message: word });
export const FaultAnswer = z.union([
  z.object({ error: Fault }).transform(({ error }) => error),
  z
    .object({ responses: z.tuple([z.object({ error: Fault })], z.unknown()) })
    .transform(({ responses: [first] }) => first.error),
]);

export const SessionAnswer = z.object({ sessionId: z.string().min(1) });

export const ProjectsAnswer = listOf('project', z.object({ projectName: id }));
export const ProceduresAnswer = listOf('procedure', z.object({ procedureName: id }));
export const PipelinesAnswer = listOf('pipeline', z.object({ pipelineName: id }));

const Release = z.object({ releaseName: id, pipelineName: id, pipelineId: id });
export const ReleaseListAnswer = listOf('release', Release);

const Option = z.object({ text: word, value: word });
const FormalParameter = z.object({
  formalParameterName: id,
  ...{ type: word, label: word, description: word, defaultValue: word, simpleList: word },
  ...{ required: flag, multiSelect: flag },
  ...{ checkedValue: word, uncheckedValue: word, minValue: word, maxValue: word },
  options: z
    .object({ option: z.array(Option) })
    .optional()
    .catch(undefined),
});
export type FormalParameter = z.output<typeof FormalParameter>;
export const ParametersAnswer = listOf('formalParameter', FormalParameter);

const Access = z.object({ allowExecute: flag.optional() }).optional().catch(undefined);
const FoundPipeline = z.object({ pipelineName: id, pipelineId: id });
const FoundRuntime = z.object({ flowRuntimeId: id, flowRuntimeName: word, releaseName: word, pipelineName: word });
const FoundJob = z.object({ jobId: id });

export const FoundParameters = listOf('object', z.object({ formalParameter: FormalParameter }));
export const FoundPipelines = listOf('object', z.object({ pipeline: FoundPipeline, access: Access }));
export const FoundRuntimes = listOf('object', z.object({ flowRuntime: FoundRuntime }));
export const FoundJobs = listOf('object', z.object({ job: FoundJob }));

const StageRun = z.object({
  name: id,
  ...{ status: word, completed: flag, waitingOnManual: flag, waitingForManualRetry: flag },
});
export type StageRun = z.output<typeof StageRun>;

const Runtime = z.object({
  flowRuntimeId: id,
  ...{ flowRuntimeName: word, status: word, completed: flag, startTime: moment, start: moment, finish: moment },
  ...{ pipelineId: word, pipelineName: word, projectName: word, releaseName: word, launchedByUser: word },
  stages: z.object({ stage: z.array(StageRun) }).optional(),
});
export type Runtime = z.output<typeof Runtime>;
export const RuntimesAnswer = z.object({ flowRuntime: z.array(Runtime) });

const Task = z.object({
  taskName: id,
  taskId: word,
  ...{ taskType: word, status: word, instruction: word, gateType: word, jobId: word, errorMessage: word },
  ...{ waitingOnManual: flag, waitingForManualRetry: flag, startTime: moment, endTime: moment },
  /** Omitted if it doesn't say. */
  allowCurrentUserToApprove: flag.optional(),
});
export type Task = z.output<typeof Task>;
export const TasksAnswer = listOf('task', Task);

const JobStep = z.object({
  jobStepId: id,
  ...{ stepName: word, status: word, outcome: word, errorCode: word, errorMessage: word, abortStatus: word },
  ...{ logFileName: word, workspaceName: word, resourceName: word, start: moment, finish: moment },
});
export type JobStep = z.output<typeof JobStep>;

const ActualParameter = z.object({ actualParameterName: word, value: word });
const Job = z.object({
  jobId: id,
  ...{ jobName: word, status: word, outcome: word, abortStatus: word, errorMessage: word },
  ...{ start: moment, finish: moment, createTime: moment },
  jobStep: z.array(JobStep).default([]),
  actualParameter: z.array(ActualParameter).default([]),
});
export type Job = z.output<typeof Job>;
export const JobAnswer = z.object({ job: Job });

export const PropertyAnswer = z.object({ property: z.object({ value: word }) });

export const StartedRuntimeAnswer = z.object({ flowRuntime: z.object({ flowRuntimeId: id }) });
export const StartedJobAnswer = z.object({ jobId: id });

const InventoryItem = z.object({
  ...{ applicationName: word, componentName: word, artifactName: word, artifactVersion: word, status: word },
  ...{ createTime: moment, modifyTime: moment },
});
export type InventoryItem = z.output<typeof InventoryItem>;
export const InventoryAnswer = listOf('environmentInventoryItem', InventoryItem);

/** Before it’s known whether it’s an error. */
export const JsonAnswer = z.record(z.string(), z.unknown());

/** What was done was done; nothing else is read. */
export const AnyAnswer = z.record(z.string(), z.unknown());
