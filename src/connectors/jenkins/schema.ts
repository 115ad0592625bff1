import { z } from 'zod';

/**
 * What of the answers of Jenkins is used. There's no published schema, so each shape is what its sources export:
 * https://github.com/jenkinsci/jenkins, https://github.com/jenkinsci/pipeline-stage-view-plugin/tree/master/rest-api and
 * https://github.com/jenkinsci/junit-plugin
 */

const word = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)));
const count = z.number().int().nonnegative();
const moment = z
  .number()
  .nullish()
  .transform((at) => (typeof at === 'number' && at > 0 ? at : undefined));

/** A name as Jenkins gives it: that of a branch has its slashes encoded. */
const name = z.string().min(1).max(1_000);

export const WhoAmI = z.object({ anonymous: z.boolean(), authenticated: z.boolean() });
/** The address that Jenkins is set to call its own; none if nobody has set it. */
export const OwnAddress = z.object({ url: word });
/** What the account may do with a job. `start` is Job/Build, and `stop` is Job/Cancel. */
export const Permissions = z.object({ permissions: z.object({ start: z.boolean(), stop: z.boolean() }) });
export type Permissions = z.output<typeof Permissions>['permissions'];

export interface ListedJob {
  readonly name: string;
  /** Only a job can be started; a folder has none. */
  readonly buildable?: boolean | undefined;
  readonly jobs?: readonly ListedJob[] | null | undefined;
}
const ListedJob: z.ZodType<ListedJob> = z.object({
  name,
  buildable: z.boolean().optional(),
  jobs: z.array(z.lazy(() => ListedJob)).nullish(),
});
export const JobList = z.object({ jobs: z.array(ListedJob) });

const ParameterDefinition = z.object({
  name,
  ...{ type: word, description: word },
  choices: z
    .array(z.string())
    .nullish()
    .transform((choices) => choices ?? []),
  defaultParameterValue: z
    .object({ value: word })
    .nullish()
    .transform((initial) => initial?.value ?? ''),
});
export type ParameterDefinition = z.output<typeof ParameterDefinition>;

export const Job = z.object({
  /** Its last part, as it’s shown. */
  name,
  /** A folder has none. */
  buildable: z.boolean().default(false),
  property: z
    .array(z.object({ parameterDefinitions: z.array(ParameterDefinition).optional() }))
    .default([])
    .transform((all) => all.flatMap(({ parameterDefinitions }) => parameterDefinitions ?? [])),
});
export type Job = z.output<typeof Job>;

/** An action of a build or a queue item. Each has only what its class has. */
const BuildAction = z.object({
  _class: word,
  userId: word,
  causes: z
    .array(
      z.object({
        ...{ _class: word, shortDescription: word, userName: word, timestamp: moment },
        user: z
          .object({ id: word, fullName: word })
          .nullish()
          .transform((user) => user?.fullName || (user?.id ?? '')),
      }),
    )
    .default([]),
  parameters: z.array(z.object({ name: word, value: word })).catch([]),
});
const actions = z
  .array(BuildAction.nullable())
  .default([])
  .transform((all) => all.filter((each) => each !== null));
export type BuildAction = z.output<typeof BuildAction>;

export const QueueItem = z.object({
  ...{ id: count, why: word, inQueueSince: moment, cancelled: z.boolean().default(false) },
  executable: z.object({ number: count }).nullish(),
});
export type QueueItem = z.output<typeof QueueItem>;

export const QueueList = z.object({ items: z.array(z.object({ id: count, actions })) });

export const BuildList = z.object({
  builds: z
    .array(z.object({ number: count, queueId: z.number(), timestamp: count, actions }))
    .nullish()
    .transform((all) => all ?? []),
});
export const AllBuildList = z.object({
  allBuilds: z
    .array(z.object({ number: count, queueId: z.number() }))
    .nullish()
    .transform((all) => all ?? []),
});

export const Build = z.object({
  ...{ _class: word, number: count, queueId: z.number(), timestamp: count, duration: count.default(0), actions },
  ...{ building: z.boolean(), result: word, displayName: word, description: word },
});
export type Build = z.output<typeof Build>;

const RunStage = z.object({
  ...{ id: z.string().min(1).max(100), name: word, status: word },
  ...{ startTimeMillis: moment, durationMillis: count.default(0) },
  error: z.object({ message: word }).nullish(),
});
export type RunStage = z.output<typeof RunStage>;
export const Described = z.object({ status: word, stages: z.array(RunStage) });
export const DescribedStage = z.object({ stageFlowNodes: z.array(RunStage).default([]) });
export const NodeLog = z.object({ text: word });

/** `defaultVal` of a boolean is one. */
const Input = z.object({
  name,
  ...{ type: word, description: word },
  definition: z
    .object({ defaultVal: word, choices: z.array(z.string()).nullish() })
    .nullish()
    .transform((made) => ({ initial: made?.defaultVal ?? '', choices: made?.choices ?? [] })),
});
const PendingInput = z.object({
  ...{ id: z.string().min(1).max(200), message: word },
  inputs: z
    .array(Input)
    .nullish()
    .transform((inputs) =>
      (inputs ?? []).map(({ definition, ...input }): ParameterDefinition => {
        return { ...input, choices: definition.choices, defaultParameterValue: definition.initial };
      }),
    ),
});
export type PendingInput = z.output<typeof PendingInput>;
export const PendingInputs = z.array(PendingInput);

export const Computers = z.object({
  computer: z.array(
    z.object({
      oneOffExecutors: z
        .array(z.object({ currentExecutable: z.object({ url: word }).nullish() }))
        .default([])
        .transform((all) => all.map(({ currentExecutable }) => currentExecutable?.url ?? '')),
    }),
  ),
});

const Case = z.object({
  ...{ className: word, name: word, status: word, errorDetails: word, errorStackTrace: word },
  duration: z.number().nonnegative().catch(0),
  /** The failures before it passed; older versions of the plugin don't say. */
  flakyFailures: z
    .array(z.object({ message: word }))
    .nullish()
    .transform((all) => all ?? []),
});
export const TestResults = z.object({ suites: z.array(z.object({ name: word, cases: z.array(Case) })) });
export type TestResults = z.output<typeof TestResults>;
