import type { Person } from '../../../chat/contract';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import { defineWorkflow } from '../../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../../workflows';

/** A planned time in which a service may fail: it begins when somebody declares it, and ends at its time or earlier. Pure. */

export interface Maintenance {
  readonly service: string;
  readonly environment: string;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Person;
  readonly placeId: string;
  /** The windows planned at sources. */
  readonly windows: readonly { readonly connection: string; readonly id: string }[];
  /** The connections that didn't take it, so that it isn't true there. */
  readonly failed: readonly string[];
  readonly ended?: { readonly at: number; readonly by?: Person };
  readonly wakeAt?: number | undefined;
}

export type MaintenanceEvent =
  | {
      readonly type: 'plan';
      readonly maintenance: Omit<Maintenance, 'windows' | 'failed'>;
      readonly correlationId: string;
    }
  | { readonly type: 'end'; readonly by: Person; readonly correlationId: string }
  | {
      readonly type: 'carried';
      readonly windows: Maintenance['windows'];
      readonly failed: readonly string[];
    }
  | { readonly type: 'time' };

type MaintenanceEffect =
  /** Open alerts there know that it begins or ends. */
  | { readonly kind: 'tell alerts'; readonly topic: 'alerts' }
  | { readonly kind: 'carry' | 'take back'; readonly topic: 'sources' };

/** Undefined: nothing changes. */
export type MaintenanceVerdict = Change<Maintenance, MaintenanceEffect> | undefined;

const retryMs = 60_000;

export const maintenanceWorkflow = defineWorkflow({
  name: 'maintenance',
  collection: {
    name: 'maintenance',
    schema: 1,
    indexes: {
      state: ({ ended }: Maintenance) => (ended ? 'ended' : 'planned'),
      from: ({ from }) => from,
    },
    queries: [{ where: ['state'], orderBy: 'from' }],
    expiresAt: ({ ended }) => ended && ended.at + defaultRetentionMs('alerts'),
  },
  transition: maintenanceTransition,
  isOver: ({ ended }) => ended !== undefined,
});

function maintenanceTransition(
  record: Maintenance | undefined,
  event: MaintenanceEvent,
  { now }: Pick<Circumstance, 'now'>,
): MaintenanceVerdict {
  if (event.type === 'plan') {
    if (record) return undefined;
    const { maintenance, correlationId } = event;
    const { by, until, reason } = maintenance;
    const line = auditLine(maintenance, by, 'maintenance', { now, correlationId, detail: { reason, until } });
    return {
      record: { ...maintenance, windows: [], failed: [], wakeAt: until },
      effects: [line, { kind: 'tell alerts', topic: 'alerts' }, { kind: 'carry', topic: 'sources' }],
    };
  }
  if (!record || record.ended) return undefined;
  switch (event.type) {
    case 'end':
      return {
        record: { ...record, ended: { at: now, by: event.by }, wakeAt: undefined },
        effects: [
          auditLine(record, event.by, 'maintenance ended', { now, correlationId: event.correlationId, detail: {} }),
          { kind: 'tell alerts', topic: 'alerts' },
          { kind: 'take back', topic: 'sources' },
        ],
      };
    case 'carried': {
      const windows = [...record.windows, ...event.windows];
      const wakeAt = event.failed.length > 0 ? Math.min(record.until, now + retryMs) : record.until;
      return { record: { ...record, windows, failed: event.failed, wakeAt } };
    }
    case 'time': {
      if (now < record.until) {
        const isRetry = record.failed.length > 0;
        return {
          record: { ...record, wakeAt: record.until },
          effects: isRetry ? [{ kind: 'carry', topic: 'sources' }] : [],
        };
      }
      return { record: { ...record, ended: { at: now }, wakeAt: undefined } };
    }
  }
}

function auditLine(
  { service, environment, placeId }: Pick<Maintenance, 'service' | 'environment' | 'placeId'>,
  by: Person,
  outcome: string,
  { now, ...rest }: Required<Pick<AuditEffect, 'correlationId' | 'detail'>> & { readonly now: number },
): AuditEffect {
  const target = `${service} in ${environment}`;
  return { kind: 'audit', at: now, who: by.id, what: 'alerts.change', target, from: placeId, outcome, ...rest };
}
