import type { Content, Reply, Turn } from '../chat/contract';
import type { FeatureDependencies } from './contract';

/** Messages that go to one person. */

type Needs = Pick<FeatureDependencies, 'outbox'>;

/** Leaves a message for this person; the same key leaves it once. Rejects with `StoreUnavailableError`. */
export function tellPerson({ outbox }: Needs, personId: string, key: string, content: Content): Promise<void> {
  return outbox.put({ key, destination: { to: 'person', personId }, content, revision: 1, final: true });
}

/** What concerns one person only goes to them, and not before a whole channel. Rejects with `StoreUnavailableError`. */
export async function answerAlone(deps: Needs, turn: Turn, content: Content): Promise<Reply> {
  if (turn.trigger !== 'typed' || turn.place.kind === 'personal') return content;
  await tellPerson(deps, turn.person.id, `roles:shown:${turn.correlationId}`, content);
  return { notice: 'That is just for you: I have sent it to our personal chat.' };
}
