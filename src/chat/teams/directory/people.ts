import type { Activity } from 'botbuilder';
import { cleanText } from '../../../core/text';
import type { Collection } from '../../../store/contract';
import type { Place } from '../../contract';
import { isGuid, personId } from '../in/inbound';
import type { PlaceMemory } from './place-memory';
import type { KnownPerson } from './place-record';

/** The people whom Gavel can write to. */
interface People {
  person(personId: string): Promise<KnownPerson | undefined>;
  keep(personId: string, person: KnownPerson): Promise<void>;
  /** Remembers who sent an activity, and their own chat when it came from there. */
  remember(activity: Activity, tenantId: string, place: Place): Promise<void>;
  /** Remembers the chat with somebody that Gavel opened itself. */
  keepConversation(personId: string, person: KnownPerson, conversationId: string): Promise<void>;
}

interface PeopleParts {
  readonly people: Collection<KnownPerson>;
  readonly memory: PlaceMemory;
}

export function createPeople({ people, memory }: PeopleParts): People {
  return {
    person: (id) => memory.readOrLastKnown(`person ${id}`, async () => (await people.get(id))?.value),
    keep: async (id, person) => void (await people.upsert(id, (known) => ({ ...known, ...person }))),
    async remember(activity, tenantId, place) {
      const { aadObjectId, id: teamsId, name } = activity.from ?? {};
      if (!teamsId || !aadObjectId || !isGuid(aadObjectId)) return;
      const id = personId(tenantId, aadObjectId);
      const known = {
        teamsId,
        name: cleanText(name ?? '', 80),
        tenantId,
        serviceUrl: activity.serviceUrl,
        botId: activity.recipient.id,
      };
      const own = place.kind === 'personal' ? { conversationId: place.id } : {};
      await memory.writeOnce(`person ${id} ${place.kind === 'personal'}`, { ...known, ...own }, () =>
        people.upsert(id, (person) => ({ ...person, ...known, ...own })),
      );
    },
    async keepConversation(id, person, conversationId) {
      await people.upsert(id, (known) => ({ ...person, ...known, conversationId }));
    },
  };
}
