import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Person } from '../../chat/contract';
import type { CollectionSpec } from '../../store/contract';
import type { Freeze } from './contract';

/** A freeze that somebody declared in chat. */
export interface DeclaredFreeze {
  readonly environment: string;
  readonly service: string | undefined;
  readonly from: number;
  readonly until: number | undefined;
  readonly reason: string;
  readonly by: Person;
  readonly placeId: string;
  /** Ended before its time, by whom and why. */
  readonly ended?: { readonly by: Person; readonly at: number; readonly reason: string };
}

export const freezesSpec: CollectionSpec<DeclaredFreeze> = {
  name: 'freezes',
  schema: 1,
  indexes: { state: ({ ended }) => (ended ? 'ended' : 'declared'), from: (freeze) => freeze.from },
  queries: [{ where: ['state'] }],
  expiresAt: ({ until, ended }) => {
    const over = ended?.at ?? until;
    return over === undefined ? undefined : over + defaultRetentionMs('freezes');
  },
};

export function freezeOf({ environment, service, from, until, reason, by }: DeclaredFreeze): Freeze {
  return {
    name: 'Freeze',
    reason,
    environments: [environment],
    services: service === undefined ? undefined : [service],
    stops: ['deploy'],
    from,
    until,
    by: by.name,
  };
}
