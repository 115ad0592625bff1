import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** What the tests put into a cluster. */

export const image = (tag: string): string => `registry.example/shop:${tag}`;

/** A workload of this kind, with one container of release 2.13.2. */
export function manifest(kind: string, name: string, replicas: number | undefined): object {
  const labels = { app: name };
  return {
    ...{ apiVersion: 'apps/v1', kind, metadata: { name } },
    spec: {
      ...(replicas !== undefined && { replicas }),
      ...(kind === 'Deployment' && { progressDeadlineSeconds: 5 }),
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: image('2.13.2') }] } },
    },
  };
}

/** The role in the readme, for the user of these tests. */
export function roleOfReadme(): { readonly path: string; readonly object: object }[] {
  const readme = readFileSync(join(__dirname, '../../../src/connectors/kubernetes/readme.md'), 'utf8');
  const [, text = ''] = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(readme) ?? [];
  const [role, binding] = parseAllDocuments(text).map((each) => each.toJS() as object);
  const subjects = [{ kind: 'User', name: 'gavel', apiGroup: 'rbac.authorization.k8s.io' }];
  return [
    { path: 'roles', object: role ?? assert.fail('a role') },
    { path: 'rolebindings', object: { ...binding, subjects } },
  ];
}
