import { conversationById, personByKey } from '../world';
import type { SampleConversation, SamplePerson } from '../world';

/** Who does something where in the playground, or why that can't be. */

export class PlaygroundError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function lookUpSender(
  as: string,
  conversationId: string,
): { person: SamplePerson; conversation: SampleConversation } {
  const person = personByKey(as);
  const conversation = conversationById(conversationId);
  if (!person || !conversation) throw new PlaygroundError(404, 'There is no such person or conversation.');
  if (!conversation.members.includes(as))
    throw new PlaygroundError(403, `${person.name} is not in ${conversation.name}.`);
  return { person, conversation };
}

/** What somebody writes, of a size that a message may have. */
export function requireText(text: string): string {
  const words = text.trim();
  if (words === '' || words.length > 8_000) throw new PlaygroundError(400, 'Write between 1 and 8,000 characters.');
  return words;
}
