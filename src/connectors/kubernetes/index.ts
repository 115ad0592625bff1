import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { placeBinding, readWorkloadPlace } from './bindings';
import { checkKubernetes } from './check';
import type { BoundPlace } from './check';
import { createKubernetesClient } from './client';
import { bindRestarter, bindLiveRelease } from './live';
import { bindWorkload } from './workload';

/** Kubernetes: what a Deployment, StatefulSet, or DaemonSet runs, its pods, and what can be done to it. */
export const kubernetesConnector = defineConnector({
  kind: 'kubernetes',
  title: 'Kubernetes',
  connection: httpConnection.safeExtend({
    /** The file with the token of a service account, instead of `credential`, where Gavel runs in the cluster. */
    tokenFile: z.string().refine(isAbsolute, 'the full path of a file, from /').optional(),
  }),
  bindings: { running: placeBinding, control: placeBinding, workload: placeBinding },
  open({ tokenFile, ...settings }, parts) {
    const { name, clock } = parts;
    const http = openHttpClient(
      settings,
      parts,
      // The cluster replaces the token every hour.
      tokenFile === undefined ? undefined : { by: 'bearer', token: () => readToken(name, tokenFile) },
    );
    const client = createKubernetesClient(name, http);
    const closing = new AbortController();
    const live = { name, client, clock };
    const boundTo = (capability: BoundPlace['capability']): BoundPlace[] =>
      parts
        .targets(capability)
        .map(({ binding, ...target }) => ({ capability, place: readWorkloadPlace(binding, target) }));
    return {
      bind: {
        running: (binding, target) => bindLiveRelease(live, readWorkloadPlace(binding, target)),
        control: (binding, target) => bindRestarter(live, readWorkloadPlace(binding, target), closing.signal),
        workload: (binding, target) => bindWorkload(live, readWorkloadPlace(binding, target)),
      },
      check: () =>
        checkKubernetes({ client, bound: [...boundTo('running'), ...boundTo('control'), ...boundTo('workload')] }),
      close() {
        closing.abort();
        return http.close();
      },
    };
  },
});

async function readToken(name: string, file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw new ConnectorError(name, 'unauthorized', 'the file with the token can’t be read');
  }
}
