import type { Target } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import type { Stored } from '../../../store/contract';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf, EffectCall } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { InMaintenance } from '../record';
import type { AlertStore } from '../store';
import { mayActOn } from '../sources/facts';
import { nameTargets, quietAt } from './facts';
import { maintenanceWorkflow } from './workflow';
import type { Maintenance, MaintenanceEvent, MaintenanceVerdict } from './workflow';

/** Maintenance in the store, what open alerts know of it, and the windows at the sources. */

export type MaintenanceStore = ReturnType<typeof openMaintenance>;

/** `alerts` is called only once a maintenance begins or ends. */
export function openMaintenance(deps: FeatureDependencies, alerts: () => Pick<AlertStore, 'open' | 'apply'>) {
  const { records, apply } = openWorkflow(
    deps,
    maintenanceWorkflow,
    (workflow): ActivityOf<Maintenance, MaintenanceVerdict> => ({
      effects: {
        'tell alerts': (call) => tellAlerts(alerts(), call),
        async carry(call) {
          await workflow.apply(call.id, { type: 'carried', ...(await planAtSources(deps, call)) }, {});
        },
        async 'take back'(call) {
          await workflow.apply(call.id, { type: 'taken back', ...(await endAtSources(deps, call)) }, {});
        },
      },
      wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    }),
  );
  const planned = async (): Promise<readonly Stored<Maintenance>[]> => {
    const { items } = await records.find({ where: { state: 'planned' }, orderBy: 'from', limit: 1000 });
    const now = deps.clock.now();
    return items.filter(({ value }) => value.until > now);
  };
  return {
    planned,
    /** What ended early and a source still has. */
    async ending(): Promise<readonly Stored<Maintenance>[]> {
      const { items } = await records.find({ where: { state: 'ending' }, orderBy: 'from', limit: 1000 });
      return items.filter(({ value }) => value.windows.length > 0);
    },
    apply: (id: string, event: MaintenanceEvent) => apply(id, event, {}),
    /** The maintenance that a new alert there begins in; the one that ends last. */
    async of(target: Target): Promise<InMaintenance | undefined> {
      const found = (await planned()).filter(({ value }) => isSame(value, target));
      const [last] = found.sort((one, other) => other.value.until - one.value.until);
      return last && inMaintenance(last);
    },
  };
}

const isSame = (one: Target, other: Target): boolean =>
  one.service === other.service && one.environment === other.environment;

function inMaintenance({ id, value: { by, reason, until } }: Stored<Maintenance>): InMaintenance {
  return { id, by: by.name, reason, until };
}

type Call = EffectCall<Maintenance, object>;

async function tellAlerts(alerts: Pick<AlertStore, 'open' | 'apply'>, { id, version, value }: Call): Promise<void> {
  const event = value.ended
    ? ({ type: 'end maintenance', id } as const)
    : ({ type: 'maintain', maintenance: inMaintenance({ id, version, value }) } as const);
  for (const alert of await alerts.open()) if (isSame(alert.value, value)) await alerts.apply(alert.id, event);
}

/** Plans a window wherever a source has such a thing and none is planned yet. The same key plans one. */
async function planAtSources({ systems, catalog, logger }: FeatureDependencies, { id, value }: Call) {
  const windows: { connection: string; id: string }[] = [];
  const failed: string[] = [];
  for (const binding of systems.alerts(value.service, value.environment)) {
    const { connection } = binding;
    if (!binding.maintain || value.ended || value.windows.some((each) => each.connection === connection)) continue;
    const by = { name: value.by.name, comment: value.reason };
    try {
      const others = await quietAt(systems, binding, value);
      // Something may share a host with it since it was planned.
      if (!mayActOn(catalog(), value.by.id, others))
        throw new UserError(`${value.by.name} can’t plan maintenance of ${nameTargets(others)}`);
      const window = await binding.maintain(`maintenance:${id}`, by, value.from, value.until);
      windows.push({ connection, id: window.id });
    } catch (error) {
      logger.warn({ error, connection }, 'A maintenance window could not be planned');
      failed.push(connection);
    }
  }
  return { windows, failed };
}

/** Ends the windows that sources still have. */
async function endAtSources({ systems, logger }: FeatureDependencies, { value }: Call) {
  const connections: string[] = [];
  const failed: string[] = [];
  for (const { connection, id } of value.windows) {
    const source = systems.alertSources().find((each) => each.connection === connection);
    try {
      await source?.endSilence?.(id, { name: value.ended?.by?.name ?? 'Gavel', comment: '' });
      connections.push(connection);
    } catch (error) {
      logger.warn({ error, connection }, 'A maintenance window could not be ended');
      failed.push(connection);
    }
  }
  return { connections, failed };
}
