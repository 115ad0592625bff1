import type { Activity } from 'botbuilder';
import { newId } from '../../../core/keys';
import type { Person } from '../../contract';
import type { Later, TeamsBotOptions, TurnOf } from '../bot';
import type { Replies } from '../out/replies';
import { placeIdOf } from './inbound';
import type { PresenceChange } from './inbound';

type ArrivalsOptions = Pick<TeamsBotOptions, 'connection' | 'audit' | 'welcome'> & {
  readonly replies: Replies;
  readonly turnOf: TurnOf;
  readonly later: Later;
};

/** What happens when Gavel is added to a place or removed from it. */
export function createArrivals({ connection, audit, welcome, replies, turnOf, later }: ArrivalsOptions) {
  const { places, options } = connection;
  const { clock, logger } = options;

  return {
    /** Removed or deleted: nothing is sent there anymore, and the next time counts as new. */
    async onRemoved({ id: who }: Person, { where, why }: Extract<PresenceChange, { is: 'gone' }>): Promise<void> {
      for (const { id, place } of await places.markLeft(where)) {
        logger.warn({ placeId: id, why }, 'Gavel was removed from a channel or chat');
        await audit?.append({
          at: clock.now(),
          who,
          what: 'places.leave',
          target: place.name,
          from: id,
          outcome: why,
          correlationId: newId(),
        });
      }
    },
    /** Added: one welcome for each place. */
    async onAdded(
      activity: Activity,
      person: Person,
      { where, added }: Extract<PresenceChange, { is: 'there' }>,
    ): Promise<void> {
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
