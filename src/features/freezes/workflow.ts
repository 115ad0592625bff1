import type { Person } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Change } from '../../workflows';
import type { Freeze } from '.';

/** A freeze that somebody declared in chat, until its time is over or somebody ends it. */

export interface DeclaredFreeze {
  readonly environment: string;
  readonly service: string | undefined;
  readonly from: number;
  readonly until: number | undefined;
  readonly reason: string;
  readonly by: Person;
  readonly placeId: string;
  /** Ended early, by whom and why. */
  readonly ended?: { readonly by: Person; readonly at: number; readonly reason: string };
}

/** What the channels of the affected services are told, except the place where it was declared. */
export interface FreezeNotice {
  readonly text: string;
  readonly saidIn: string;
  readonly turn: string;
}

export type FreezeEvent =
  | { readonly type: 'declare'; readonly freeze: DeclaredFreeze; readonly notice: FreezeNotice }
  | { readonly type: 'end'; readonly by: Person; readonly reason: string; readonly notice: FreezeNotice };

interface FreezeEffect extends FreezeNotice {
  readonly kind: 'tell';
  readonly key: string;
}

/** Undefined: there is nothing to do. */
export type FreezeVerdict = Change<DeclaredFreeze, FreezeEffect> | undefined;

export const freezeWorkflow = defineWorkflow({
  name: 'freezes',
  keyPrefix: 'freeze',
  collection: {
    name: 'freezes',
    schema: 2,
    indexes: { state: ({ ended }) => (ended ? 'ended' : 'declared'), from: (freeze) => freeze.from },
    queries: [{ where: ['state'] }],
    expiresAt: ({ until, ended }) => {
      const over = ended?.at ?? until;
      return over === undefined ? undefined : over + defaultRetentionMs('freezes');
    },
  },
  transition: freezeTransition,
  isOver: ({ ended }) => ended !== undefined,
});

/** The next state of a freeze: it is declared once and ended once. */
export function freezeTransition(
  freeze: DeclaredFreeze | undefined,
  event: FreezeEvent,
  { now }: { readonly now: number },
): FreezeVerdict {
  const effects: readonly FreezeEffect[] = [{ ...event.notice, kind: 'tell', key: `tell:${event.notice.turn}` }];
  if (event.type === 'declare') return freeze ? undefined : { record: event.freeze, effects };
  if (!freeze || freeze.ended) return undefined;
  const { by, reason } = event;
  return { record: { ...freeze, ended: { by, at: now, reason } }, effects };
}

/** A declared freeze in the common form for display and checks. */
export function freezeOf({ environment, service, from, until, reason, by, placeId }: DeclaredFreeze): Freeze {
  return {
    name: 'Freeze',
    reason,
    environments: [environment],
    services: service === undefined ? undefined : [service],
    stops: ['deploy'],
    from,
    until,
    by: by.name,
    placeId,
  };
}
