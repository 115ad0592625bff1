import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { jsonIn } from '../../core/text';
import type { HttpClient } from '../http';
import type { HttpAnswer } from '../http/contract';
import { judgeAnswer } from '../http/rules';
import type { CallKind } from '../http/rules';
import { kinds } from './bindings';
import type { WorkloadPlace } from './bindings';
import { AccessReview, AutoscalerList, ControllerRevisionList, EventList, PodList } from './schema';
import { StatusAnswer, ReplicaSetList, ResourceList, WorkloadObject } from './schema';
import type { Autoscaler, ControllerRevision, EventObject, PodObject, ReplicaSet } from './schema';

/** One step of a JSON patch: https://www.rfc-editor.org/rfc/rfc6902 */
export type PatchStep = { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown };

/** A right, as Kubernetes names it. */
export interface AccessRight {
  readonly verb: 'get' | 'list' | 'patch' | 'create';
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** What an event is about. */
interface EventSubject {
  readonly kind: string;
  readonly name: string;
  readonly id: string;
}

/** Why Kubernetes didn’t do it. `message` is outside text. */
type RefusedChange = z.output<typeof StatusAnswer>;

export type KubernetesClient = ReturnType<typeof createKubernetesClient>;

const pageSize = 500;
const maxPages = 10;
const maxLogBytes = 256_000;
/** Kubernetes keeps with each change who made it, under this name. */
const fieldManager = 'gavel';

/** The calls of the API that Gavel makes: https://kubernetes.io/docs/reference/kubernetes-api/ */
export function createKubernetesClient(name: string, http: HttpClient) {
  const pathOf = ({ namespace, kind, name: own }: WorkloadPlace): string[] =>
    within(namespace, 'apps/v1', kinds[kind].plural, own);

  return {
    ...createListCalls(http),
    ...createPodCalls(name, http),
    /** Undefined if it isn’t there. */
    async read(place: WorkloadPlace): Promise<WorkloadObject | undefined> {
      const answer = await http.bytes({ kind: 'read', path: pathOf(place), accept: [404], headers: asJson });
      if (answer.status !== 404) return readAnswer(name, answer, WorkloadObject);
      expectReason(name, 'read', answer, 'NotFound');
      return undefined;
    },
    /** What it made; why not, if the patch doesn’t fit what is there now. `isTrial`: nothing is changed. */
    async patch(
      place: WorkloadPlace,
      steps: readonly PatchStep[],
      isTrial = false,
    ): Promise<WorkloadObject | RefusedChange> {
      const kind = isTrial ? 'read' : 'once';
      const answer = await http.bytes({
        ...{ kind, method: 'PATCH', path: pathOf(place), headers: asJson },
        query: { fieldManager, ...(isTrial && { dryRun: 'All' }) },
        body: { text: JSON.stringify(steps), type: 'application/json-patch+json' },
        accept: [409, 422],
      });
      if (answer.status >= 400) return expectReason(name, kind, answer, 'Conflict', 'Invalid');
      return readAnswer(name, answer, WorkloadObject, isTrial ? 'invalid answer' : 'unclear');
    },
    async mayI(namespace: string, right: AccessRight): Promise<boolean> {
      const review = {
        ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
        spec: { resourceAttributes: { namespace, ...right } },
      };
      const path = ['apis', 'authorization.k8s.io', 'v1', 'selfsubjectaccessreviews'];
      const { status } = await http.json({ kind: 'read', path, body: { json: review } }, AccessReview);
      return status.allowed;
    },
  };
}

const within = (namespace: string, group: string, ...rest: readonly string[]): string[] => [
  ...(group === '' ? ['api', 'v1'] : ['apis', ...group.split('/')]),
  ...['namespaces', namespace, ...rest],
];

/** Lists, each read to its end. */
function createListCalls(http: HttpClient) {
  async function list<Item>(
    path: string[],
    query: Readonly<Record<string, string | undefined>>,
    schema: z.ZodType<{ readonly metadata: { readonly continue: string }; readonly items: Item[] }>,
  ): Promise<Item[]> {
    const call = { kind: 'read', path, query: { limit: pageSize, ...query } } as const;
    const { pages } = await http.pages(
      call,
      schema,
      { by: 'cursor', parameter: 'continue', next: (page) => page.metadata.continue || undefined },
      maxPages,
    );
    return pages.flatMap(({ items }) => items);
  }

  return {
    replicaSets: (namespace: string, labelSelector: string): Promise<ReplicaSet[]> =>
      list(within(namespace, 'apps/v1', 'replicasets'), { labelSelector }, ReplicaSetList),
    controllerRevisions: (namespace: string, labelSelector: string): Promise<ControllerRevision[]> =>
      list(within(namespace, 'apps/v1', 'controllerrevisions'), { labelSelector }, ControllerRevisionList),
    pods: (namespace: string, labelSelector: string, fieldSelector?: string): Promise<PodObject[]> =>
      list(within(namespace, '', 'pods'), { labelSelector, fieldSelector }, PodList),
    /** Those of this object alone: an earlier one of its name can still have some. */
    async events(namespace: string, { kind, name, id }: EventSubject): Promise<EventObject[]> {
      const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
      const events = await list(within(namespace, '', 'events'), { fieldSelector }, EventList);
      return events.filter(({ involvedObject }) => involvedObject.uid === id);
    },
    autoscalers: (namespace: string): Promise<Autoscaler[]> =>
      list(within(namespace, 'autoscaling/v1', 'horizontalpodautoscalers'), {}, AutoscalerList),
  };
}

function createPodCalls(name: string, http: HttpClient) {
  /** Which API takes evictions here: `policy/v1` since Kubernetes 1.22. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
  async function evictionVersion(): Promise<string> {
    const { resources } = await http.json({ kind: 'read', path: ['api', 'v1'] }, ResourceList);
    const found = resources.find((each) => each.name === 'pods/eviction');
    return found && found.group !== '' ? `${found.group}/${found.version}` : 'policy/v1';
  }

  return {
    /** Undefined if the pod, or its container before the last restart, is gone. */
    async log(namespace: string, pod: string, query: Readonly<Record<string, string | number | boolean>>) {
      const answer = await http.text({
        ...{ kind: 'read', path: within(namespace, '', 'pods', pod, 'log'), query, circuit: 'log' },
        ...{ accept: [400, 404], keepEnd: true, limits: { maxBytes: maxLogBytes } },
      });
      if (answer.status < 300) return { text: answer.text, isCut: answer.isCut };
      const { reason, message } = expectReason(name, 'read', answer, 'NotFound', 'BadRequest');
      if (reason === 'NotFound' || noEarlierContainer.test(message)) return undefined;
      // A container that hasn’t started has no log yet.
      return { text: '', isCut: false };
    },
    /** Undefined if the eviction was accepted; why not, if it’s about this pod or its budget. */
    async evict(namespace: string, pod: string, podId: string): Promise<RefusedChange | undefined> {
      const apiVersion = await evictionVersion();
      const answer = await http.bytes({
        ...{ kind: 'once', path: within(namespace, '', 'pods', pod, 'eviction'), headers: asJson },
        body: {
          json: {
            ...{ apiVersion, kind: 'Eviction', metadata: { name: pod, namespace } },
            deleteOptions: { preconditions: { uid: podId } },
          },
        },
        accept: [404, 409, 429, 500],
      });
      const refusal = readRefusal(answer);
      // Some versions tell of a failure with 201.
      if (answer.status < 300) return refusal.status === 'Failure' ? refusal : undefined;
      if (refusal.reason === 'NotFound' || refusal.reason === 'Conflict' || isAboutBudgets(refusal)) return refusal;
      throw failureOf(name, 'once', answer);
    },
  };
}

