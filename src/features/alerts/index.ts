import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { PlaceMute } from '../subscriptions';
import type { TicketLinks } from '../tickets';
import { alertActions } from './actions';
import { describeAlertAudit } from './audit';
import { alertCommands } from './look/commands';
import { alertEffects, alertTopic, alertCardKey, drawAlert, alertPlaceOf, hearsOf } from './effects';
import type { AlertParts } from './effects';
import { openHooks } from './hooks/store';
import { endMaintenanceAction, maintenanceCommands } from './maintenance/commands';
import { openMaintenance } from './maintenance/store';
import { alertLabel } from './record';
import type { Alert } from './record';
import { muteAction, muteCommand } from './muting/commands';
import { followSources } from './sources/follow';
import { openAlertStore } from './store';
import { openStorms } from './storms/store';
import { alertTroubles } from './trouble/facts';
import { followHealth } from './watch/follow';
import type { WatchParts } from './watch/follow';

type AlertNeeds = Omit<AlertParts & WatchParts, 'deps' | 'alerts'> & { readonly tickets: TicketLinks };

/** What is wrong now, for other features. */
export interface Alerts {
  /** The labels (`A-101`) of the alerts that fire now, that `covers` picks, and that this channel would hear about. */
  untoldIn(placeId: string, covers: PlaceMute['covers']): Promise<readonly string[]>;
}

/** What is wrong now, by every source and by Gavel's own watch, as cards that people act on. `begin` starts the watch, once for all instances. */
export function createAlerts(
  deps: FeatureDependencies,
  needs: AlertNeeds,
): {
  readonly feature: Feature;
  readonly begin: () => Promise<void>;
  /** Stores what a source said when it called Gavel; `known` if it said exactly that before. */
  readonly takeHook: ReturnType<typeof openHooks>['take'];
  readonly alerts: Alerts;
} {
  const parts = { deps, ...needs };
  const alerts = openAlertStore({
    deps,
    effects: ({ apply }) => alertEffects(parts, apply),
    beginsWith: async (problem) => ({
      maintenance: await maintenance.of(problem),
      isHeldBack: await storms.noteOpening(await alertPlaceOf(parts, problem)),
    }),
  });
  const { history, subscriptions } = needs;
  const storms = openStorms({ deps, history, subscriptions, alerts: () => alerts });
  needs.tickets.register('alert', alertTroubles(deps, alerts, alertCardKey));
  subscriptions.onChoice(alerts.stopWaiting);
  const maintenance = openMaintenance(deps, () => alerts);
  const sources = followSources({ deps, alerts });
  const hooks = openHooks({ deps, readSource: sources.readCalled, recordTold: sources.recordTold });
  const watch = followHealth({ ...parts, alerts });
  const actionParts = {
    ...{ deps, alerts, graphs: needs.graphs, history: needs.history, tickets: needs.tickets },
    async recheck({ service, environment, signals }: Alert): Promise<void> {
      for (const checker of deps.systems.checkers(service, environment))
        await checker
          .recheck()
          .catch((error: unknown) => deps.logger.warn({ error, service }, 'A check could not be requested'));
      await sources.readNow(signals.map(({ connection }) => connection));
    },
  };
  const facts = async () => ({ open: await alerts.open(), lost: await sources.lost() });
  deps.outbox.drawCopies(alertTopic(''), async ({ about, person }) => {
    const found = await alerts.get(about.slice(alertTopic('').length));
    return found && drawAlert(parts, found, person.id);
  });
  return {
    feature: {
      name: 'alerts',
      commands: [
        ...alertCommands({ ...actionParts, facts, readNow: sources.readNow, placeOf: needs.announcements.placeOf }),
        ...maintenanceCommands({ deps, maintenance }),
        muteCommand({ ...actionParts, subscriptions }),
      ],
      actions: [
        ...alertActions(actionParts),
        endMaintenanceAction({ deps, maintenance }),
        muteAction({ ...actionParts, subscriptions }),
      ],
      describeAudit: describeAlertAudit,
    },
    takeHook: hooks.take,
    alerts: {
      async untoldIn(placeId, covers) {
        const firing = (await alerts.open(['firing'])).map(({ value }) => value);
        const covered = firing.filter((each) => !each.quiet && covers({ ...each, name: alertLabel(each) }));
        const hears = await Promise.all(covered.map((each) => hearsOf(parts, placeId, each)));
        return covered.filter((_, index) => hears[index]).map(alertLabel);
      },
    },
    async begin() {
      await sources.begin();
      await watch.begin();
    },
  };
}
