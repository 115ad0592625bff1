import type { Person } from '../../../chat/contract';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import type { Target } from '../../../core/catalog/rights';
import { defineWorkflow } from '../../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../../workflows';
import { carryAgainAfterMs } from '../leftovers/transitions';

/** A planned time in which a service may fail: it begins when somebody declares it, and ends at its time or earlier. Pure. */

export interface Maintenance {
  readonly service: string;
  readonly environment: string;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Person;
  readonly placeId: string;
  /** What its sources keep quiet, too; omitted if there is nothing. */
  readonly also?: readonly Target[];
  /** The windows that sources have. */
  readonly windows: readonly { readonly connection: string; readonly id: string }[];
  /** The connections that couldn't be told that it begins or, later, that it ended: it isn't true there yet. */
  readonly failed: readonly string[];
  /** Failures in a row. */
  readonly failures?: number;
  readonly ended?: { readonly at: number; readonly by?: Person };
  /** It has ended at the sources, too. */
  readonly settled?: true;
  readonly wakeAt?: number | undefined;
}

export type MaintenanceEvent =
  | {
      readonly type: 'plan';
      readonly maintenance: Omit<Maintenance, 'windows' | 'failed' | 'failures' | 'settled'>;
      readonly correlationId: string;
    }
  | { readonly type: 'end'; readonly by: Person; readonly correlationId: string }
  | {
      readonly type: 'carried';
      readonly windows: Maintenance['windows'];
      readonly failed: readonly string[];
    }
  /** The windows of these connections are over. */
  | { readonly type: 'taken back'; readonly connections: readonly string[]; readonly failed: readonly string[] }
  | { readonly type: 'time' };

type MaintenanceEffect =
  /** Open alerts there know that it begins or ends. */
  | { readonly kind: 'tell alerts'; readonly topic: 'alerts' }
  | { readonly kind: 'carry' | 'take back'; readonly topic: 'sources' };

/** Undefined: nothing changes. */
export type MaintenanceVerdict = Change<Maintenance, MaintenanceEffect> | undefined;

export const maintenanceWorkflow = defineWorkflow({
  name: 'maintenance',
  collection: {
    name: 'maintenance',
    schema: 1,
    indexes: {
      state: stateOf,
      from: ({ from }) => from,
    },
    queries: [{ where: ['state'], orderBy: 'from' }],
    expiresAt: ({ ended }) => ended && ended.at + defaultRetentionMs('alerts'),
  },
  transition: maintenanceTransition,
  isOver: (record) => stateOf(record) === 'ended',
});

/** `ending`: a source may still have its window. */
function stateOf({ ended, settled }: Maintenance): 'planned' | 'ending' | 'ended' {
  return !ended ? 'planned' : settled ? 'ended' : 'ending';
}

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
  if (!record) return undefined;
  if (record.ended) return endingTransition(record, event, now);
  switch (event.type) {
    case 'end': {
      const { failures: _failures, ...kept } = record;
      return {
        record: { ...kept, failed: [], ended: { at: now, by: event.by }, wakeAt: undefined },
        effects: [
          auditLine(record, event.by, 'maintenance ended', { now, correlationId: event.correlationId, detail: {} }),
          { kind: 'tell alerts', topic: 'alerts' },
          { kind: 'take back', topic: 'sources' },
        ],
      };
    }
    case 'carried': {
      const windows = [...record.windows, ...event.windows];
      return { record: { ...record, windows, ...retryOf(record, event.failed, now) } };
    }
    case 'taken back':
      return undefined;
    case 'time': {
      if (now < record.until) {
        const isRetry = record.failed.length > 0;
        return {
          record: { ...record, wakeAt: record.until },
          effects: isRetry ? [{ kind: 'carry', topic: 'sources' }] : [],
        };
      }
      // The windows at sources have the same end.
      return {
        record: { ...record, windows: [], failed: [], ended: { at: now }, settled: true, wakeAt: undefined },
      };
    }
  }
}

/** It ended early: its windows are ended at the sources, until they would have been over anyway. */
function endingTransition(record: Maintenance, event: MaintenanceEvent, now: number): MaintenanceVerdict {
  if (record.settled) return undefined;
  if (event.type === 'carried' && event.windows.length > 0)
    return {
      record: { ...record, windows: [...record.windows, ...event.windows] },
      effects: [{ kind: 'take back', topic: 'sources' }],
    };
  if (event.type === 'taken back') {
    const windows = record.windows.filter(({ connection }) => !event.connections.includes(connection));
    const isLeft = windows.length > 0 && now < record.until;
    if (!isLeft) return { record: { ...record, windows: [], failed: [], settled: true, wakeAt: undefined } };
    return { record: { ...record, windows, ...retryOf(record, event.failed, now) } };
  }
  if (event.type !== 'time') return undefined;
  if (now < record.until)
    return { record: { ...record, wakeAt: record.until }, effects: [{ kind: 'take back', topic: 'sources' }] };
  return { record: { ...record, windows: [], failed: [], settled: true, wakeAt: undefined } };
}

/** The pauses grow, and end with the maintenance. */
function retryOf({ failures = 0, until }: Maintenance, failed: readonly string[], now: number) {
  if (failed.length === 0) return { failed, failures: 0, wakeAt: until };
  return { failed, failures: failures + 1, wakeAt: Math.min(until, now + carryAgainAfterMs(failures)) };
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
