import type { Person } from '../../../chat/contract';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';
import type { MutedSubject, ServiceEvent } from '../contract';

/** A channel or a person hears nothing of one subject until a time. Nobody else is affected, and no source is told. Pure. */

export interface Mute extends MutedSubject {
  readonly to: 'person' | 'place';
  /** The place or the person. */
  readonly subscriberId: string;
  readonly from: number;
  readonly until: number;
  readonly by: Person;
  readonly reason: string;
  /** What happened meanwhile: the latest of each thread. */
  readonly held: readonly ServiceEvent[];
  readonly endedAt?: number | undefined;
  readonly wakeAt?: number | undefined;
}

type MuteEvent =
  /** Replaces the end of one that lasts. */
  | { readonly type: 'mute'; readonly mute: Omit<Mute, 'held' | 'endedAt' | 'wakeAt'> }
  /** It covers this. */
  | { readonly type: 'hold'; readonly about: ServiceEvent }
  | { readonly type: 'unmute' }
  | { readonly type: 'time' };

type MuteEffect =
  /** What was held is told now, as if it had just happened. */
  | { readonly kind: 'deliver'; readonly events: readonly ServiceEvent[] }
  /** What depends on it looks again. */
  | { readonly kind: 'changed'; readonly topic: 'changed' };

/** Undefined: nothing changes. */
export type MuteVerdict = Change<Mute, MuteEffect> | undefined;

/** More than these are counted by nobody; the oldest go first. */
const maxHeld = 100;

export const muteWorkflow = defineWorkflow({
  name: 'mutes',
  collection: {
    name: 'mutes',
    schema: 1,
    indexes: {
      state: ({ endedAt }: Mute) => (endedAt === undefined ? 'muted' : 'ended'),
      from: ({ from }) => from,
    },
    queries: [{ where: ['state'], orderBy: 'from' }],
    expiresAt: ({ endedAt }) => (endedAt === undefined ? undefined : endedAt + defaultRetentionMs('happenings')),
  },
  transition: muteTransition,
});

function muteTransition(known: Mute | undefined, event: MuteEvent, { now }: Pick<Circumstance, 'now'>): MuteVerdict {
  const lasting = known?.endedAt === undefined ? known : undefined;
  if (event.type === 'mute') {
    const { mute } = event;
    return {
      record: { ...mute, held: lasting?.held ?? [], endedAt: undefined, wakeAt: mute.until },
      effects: [{ kind: 'changed', topic: 'changed' }],
    };
  }
  if (!lasting) return undefined;
  if (event.type === 'hold') return { record: { ...lasting, held: hold(lasting.held, event.about) } };
  if (event.type === 'time' && now < lasting.until) return { record: { ...lasting, wakeAt: lasting.until } };
  const { held } = lasting;
  return {
    record: { ...lasting, held: [], endedAt: now, wakeAt: undefined },
    effects: [
      ...(held.length > 0 ? [{ kind: 'deliver' as const, events: held }] : []),
      { kind: 'changed', topic: 'changed' },
    ],
  };
}

/** What began and ended while it was muted needs no words afterward. */
function hold(held: readonly ServiceEvent[], about: ServiceEvent): readonly ServiceEvent[] {
  const before = held.find(({ thread }) => thread === about.thread);
  const others = held.filter((each) => each !== before);
  return about.outcome === 'resolved' && before?.outcome === 'alert' ? others : [...others, about].slice(-maxHeld);
}

/** Whether it is about this. `name` is what people call the thing: `A-101`. */
export function coversEvent(
  { service, environment, alert }: MutedSubject,
  about: Pick<ServiceEvent, 'service' | 'environment'> & { readonly name?: string },
): boolean {
  if (alert !== undefined) return about.name === alert;
  return (
    (service === undefined || service === about.service) &&
    (environment === undefined || environment === about.environment)
  );
}