/** Kubernetes has no code for these. */
const noEarlierContainer = /^previous terminated container/;
const severalBudgets = /more than one PodDisruptionBudget/;

const asJson = { accept: 'application/json' } as const;

function readAnswer<T>(
  name: string,
  { body }: HttpAnswer,
  schema: z.ZodType<T>,
  failure: 'invalid answer' | 'unclear' = 'invalid answer',
): T {
  const found = schema.safeParse(jsonIn(body.toString('utf8')));
  if (found.success) return found.data;
  const where = found.error.issues[0]?.path.join('.') ?? '';
  throw new ConnectorError(name, failure, `the answer can’t be read (${where === '' ? 'no such JSON' : where})`);
}

/** What it says; throws unless that has one of these reasons, which are Kubernetes’ own: anything else comes from something before it. */
function expectReason(name: string, kind: CallKind, answer: HttpAnswer, ...reasons: readonly string[]): RefusedChange {
  const refusal = readRefusal(answer);
  if (reasons.includes(refusal.reason)) return refusal;
  throw failureOf(name, kind, answer);
}

function readRefusal({ body }: HttpAnswer): RefusedChange {
  return StatusAnswer.safeParse(jsonIn(body.toString('utf8'))).data ?? StatusAnswer.parse({});
}

/** 429 means this, or that the API takes no requests for a while: https://github.com/kubernetes/kubernetes/issues/106286 */
function isAboutBudgets({ details, message }: RefusedChange): boolean {
  return details.causes.some(({ reason }) => reason === 'DisruptionBudget') || severalBudgets.test(message);
}

function failureOf(name: string, kind: CallKind, { status, headers }: HttpAnswer): ConnectorError {
  const verdict = judgeAnswer(kind, { path: '', status, headers, isSignInPage: false }, Date.now());
  const { failure, words, retryAfterMs } = verdict ?? { failure: 'invalid answer', words: `answered ${status}` };
  return new ConnectorError(name, failure, words, { retryAfterMs });
}
