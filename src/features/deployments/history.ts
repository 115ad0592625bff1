import type { Query } from '../../store/contract';
import type { DeploymentHistory } from '../health';
import type { Deployment, Deployments } from './contract';
import type { Ledger } from './ledger';
import { holderOf } from './ledger';
import { targetKey } from './record';
import type { RollbackTargets } from './rollback-targets';

/** Finding deployments, and what the past says of a service in an environment. */
export function createHistory(
  ledger: Ledger,
  targets: RollbackTargets,
): Omit<Deployments, 'request' | 'onEmergency' | 'onStart' | 'onEnd'> & { readonly history: DeploymentHistory } {
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
    wasVerified: (service, environment, commit) => wasVerified(ledger, { service, environment }, commit),
    rollbackTarget: targets.newest,
    whyNoRollback: targets.whyNot,
    isThere: targets.isThere,
    history: {
      async marks(service, environment, fromMs) {
        const found = await ledger.find({
          where: { target: targetKey({ service, environment }) },
          orderBy: 'requestedAt',
          descending: true,
          limit: 20,
        });
        return found
          .map(({ value }) => value)
          .flatMap(({ version, run, requester }) =>
            run?.state === 'succeeded' ? [{ version, at: run.endedAt ?? run.startedAt, by: requester.name }] : [],
          )
          .filter((mark) => mark.at >= fromMs)
          .reverse();
      },
      rollbackTarget: async (service, environment) => (await targets.newest(service, environment))?.version,
    },
  };
}

/** Whether this very commit was verified there at any time. */
export async function wasVerified(
  ledger: Ledger,
  target: Pick<Deployment, 'service' | 'environment'>,
  commit: string,
): Promise<boolean> {
  const found = await ledger.find({ where: { target: targetKey(target), state: 'succeeded', commit }, limit: 1 });
  return found.length > 0;
}
