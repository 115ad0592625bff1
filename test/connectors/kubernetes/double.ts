import assert from 'node:assert/strict';
import { jsonIn } from '../../../src/core/text';
import { answer, FaultyServer } from '../http/faulty-server';
import type { Exchange } from '../http/faulty-server';
import { problemOf, readPatch } from './contract';
import type { Patch } from './contract';
import { Application, drawPod, drawSet } from './world';
import type { DeploymentState } from './world';

/** The token of Gavel’s account. */
export const token = 'token-of-gavels-account';
const longAgo = '2026-11-20T10:00:00Z';

type Json = Readonly<Record<string, unknown>>;

/**
 * A double of the API of Kubernetes, for what needs no controllers of its own: it speaks real HTTP and keeps a state. What it gets and answers fits Kubernetes’
 * description of its API, or the test fails when it’s closed. `real-cluster.ts` runs the same acts against the real one.
 */
export class Kubernetes {
  readonly applications = new Map<string, Application>();
  /** Rights that Gavel’s account doesn’t have, as `patch deployments` or `create pods/eviction`. */
  readonly denied = new Set<string>();
  /** Every call, as `PATCH deployments`. */
  readonly called: string[] = [];
  /** It does what these ask, and the connection ends without an answer. */
  readonly losesAnswerOf = new Set<string>();
  onLostAnswer: () => void = () => undefined;
  /** Called before a patch is applied: something else can come first. */
  beforePatch: () => void = () => undefined;
  /** It takes no requests. */
  isLimiting = false;
  /** Something removes annotations that it doesn’t know. */
  dropsAnnotations = false;
  /** Which API takes evictions: `policy/v1` since 1.22. */
  evictionVersion: 'v1' | 'v1beta1' = 'v1';
  time = longAgo;
  readonly mistakes: string[] = [];
  private version = 100;

  private constructor(readonly server: FaultyServer) {}

  static async start(): Promise<Kubernetes> {
    const made = new Kubernetes(await FaultyServer.start());
    made.server.serve = (exchange) => made.serve(exchange);
    return made;
  }

  get url(): string {
    return this.server.url;
  }

  /** Ends it. Fails if something didn’t fit. */
  async close(): Promise<void> {
    await this.server.close();
    assert.deepEqual(this.mistakes, []);
  }

  /** A Deployment in the namespace `production` whose pods are ready. */
  deploy(name: string, image: string, replicas = 3): Application {
    const labels = { app: name };
    const object: DeploymentState = {
      ...{ kind: 'Deployment', apiVersion: 'apps/v1' },
      metadata: {
        ...{ name, namespace: 'production', uid: `uid-of-${name}`, resourceVersion: '1', generation: 1 },
        ...{ creationTimestamp: this.time, managedFields: [] },
      },
      spec: {
        ...{ replicas, selector: { matchLabels: labels }, progressDeadlineSeconds: 600, revisionHistoryLimit: 10 },
        template: { metadata: { creationTimestamp: null, labels }, spec: { containers: [{ name: 'app', image }] } },
      },
      status: {
        ...{ observedGeneration: 0, replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 },
        conditions: [],
      },
    };
    const made = new Application(object, () => this.time);
    this.applications.set(name, made);
    return made;
  }

  /** As somebody does it with kubectl. */
  setImage(application: Application, image: string): void {
    application.object.spec.template.spec.containers = [{ name: 'app', image }];
    this.changed(application, 'kubectl-set', true);
  }

  changed(application: Application, manager: string, isOfTemplate: boolean): void {
    const { metadata } = application.object;
    metadata.generation++;
    metadata.resourceVersion = String(++this.version);
    const fieldsV1 = { 'f:spec': isOfTemplate ? { 'f:template': {} } : { 'f:replicas': {} } };
    const field = { manager, operation: 'Update', apiVersion: 'apps/v1', time: this.time, fieldsV1 };
    metadata.managedFields = [...metadata.managedFields.filter((each) => each.manager !== manager), field];
    application.reconcile();
  }

  countOf(call: string): number {
    return this.called.filter((each) => each === call).length;
  }

  private serve(exchange: Exchange): void {
    const { request, response, body } = exchange;
    const url = new URL(request.url ?? '/', this.url);
    const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const [status, result] = this.answerTo(request.method ?? 'GET', parts, url.searchParams, exchange);
    if (typeof result === 'string') return answer(response, status, result);
    const problem = problemOf(result) ?? (body === '' ? undefined : this.problemOfBody(request.headers, body));
    if (problem !== undefined) this.mistakes.push(problem);
    if (this.losesAnswerOf.has(this.called.at(-1) ?? '')) {
      this.onLostAnswer();
      return void request.socket.destroy();
    }
    answer(response, status, result);
  }

