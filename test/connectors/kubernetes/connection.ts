import assert from 'node:assert/strict';
import type { Restarter, RunningSource } from '../../../src/connectors/contract';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import type { Workload } from '../../../src/connectors/contract/workloads';
import { kubernetesConnector } from '../../../src/connectors/kubernetes';
import { target } from '../contract';
import { testLimits } from '../http/client-world';
import { bind, openConnection } from '../open-connection';
import { token } from './double';

interface Options {
  readonly settings?: object;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly targets?: OpenParts['targets'];
  readonly tap?: OpenParts['tap'];
}

/** With the token of Gavel’s account. */
export function openKubernetes({ url }: { readonly url: string }, options: Options = {}): OpenConnection {
  const { settings = {}, secrets = {}, targets, tap } = options;
  return openConnection(
    kubernetesConnector,
    { url, credential: 'GAVEL_KUBERNETES', ...settings },
    {
      ...{ secrets: { GAVEL_KUBERNETES: token, ...secrets }, limits: { ...testLimits, maxBytes: 1_000_000 } },
      ...(targets && { targets }),
      ...(tap && { tap }),
    },
  );
}

/** The Deployment of the service `shop`, in the namespace of its environment. */
export const shopBinding = { namespace: '{environment}', deployment: '{service}' };

export const workloadOf = (connection: OpenConnection, binding: object = shopBinding): Workload =>
  bind(connection, 'workload', binding, target);

export const runningOf = (connection: OpenConnection, binding: object = shopBinding): RunningSource =>
  bind(connection, 'running', binding, target);

export function restarterOf(connection: OpenConnection, binding: object = shopBinding): Pick<Restarter, 'restart'> {
  const { restart } = bind(connection, 'control', binding, target);
  return { restart: restart ?? assert.fail('it can') };
}
