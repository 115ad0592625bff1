import { z } from 'zod';

/**
 * What of the answers of Kubernetes is used. The API leaves out what is empty: https://github.com/kubernetes/kubernetes/tree/master/api/openapi-spec
 */

const word = z.string().default('');
const count = z.number().int().nonnegative().default(0);
/** RFC 3339, as milliseconds since 1970. */
const moment = z
  .string()
  .nullish()
  .transform((time) => {
    const at = Date.parse(time ?? '');
    return Number.isNaN(at) ? undefined : at;
  });
const texts = z.record(z.string(), z.string()).default({});

const Meta = z.object({
  name: z.string().min(1),
  ...{ uid: word, resourceVersion: word, generation: count, creationTimestamp: moment, deletionTimestamp: moment },
  ...{ labels: texts, annotations: texts },
  ownerReferences: z
    .array(z.object({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().default(false) }))
    .default([]),
  managedFields: z
    .array(
      z.object({
        time: moment,
        fieldsV1: z.object({ 'f:spec': z.record(z.string(), z.unknown()).optional() }).optional(),
      }),
    )
    .default([]),
});
export type Meta = z.output<typeof Meta>;

/** Whole: an undo writes it back as it was. */
const PodTemplate = z.looseObject({
  metadata: z.looseObject({ labels: texts, annotations: texts }).prefault({}),
  spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: word })).min(1) }),
});
export type PodTemplate = z.output<typeof PodTemplate>;

const Condition = z.object({
  ...{ type: z.string(), status: z.string(), reason: word, message: word },
  lastUpdateTime: moment,
});

const Selector = z.object({
  matchLabels: texts,
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
    .default([]),
});
export type Selector = z.output<typeof Selector>;

const Strategy = z
  .object({ type: word, rollingUpdate: z.object({ partition: count }).nullish() })
  .prefault({})
  .transform(({ type, rollingUpdate }) => ({ type, partition: rollingUpdate?.partition ?? 0 }));

/** A Deployment, StatefulSet, or DaemonSet: each has only what its kind has. */
export const WorkloadObject = z.object({
  metadata: Meta,
  spec: z.object({
    replicas: z.number().int().nonnegative().default(1),
    selector: Selector,
    template: PodTemplate,
    paused: z.boolean().default(false),
    progressDeadlineSeconds: z.number().default(600),
    revisionHistoryLimit: z.number().default(10),
    updateStrategy: Strategy,
  }),
  status: z
    .object({
      ...{ observedGeneration: count, replicas: count, updatedReplicas: count, readyReplicas: count },
      ...{ availableReplicas: count, currentRevision: word, updateRevision: word },
      ...{ desiredNumberScheduled: count, updatedNumberScheduled: count, numberAvailable: count, numberReady: count },
      conditions: z.array(Condition).default([]),
    })
    .prefault({}),
});
export type WorkloadObject = z.output<typeof WorkloadObject>;

/** A list is read to its end by its token. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    metadata: z.object({ continue: word }).prefault({}),
    items: z
      .array(item)
      .nullish()
      .transform((items) => items ?? []),
  });

export const ReplicaSetList = listOf(
  z.object({
    metadata: Meta,
    spec: z.object({ template: PodTemplate }),
    status: z.object({ readyReplicas: count }).prefault({}),
  }),
);
export type ReplicaSet = z.output<typeof ReplicaSetList>['items'][number];

export const ControllerRevisionList = listOf(
  z.object({
    metadata: Meta,
    revision: z.number().int(),
    data: z.object({ spec: z.object({ template: PodTemplate }) }),
  }),
);
export type ControllerRevision = z.output<typeof ControllerRevisionList>['items'][number];

const ContainerStatus = z.object({
  ...{ name: z.string(), ready: z.boolean().default(false), restartCount: count },
  state: z
    .object({
      waiting: z.object({ reason: word, message: word }).nullish(),
      terminated: z.object({ reason: word, message: word, exitCode: z.number().default(0) }).nullish(),
    })
    .prefault({}),
});
export type ContainerStatus = z.output<typeof ContainerStatus>;
const statuses = z.array(ContainerStatus).default([]);

const PodObject = z.object({
  metadata: Meta,
  spec: z.object({
    nodeName: word,
    containers: z.array(z.object({ name: z.string(), image: word })).default([]),
  }),
  status: z
    .object({
      ...{ phase: word, reason: word, message: word, startTime: moment },
      conditions: z.array(Condition).default([]),
      ...{ containerStatuses: statuses, initContainerStatuses: statuses },
    })
    .prefault({}),
});
export type PodObject = z.output<typeof PodObject>;
export const PodList = listOf(PodObject);

export const EventList = listOf(
  z.object({
    ...{ type: word, reason: word, message: word, lastTimestamp: moment, eventTime: moment },
    count: z.number().int().nullish(),
    series: z.object({ count, lastObservedTime: moment }).nullish(),
    involvedObject: z.object({ uid: word }),
    metadata: z.object({ creationTimestamp: moment }),
  }),
);
export type EventObject = z.output<typeof EventList>['items'][number];

export const AutoscalerList = listOf(
  z.object({
    metadata: z.object({ name: z.string() }),
    spec: z.object({ scaleTargetRef: z.object({ kind: z.string(), name: z.string() }) }),
  }),
);
export type Autoscaler = z.output<typeof AutoscalerList>['items'][number];

/** What it answers instead of an object: why not. Not everything that answers with an error is Kubernetes. */
export const StatusAnswer = z.object({
  ...{ status: word.catch(''), reason: word.catch(''), message: word.catch('') },
  details: z.object({ causes: z.array(z.object({ reason: word, message: word })).default([]) }).catch({ causes: [] }),
});

export const ResourceList = z.object({
  resources: z.array(z.object({ name: z.string(), group: word, version: word })),
});

export const AccessReview = z.object({ status: z.object({ allowed: z.boolean(), reason: word }) });
