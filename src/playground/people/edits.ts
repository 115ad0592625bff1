import { editActivity, escapeHtml, reactionActivity } from '../activities';
import type { BotLink } from '../bot-link';
import type { Installs } from '../installs';
import type { Message, MessageBoard } from '../messages';
import { PlaygroundError, lookUpSender, requireText } from './lookup';

/** What people do to messages that stand there already: change their own, and react. */

interface EditRequest {
  readonly as: string;
  readonly conversation: string;
  readonly activityId: string;
  readonly text: string;
}

interface ReactRequest {
  readonly as: string;
  readonly conversation: string;
  readonly activityId: string;
  /** Takes the reaction back. */
  readonly remove?: boolean;
}

interface PeopleEditsOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly link: BotLink;
  readonly serviceUrl: () => string;
}

export function createPeopleEdits({ messages, installs, link, serviceUrl }: PeopleEditsOptions) {
  function find({ as, conversation: id, activityId }: EditRequest | ReactRequest) {
    const { person, conversation } = lookUpSender(as, id);
    const message = messages.get(conversation.id, activityId);
    if (!message || message.deleted) throw new PlaygroundError(404, 'This message is gone.');
    return { message, origin: { serviceUrl: serviceUrl(), person, conversation, root: message.root } };
  }

  return {
    /** Teams tells a bot of a changed message as it tells of a new one: when it is mentioned, or alone with it. */
    async edit(request: EditRequest): Promise<Message> {
      const { message, origin } = find(request);
      const { person, conversation } = origin;
      if (message.from.id !== person.id) throw new PlaygroundError(403, 'Only your own messages can be changed.');
      const words = requireText(request.text);
      const mention = message.mentions.length > 0 ? 'normal' : 'none';
      const text = mention === 'none' ? words : `@Gavel ${words}`;
      const after = messages.edit(conversation.id, message.id, { text }) ?? message;
      if ((conversation.type === 'personal' || mention !== 'none') && installs.has(conversation))
        await link.deliver(editActivity({ ...origin, id: message.id }, escapeHtml(words), mention));
      return after;
    },

    /** Teams tells a bot of reactions to its own messages only. */
    async react({ remove = false, ...request }: ReactRequest): Promise<Message> {
      const { message, origin } = find(request);
      const after = messages.react(message.conversation, message.id, origin.person.id, !remove) ?? message;
      if (message.from.isBot && installs.has(origin.conversation))
        await link.deliver(reactionActivity(origin, message.id, remove));
      return after;
    },
  };
}

export type PeopleEdits = ReturnType<typeof createPeopleEdits>;
