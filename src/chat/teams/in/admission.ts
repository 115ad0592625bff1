import type { Activity } from 'botbuilder';
import type { Person } from '../../contract';
import { placeIdOf } from './inbound';
import type { NotServed } from './inbound';
import type { Roster } from '../directory/roster';

/** Guests, and members of other organizations in shared channels, have an identity too: only the roster tells them from members. */
interface Admission {
  /** Why this person is not served; undefined when they are. */
  refusal(activity: Activity, tenantId: string, person: Person): Promise<NotServed | undefined>;
}

export function createAdmission(options: {
  readonly roster: Pick<Roster, 'member'>;
  readonly isKnown?: (personId: string) => Promise<boolean>;
  readonly guests?: boolean;
}): Admission {
  const { roster, isKnown, guests = false } = options;
  return {
    async refusal({ conversation, from, recipient, serviceUrl }, tenantId, { id }) {
      // Whoever is named by the catalog or by a grant has been let in by name, and costs no look.
      if (guests || !isKnown || (await isKnown(id))) return undefined;
      try {
        const place = { tenantId, serviceUrl, botId: recipient.id };
        const member = await roster.member(placeIdOf(conversation.id), from.id, place);
        return member?.personId === id && !member.isGuest ? undefined : 'guest';
      } catch {
        return 'unsure';
      }
    },
  };
}