  private problemOfBody(headers: Exchange['request']['headers'], body: string): string | undefined {
    if (headers['content-type'] !== 'application/json-patch+json') return problemOf(jsonIn(body));
    readPatch(jsonIn(body));
    return undefined;
  }

  private answerTo(
    method: string,
    parts: readonly string[],
    query: URLSearchParams,
    { request, body }: Exchange,
  ): [status: number, result: Json | string] {
    if (this.isLimiting) return refusal(429, 'TooManyRequests', 'The server has received too many requests');
    if (request.headers.authorization !== `Bearer ${token}`) return refusal(401, 'Unauthorized', 'Unauthorized');
    const path = parts.join('/');
    if (path === 'apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return this.review(jsonIn(body) as Review);
    if (path === 'api/v1') return [200, this.resources()];
    const { resource, name, subresource } = readPath(parts);
    const own = `${resource}${subresource === '' ? '' : `/${subresource}`}`;
    this.called.push(`${method} ${own}`);
    const verb = method === 'GET' ? (name === '' || subresource === 'log' ? 'list' : 'get') : verbs[method];
    const right = `${subresource === 'log' ? 'get' : (verb ?? '')} ${own}`;
    if (this.denied.has(right)) return refusal(403, 'Forbidden', `${own} is forbidden: User "gavel" cannot ${right}`);
    if (method === 'PATCH') return this.patch(name, readPatch(jsonIn(body)), query);
    if (subresource === 'eviction') return this.evict(name, jsonIn(body) as EvictionBody);
    if (subresource === 'log') return this.log(name, query);
    if (resource === 'deployments') {
      const found = this.applications.get(name);
      return found ? [200, { ...found.object }] : notFound('deployments.apps', name);
    }
    return this.list(resource, query);
  }

  private list(resource: string, query: URLSearchParams): [number, Json] {
    const field = new URLSearchParams((query.get('fieldSelector') ?? '').replaceAll(',', '&'));
    const selector = query.get('labelSelector') ?? '';
    const selected = [...this.applications.values()].filter(
      ({ object }) => selector === '' || selector === `app=${object.metadata.name}`,
    );
    const metadata = { resourceVersion: String(this.version) };
    const draw = (kind: string, apiVersion: string, items: readonly object[]): [number, Json] => [
      200,
      { kind, apiVersion, metadata, items },
    ];
    switch (resource) {
      case 'replicasets':
        return draw(
          'ReplicaSetList',
          'apps/v1',
          selected.flatMap((each) => each.sets.map((set) => drawSet(each, set))),
        );
      case 'pods': {
        const name = field.get('metadata.name');
        const pods = selected.flatMap((each) =>
          each.pods.filter((pod) => name === null || pod.name === name).map((pod) => drawPod(each, pod)),
        );
        return draw('PodList', 'v1', pods);
      }
      case 'events': {
        const uid = `uid-of-${field.get('involvedObject.name') ?? ''}`;
        const events = selected.flatMap((each) => each.events.filter((event) => event.uid === uid));
        return draw(
          'EventList',
          'v1',
          events.map((event, index) => drawEvent(event, index, this.time)),
        );
      }
      case 'horizontalpodautoscalers': {
        const autoscalers = selected.flatMap((each) => (each.autoscaler === undefined ? [] : [drawAutoscaler(each)]));
        return draw('HorizontalPodAutoscalerList', 'autoscaling/v1', autoscalers);
      }
      default:
        return notFound(resource, '');
    }
  }

  private patch(name: string, patch: Patch, query: URLSearchParams): [number, Json] {
    const isTrial = query.get('dryRun') === 'All';
    if (!isTrial) this.beforePatch();
    const application = this.applications.get(name);
    if (!application) return notFound('deployments.apps', name);
    const object = structuredClone(application.object);
    for (const step of patch)
      if (!applyStep(object as unknown as Json, step))
        return refusal(422, 'Invalid', 'the server rejected our request due to an error in our request');
    if (this.dropsAnnotations) delete object.metadata.annotations;
    if (isTrial) return [200, { ...object }];
    const isOfTemplate = JSON.stringify(object.spec.template) !== JSON.stringify(application.object.spec.template);
    const isOfSpec = JSON.stringify(object.spec) !== JSON.stringify(application.object.spec);
    Object.assign(application.object.metadata, object.metadata);
    Object.assign(application.object.spec, object.spec);
    if (isOfSpec) this.changed(application, query.get('fieldManager') ?? 'unknown', isOfTemplate);
    return [200, { ...application.object }];
  }

  private evict(name: string, { apiVersion, deleteOptions }: EvictionBody): [number, Json] {
    if (apiVersion !== `policy/${this.evictionVersion}`)
      return refusal(400, 'BadRequest', `no kind "Eviction" is registered for version "${apiVersion}"`);
    const application = [...this.applications.values()].find(({ pods }) => pods.some((pod) => pod.name === name));
    const pod = application?.pods.find((each) => each.name === name);
    if (!application || !pod) return notFound('pods', name);
    const { uid } = deleteOptions.preconditions;
    if (uid !== pod.uid) return refusal(409, 'Conflict', `Precondition failed: UID in precondition: ${uid}`);
    const { budget } = application;
    const ready = application.readyPods();
    if (budget !== undefined && ready.includes(pod) && ready.length <= budget) {
      const message = `The disruption budget shop needs ${budget} healthy pods and has ${ready.length} currently`;
      return refusal(429, 'TooManyRequests', 'Cannot evict pod as it would violate the pod’s disruption budget.', [
        { reason: 'DisruptionBudget', message },
      ]);
    }
    application.pods = application.pods.filter((each) => each !== pod);
    application.reconcile();
    return [201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }];
  }

