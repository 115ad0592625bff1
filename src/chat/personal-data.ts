import { readAll, readEach } from '../store/contract';
import type { Store, Stored } from '../store/contract';
import type { PersonalData } from './contract';
import { dialogsSpec } from './inbox/dialogs';
import { hasText, messageCollection, withoutText } from './outbox/record';
import type { MessageRecord } from './outbox/record';
import { peopleSpec, placesSpec } from './teams';

/** Data about people that isn't a feature's: how to reach them, and the messages to them. */
export function personalDataOfChat(store: Store): readonly PersonalData[] {
  return [messagesTo(store), openQuestions(store), answeredPlaces(store), address(store)];
}

/** Up to this many messages are counted one by one, because some have no text anymore. */
const maxLookedAt = 300;
const iso = (at: number): string => new Date(at).toISOString();

/** Each message is known for half a year, so that nothing is sent twice and a click finds what it belongs to. */
function messagesTo(store: Store): PersonalData {
  const messages = store.collection(messageCollection);
  const messagesTo = async (person: string): Promise<readonly Stored<MessageRecord>[]> =>
    (await readAll(messages, { where: { person } })).filter(({ value }) => hasText(value));
  return {
    name: 'personal messages',
    stays:
      'I keep a record of each message, but never its text: 180 days for messages I sent you, and 15 minutes for messages you sent me. This keeps old cards working and prevents duplicate replies.',
    async countOf(person) {
      const { items, cursor } = await messages.find({ where: { person }, limit: maxLookedAt });
      const count = items.filter(({ id, value }) => hasText(value) && !isExport(id)).length;
      return { count, isExact: cursor === undefined };
    },
    async *exportOf(personId) {
      // Only the words are kept while they are sorted: a record holds a whole card.
      const found: { readonly changedAt: number; readonly state: string; readonly words: string }[] = [];
      for await (const { id, value } of readEach(messages, { where: { person: personId } })) {
        if (!hasText(value) || isExport(id)) continue;
        const { content, state, changedAt } = value;
        found.push({ changedAt, state, words: 'text' in content ? content.text : content.data.summary });
      }
      found.sort((one, other) => one.changedAt - other.changedAt);
      for (const { changedAt, ...message } of found) yield { at: iso(changedAt), ...message };
    },
    async deleteOf(personId) {
      const outcomes = [];
      for (const { id } of await messagesTo(personId)) outcomes.push(await messages.update(id, withoutText));
      return outcomes.filter((each) => each?.changed === true).length;
    },
  };
}

/** An export inside an export would double it each time; it is deleted like the others. */
const isExport = (key: string): boolean => key.startsWith('privacy:');

function openQuestions(store: Store): PersonalData {
  const dialogs = store.collection(dialogsSpec);
  return {
    name: 'open questions',
    async *exportOf(personId) {
      const found = await dialogs.get(personId);
      if (found) yield { dialog: found.value.dialogId, since: iso(found.value.changedAt) };
    },
    deleteOf: async (personId) => ((await dialogs.remove(personId)) ? 1 : 0),
  };
}

/** Without this, the next person who writes there becomes responsible for the place. */
function answeredPlaces(store: Store): PersonalData {
  const places = store.collection(placesSpec);
  const own = async (personId: string) =>
    (await readAll(places, { where: { owner: personId } })).filter(({ value }) => value.kind !== 'personal');
  return {
    name: 'channels you manage',
    async *exportOf(personId) {
      for (const { value } of await own(personId)) yield { place: value.name };
    },
    async deleteOf(personId) {
      const found = await own(personId);
      for (const { id } of found)
        await places.update(id, (place) => (place.ownerId === personId ? { ...place, ownerId: undefined } : undefined));
      return found.length;
    },
  };
}

function address(store: Store): PersonalData {
  const people = store.collection(peopleSpec);
  return {
    name: 'how Gavel reaches you',
    isKept: true,
    stays:
      'Your name and your Teams IDs stay as long as I’m installed here. Without them, I couldn’t answer you or tell you that your data was deleted.',
    async *exportOf(personId) {
      const found = await people.get(personId);
      if (!found) return;
      const { name, teamsId, conversationId } = found.value;
      yield { name, teamsId, ...(conversationId !== undefined && { chat: conversationId }) };
    },
    deleteOf: async () => 0,
  };
}
