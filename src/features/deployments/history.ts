import type { Query } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory } from '../health';
import type { Deployment, Deployments } from './contract';
import type { Ledger } from './ledger';
import { holderOf } from './ledger';
import { targetKey } from './record';

interface Served {
  readonly version: string;
  readonly commit: string;
}

/** Finding deployments, and what the past says of a service in an environment. */
export function createHistory(
  { connectorOf }: Pick<FeatureDependencies, 'connectorOf'>,
  ledger: Ledger,
): Omit<Deployments, 'request' | 'onEmergency' | 'onStart' | 'onEnd'> & { readonly history: DeploymentHistory } {
  async function rollbackTarget(service: string, environment: string): Promise<Served | undefined> {
    const [running, past] = await Promise.all([
      connectorOf(service).environments?.running(service, environment),
      ledger.find({
        where: { target: targetKey({ service, environment }), state: 'succeeded' },
        orderBy: 'requestedAt',
        descending: true,
        limit: 200,
      }),
    ]);
    if (!running) return undefined;
    return releaseBefore(past.map(({ value }) => value).reverse(), running);
  }

  return {
    async find(idOrNumber) {
      const number = /^(?:d-?)?(\d{1,9})$/i.exec(idOrNumber.trim())?.[1];
      const stored = number
        ? (await ledger.find({ where: { number: Number(number) }, limit: 1 }))[0]
        : await ledger.get(idOrNumber);
      return stored && { id: stored.id, deployment: stored.value };
    },
    async recent({ service, environment, limit }) {
      const where: Query['where'] =
        service !== undefined && environment !== undefined
          ? { target: targetKey({ service, environment }) }
          : { ...(service !== undefined && { service }), ...(environment !== undefined && { environment }) };
      const found = await ledger.find({ where, orderBy: 'requestedAt', descending: true, limit });
      return found.map(({ id, value }) => ({ id, deployment: value }));
    },
    async current(target) {
      const holder = await holderOf(ledger, target);
      const next = holder
        ? undefined
        : await ledger.find({
            where: { target: targetKey(target), state: 'approved' },
            orderBy: 'requestedAt',
            limit: 1,
          });
      const found = holder ?? next?.[0];
      return found && { id: found.id, deployment: found.value };
    },
    rollbackTarget,
    history: {
      async marks(service, environment, fromMs) {
        const found = await ledger.find({
          where: { target: targetKey({ service, environment }) },
          orderBy: 'requestedAt',
          descending: true,
          limit: 100,
        });
        return found
          .map(({ value }) => value)
          .flatMap(({ version, run, requester }) =>
            run?.state === 'succeeded' ? [{ version, at: run.endedAt ?? run.startedAt, by: requester.name }] : [],
          )
          .filter((mark) => mark.at >= fromMs)
          .reverse();
      },
      rollbackTarget: async (service, environment) => (await rollbackTarget(service, environment))?.version,
    },
  };
}

/**
 * The verified release below the one that runs. Deploying puts a release on top, rolling back takes away what is above the one put back,
 * so that a release that was rolled back is not offered again. What ran well before Gavel first deployed counts as verified.
 * Pure; oldest first.
 */
export function releaseBefore(past: readonly Deployment[], running: Served): Served | undefined {
  const stack: Served[] = [];
  const same = (one: Served | undefined, other: Served): boolean =>
    one?.commit === other.commit && one.version === other.version;
  for (const { kind, version, commit, replaces, before } of past) {
    if (replaces && before?.state !== 'down' && kind === 'deploy' && !same(stack.at(-1), replaces))
      stack.push({ version: replaces.version, commit: replaces.commit });
    const put = { version, commit };
    const index = kind === 'rollback' ? stack.findIndex((each) => same(each, put)) : -1;
    if (index >= 0) stack.length = index;
    stack.push(put);
  }
  while (same(stack.at(-1), running)) stack.pop();
  return stack.at(-1);
}
