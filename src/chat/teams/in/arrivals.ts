import type { Activity } from 'botbuilder';
import { newId } from '../../../core/keys';
import type { Person } from '../../contract';
import type { Later, TeamsBotOptions, TurnOf } from '../bot';
import { placeIdOf } from './inbound';
import type { PresenceChange } from './inbound';
import type { Replies } from '../out/sender';

/** What follows when Gavel is added somewhere, or is not there any more. */
interface Arrivals {
  /** Removed or deleted: nothing goes there any more, and the next time is new. */
  onRemoved(person: Person, presence: Extract<PresenceChange, { is: 'gone' }>): Promise<void>;
  /** Added: one welcome for each place. */
  onAdded(activity: Activity, person: Person, presence: Extract<PresenceChange, { is: 'there' }>): Promise<void>;
}

type ArrivalsOptions = Pick<TeamsBotOptions, 'connection' | 'audit' | 'welcome'> & {
  readonly replies: Replies;
  readonly turnOf: TurnOf;
  readonly later: Later;
};

export function createArrivals({ connection, audit, welcome, replies, turnOf, later }: ArrivalsOptions): Arrivals {
  const { places, options } = connection;
  const { clock, logger } = options;

  return {
    async onRemoved(person, { where, why }) {
      for (const { id, place } of await places.markLeft(where)) {
        logger.warn({ placeId: id, why }, 'Gavel is not in a place any more');
        await audit?.append({
          at: clock.now(),
          who: person.id,
          what: 'places.leave',
          target: place.name,
          from: id,
          outcome: why,
          correlationId: newId(),
        });
      }
    },
    async onAdded(activity, person, { where, added }) {
      await places.markBack(where);
      if (!added) return places.learnName(activity);
      const placeId = placeIdOf(activity.conversation.id);
      if (activity.from?.aadObjectId) await places.addedBy(placeId, person.id);
      if (!welcome || !(await places.claimWelcome(placeId))) return;
      const turn = { ...(await turnOf(activity, person, 'typed')), thread: undefined };
      later(
        welcome(turn).then((reply) => replies.post(turn, reply)),
        'welcome',
      );
    },
  };
}