  private log(name: string, query: URLSearchParams): [number, Json | string] {
    const pod = [...this.applications.values()].flatMap(({ pods }) => pods).find((each) => each.name === name);
    if (!pod) return notFound('pods', name);
    if (query.get('previous') === 'true' && pod.previousLog === undefined)
      return refusal(400, 'BadRequest', `previous terminated container "app" in pod "${name}" not found`);
    const text = query.get('previous') === 'true' ? (pod.previousLog ?? '') : pod.log;
    return [
      200,
      text
        .split('\n')
        .slice(-1 - Number(query.get('tailLines')))
        .join('\n'),
    ];
  }

  private review({ spec }: Review): [number, Json] {
    const { verb, resource, subresource } = spec.resourceAttributes;
    const right = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    const status = { allowed: !this.denied.has(right) };
    return [
      201,
      { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec, status },
    ];
  }

  private resources(): Json {
    const own = { singularName: '', namespaced: true, verbs: ['create'] };
    const eviction = {
      name: 'pods/eviction',
      kind: 'Eviction',
      group: 'policy',
      version: this.evictionVersion,
      ...own,
    };
    return { kind: 'APIResourceList', groupVersion: 'v1', resources: [eviction] };
  }
}

interface EvictionBody {
  readonly apiVersion: string;
  readonly deleteOptions: { readonly preconditions: { readonly uid: string } };
}

interface Review {
  readonly spec: {
    readonly resourceAttributes: { readonly verb: string; readonly resource: string; readonly subresource?: string };
  };
}

const verbs: Readonly<Record<string, string>> = { PATCH: 'patch', POST: 'create' };

/** `apis/apps/v1/namespaces/production/deployments/shop`, or the same below `api/v1`. */
function readPath(parts: readonly string[]) {
  const [, , resource = '', name = '', subresource = ''] = parts.slice(parts.indexOf('namespaces'));
  return { resource, name, subresource };
}

function refusal(code: number, reason: string, message: string, causes: readonly object[] = []): [number, Json] {
  const details = causes.length > 0 && { details: { causes } };
  return [
    code,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...details, code },
  ];
}

const notFound = (resource: string, name: string): [number, Json] =>
  refusal(404, 'NotFound', `${resource} "${name}" not found`);

function drawEvent(event: Application['events'][number], index: number, at: string): object {
  const { uid, type, reason, message } = event;
  const metadata = { name: `event-${index}`, namespace: 'production', creationTimestamp: at };
  return { metadata, involvedObject: { uid }, type, reason, message, count: 2, firstTimestamp: at, lastTimestamp: at };
}

const drawAutoscaler = ({ autoscaler, object }: Application): object => ({
  metadata: { name: autoscaler, namespace: 'production' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: object.metadata.name },
    maxReplicas: 9,
  },
});

/** Whether a step of a JSON patch could be applied. */
function applyStep(object: Json, { op, path, value }: Patch[number]): boolean {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at = object as Record<string, unknown> | undefined;
  for (const key of keys.slice(0, -1)) at = at?.[key] as Record<string, unknown> | undefined;
  const last = keys.at(-1) ?? '';
  if (!at || (op !== 'add' && !Object.hasOwn(at, last))) return false;
  if (op === 'test') return at[last] === value;
  at[last] = value;
  return true;
}
