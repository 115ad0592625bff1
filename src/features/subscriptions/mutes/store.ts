import { idFrom } from '../../../core/keys';
import { readAll } from '../../../store/contract';
import type { Stored } from '../../../store/contract';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { MutedSubject, ServiceEvent } from '../contract';
import { coversEvent, muteWorkflow } from './workflow';
import type { Mute, MuteVerdict } from './workflow';

/** What is muted where, in the store. */

export type MuteStore = ReturnType<typeof openMutes>;

interface MuteNeeds {
  /** Tells a subscriber about an event, as far as its rules let it through. */
  readonly deliver: (subscriberId: string, about: ServiceEvent) => Promise<unknown>;
  /** Called with the id of a subscriber whose mutes have changed. */
  readonly onChange: (subscriberId: string) => Promise<void>;
}

export function openMutes(deps: FeatureDependencies, { deliver, onChange }: MuteNeeds) {
  const { apply, records } = openWorkflow(deps, muteWorkflow, (workflow): ActivityOf<Mute, MuteVerdict> => ({
    effects: {
      async deliver({ value: { subscriberId }, effect: { events } }) {
        for (const about of events) await deliver(subscriberId, about);
      },
      changed: ({ value: { subscriberId } }) => onChange(subscriberId),
    },
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
  }));

  /** Everything that is muted now, the earliest first. */
  async function current(): Promise<readonly Stored<Mute>[]> {
    const now = deps.clock.now();
    const all = await readAll(records, { where: { state: 'muted' }, orderBy: 'from' });
    return all.filter(({ value }) => value.until > now);
  }

  return {
    current,
    async of(subscriberId: string): Promise<readonly Stored<Mute>[]> {
      return (await current()).filter(({ value }) => value.subscriberId === subscriberId);
    },
    /** Until when this subscriber hears nothing about this; undefined if it does. */
    async mutedUntil(
      subscriberId: string,
      about: Pick<ServiceEvent, 'service' | 'environment'> & { readonly name?: string },
    ): Promise<number | undefined> {
      const ends = (await current())
        .filter(({ value }) => value.subscriberId === subscriberId && coversEvent(value, about))
        .map(({ value: { until } }) => until);
      return ends.length === 0 ? undefined : Math.max(...ends);
    },
    /** Keeps this for the end of the mute that covers it and lasts longest; whether there is one. */
    async hold(subscriberId: string, about: ServiceEvent): Promise<boolean> {
      const covering = (await current()).filter(
        ({ value }) => value.subscriberId === subscriberId && coversEvent(value, about),
      );
      const [last] = covering.sort((one, other) => other.value.until - one.value.until);
      if (!last) return false;
      return (await apply(last.id, { type: 'hold', about }, {})).changed;
    },
    async mute(mute: Omit<Mute, 'held' | 'endedAt' | 'wakeAt'>): Promise<void> {
      await apply(muteId(mute.subscriberId, mute), { type: 'mute', mute }, {});
    },
    /** Whether it was muted. */
    async unmute(id: string): Promise<boolean> {
      return (await apply(id, { type: 'unmute' }, {})).changed;
    },
    /** Removes what this person muted for themselves; how many there were. */
    async removeOf(personId: string): Promise<number> {
      const own = (await readAll(records, { where: { state: { in: ['muted', 'ended'] } }, orderBy: 'from' })).filter(
        ({ value }) => value.to === 'person' && value.subscriberId === personId,
      );
      for (const { id } of own) await records.remove(id);
      return own.length;
    },
  };
}

/** One for each subject of a subscriber. */
function muteId(subscriberId: string, { service = '', environment = '', alert = '' }: MutedSubject): string {
  return idFrom('mute', subscriberId, service, environment, alert);
}
