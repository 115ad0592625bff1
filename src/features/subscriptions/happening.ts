import { plainText } from '../../core/text';
import type { Deployment } from '../deployments';
import type { Happening } from './contract';

/** What people hear of a deployment. Only what changed or should have changed what serves; a request that nobody approved is no news. */

const revisions: Readonly<Partial<Record<Deployment['state'], number>>> = {
  succeeded: 2,
  failed: 3,
  'rolled back': 4,
};

type Deployed = Omit<Happening, 'toldTo'>;

export function startedHappening(id: string, deployment: Deployment): Deployed {
  const { emergency, number, reason } = deployment;
  const past = emergency ? ` past every rule: ${plainText(reason, 200)}` : '';
  return {
    ...about(id, deployment),
    id: `${id}:started`,
    revision: 1,
    outcome: 'started',
    severity: emergency ? 'critical' : 'info',
    words: `**${what(deployment)} is on its way**${past} (D-${number}).`,
  };
}

/** Undefined when nothing has changed that serves. */
export function endedHappening(id: string, deployment: Deployment): Deployed | undefined {
  const { state, failure, left, number } = deployment;
  const revision = revisions[state];
  if (revision === undefined) return undefined;
  const base = { ...about(id, deployment), id: `${id}:${state}`, revision };
  if (state === 'succeeded')
    return {
      ...base,
      outcome: 'success',
      severity: 'info',
      words: `**${what(deployment)} is well**: deployed and verified (D-${number}).`,
    };
  const why = failure ? `: ${plainText(failure.reason, 200)}` : '';
  return {
    ...base,
    outcome: 'failure',
    // Nothing serves there any more.
    severity: left && left.version === undefined ? 'critical' : 'warning',
    words: `**${what(deployment)} ${state === 'failed' ? 'failed' : 'was rolled back'}**${why} (D-${number}).`,
  };
}

const what = ({ service, version, environment }: Deployment): string =>
  `${plainText(service)} ${plainText(version, 40)} in ${plainText(environment)}`;

function about(id: string, { number, service, environment, branch }: Deployment) {
  return { thread: id, name: `D-${number}`, service, environment, ...(branch !== undefined && { branch }) };
}
