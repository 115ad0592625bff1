import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `tsx test/connectors/kubernetes/openapi/trim.ts swagger.json`: takes the API description of Kubernetes, which is `api/openapi-spec/swagger.json` in
 * Debian’s source package `kubernetes`, and writes what Gavel uses of it beside this file.
 */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What the double sends and gets, by the names of its kinds. */
const kept = {
  Deployment: 'io.k8s.api.apps.v1.Deployment',
  StatefulSet: 'io.k8s.api.apps.v1.StatefulSet',
  DaemonSet: 'io.k8s.api.apps.v1.DaemonSet',
  ReplicaSetList: 'io.k8s.api.apps.v1.ReplicaSetList',
  ControllerRevisionList: 'io.k8s.api.apps.v1.ControllerRevisionList',
  PodList: 'io.k8s.api.core.v1.PodList',
  EventList: 'io.k8s.api.core.v1.EventList',
  HorizontalPodAutoscalerList: 'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerList',
  Eviction: 'io.k8s.api.policy.v1beta1.Eviction',
  SelfSubjectAccessReview: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  APIResourceList: 'io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList',
  Status: 'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
} as const;

/** The API server sends these in another way than its description says. */
const asSent: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['Time', { type: ['string', 'null'], format: 'date-time' }],
  ['MicroTime', { type: ['string', 'null'], format: 'date-time' }],
  ['IntOrString', { type: ['string', 'integer'] }],
]);

const prefix = '#/definitions/';

function main(): void {
  const [, , file = 'swagger.json'] = process.argv;
  const swagger = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly definitions: Readonly<Record<string, Json>>;
  };
  const all = new Map(Object.entries(swagger.definitions));
  const definitions: Record<string, Json> = {};
  const open: string[] = Object.values(kept);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (Object.hasOwn(definitions, name)) continue;
    definitions[name] = asSent.get(name.split('.').at(-1) ?? '') ?? trim(all.get(name) ?? null, open);
  }
  const source =
    'api/openapi-spec/swagger.json of Debian’s source package kubernetes 1.20.5+really1.20.2-1.1, Apache-2.0';
  const sorted = Object.fromEntries(Object.entries(definitions).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(join(__dirname, 'api.json'), `${JSON.stringify({ source, kinds: kept, definitions: sorted })}\n`);
}

/** Without words for people; an object with other fields than these doesn’t fit. */
function trim(schema: Json, open: string[]): Json {
  if (Array.isArray(schema)) return schema.map((each) => trim(each, open));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([name]) => name !== 'description' && !name.startsWith('x-'));
  const reference = schema['$ref'];
  if (typeof reference === 'string') open.push(reference.slice(prefix.length));
  const { properties, ...rest } = Object.fromEntries(entries);
  const trimmed = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, trim(value, open)]));
  if (properties === undefined || typeof properties !== 'object' || properties === null) return trimmed;
  const fields = Object.entries(properties).map(([name, value]) => [name, trim(value, open)]);
  return { ...trimmed, properties: Object.fromEntries(fields), additionalProperties: false };
}

main();
