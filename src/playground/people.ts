import { randomUUID } from 'node:crypto';
import { jsonIn } from '../core/text';
import {
  cardActionActivity,
  consentActivity,
  editActivity,
  escapeHtml,
  installationActivities,
  messageActivity,
  reactionActivity,
  submitActivity,
  taskActivity,
} from './activities';
import type { Activity, ActivityOrigin } from './activities';
import { readReply } from './answers';
import type { AnswerKind, BotAnswer } from './answers';
import type { UploadedFiles } from './files';
import { isSeenBy } from './messages';
import type { Installs, Message, MessageBoard } from './messages';
import type { Requests } from './page-api';
import type { Duplication, Faults } from './protocol/faults';
import { conversationById, personByKey } from './world';
import type { SampleConversation, SamplePerson } from './world';

/** What people do in the playground: write, edit, click, refresh, react, install. Each leads to an activity for the bot. */

/** The result of a click. */
export type ClickAnswer = AnswerKind & {
  /** The result of the second delivery of the same click, if doubling is on. */
  readonly repeat?: AnswerKind;
};

interface PeopleOptions {
  readonly uploads: UploadedFiles;
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly faults: Faults;
  /** Where activities are posted. */
  readonly botUrl: string;
  readonly serviceUrl: () => string;
  /** The minimum time between automatic refreshes of a card that wasn't edited. */
  readonly refreshEveryMs: number;
}

interface Found {
  readonly origin: ActivityOrigin;
  readonly message: Message;
}

const couldNotReach = 'Gavel can’t be reached. Is it running?';
const maxAutomaticRefreshes = 60;
const maxRemembered = 10_000;

export type People = ReturnType<typeof createPeople>;

export function createPeople({
  uploads,
  messages,
  installs,
  faults,
  botUrl,
  serviceUrl,
  refreshEveryMs,
}: PeopleOptions) {
  const refreshed = new Map<string, { at: number; revision: number }>();
  const tell: Tell = (activity) => deliver(botUrl, activity);

  function find(asked: { as: string; conversation: string; activityId: string }): Found {
    const { person, conversation } = lookUpSender(asked.as, asked.conversation);
    const message = messages.get(conversation.id, asked.activityId);
    if (!message || message.deleted || !isSeenBy(message, person.id))
      throw new PlaygroundError(404, 'This message was deleted.');
    return { origin: { serviceUrl: serviceUrl(), person, conversation, root: message.root }, message };
  }

  const invoke = (activity: Activity): Promise<ClickAnswer> => deliverInvoke(tell, faults.duplication(), activity);

  async function say(request: Requests['say']): Promise<{ message: Message; delivered: boolean }> {
    const { person, conversation } = lookUpSender(request.as, request.conversation);
    const text = requireText(request.text);
    const root = conversation.type === 'channel' ? request.thread : undefined;
    if (root && !messages.get(conversation.id, root)) throw new PlaygroundError(404, 'This thread was deleted.');
    const mention = request.mention ?? (conversation.type === 'personal' ? 'none' : 'normal');
    const heard = conversation.type === 'personal' || mention !== 'none';
    if (heard && !installs.has(conversation))
      throw new PlaygroundError(409, 'Gavel isn’t installed here. Add it first.');
    const message = messages.post({
      conversation: conversation.id,
      root,
      from: { id: person.id, name: person.name, isBot: false },
      text: mention === 'none' ? text : `@Gavel ${text}`,
      card: undefined,
      summary: '',
      mentions: mention === 'none' ? [] : [{ text: '@Gavel', id: '28:gavel' }],
    });
    // Outside personal chats, Teams sends a bot only messages that mention it.
    if (!heard) return { message, delivered: true };
    const origin = { serviceUrl: serviceUrl(), person, conversation, root: message.root, id: message.id };
    const delivered = isTaken(await tell(messageActivity(origin, escapeHtml(text), mention)));
    return { message, delivered };
  }

  /** `Action.Submit`: a message with a value, or the text that `messageBack` and `imBack` send in the person's name. */
  async function submit(request: Requests['click'], { origin, message }: Found): Promise<ClickAnswer> {
    const data = request.action.data;
    const words = spokenBy(data);
    const thread = origin.conversation.type === 'channel' ? message.root : undefined;
    const { as, conversation } = request;
    const delivered = words
      ? (await say({ as, conversation, thread, text: words })).delivered
      : isTaken(await tell(submitActivity(origin, message.id, data)));
    return delivered ? { kind: 'nothing' } : { kind: 'error', text: couldNotReach };
  }

  return {
    say,

    async click(request: Requests['click']): Promise<ClickAnswer> {
      const { origin, message } = find(request);
      const { type, verb, data, id } = request.action;
      if (type === 'Action.Execute' && verb)
        return invoke(cardActionActivity(origin, message.id, { verb, data, id }, 'manual'));
      if (type === 'task/fetch' || type === 'task/submit') return invoke(taskActivity(origin, type, message.id, data));
      return submit(request, { origin, message });
    },

    /** What each client of a listed person does automatically: at most once a minute, and after each edit. */
    async refresh(request: Requests['refresh']): Promise<ClickAnswer> {
      const { origin, message } = find(request);
      const action = refreshActionOf(message, origin);
      if (!action) return { kind: 'nothing' };
      const key = `${origin.person.key}/${request.client ?? ''}/${message.conversation}/${message.id}`;
      const before = refreshed.get(key);
      const revision = message.editedAt ?? message.sentAt;
      if (before && before.revision === revision && before.at > Date.now() - refreshEveryMs) return { kind: 'nothing' };
      if (refreshed.size > maxRemembered) refreshed.clear();
      refreshed.set(key, { at: Date.now(), revision });
      return invoke(cardActionActivity(origin, message.id, action, 'automatic'));
    },

    consent: createConsent({ uploads, serviceUrl }, find, invoke),

    ...createChanges({ messages, installs, serviceUrl }, find, tell),
  };
}

type Tell = (activity: Activity) => Promise<BotAnswer>;

/** As often as Teams delivers it: once, or twice if doubling is on. */
async function deliverInvoke(tell: Tell, how: Duplication, activity: Activity): Promise<ClickAnswer> {
  const [answer, repeat] = await Promise.all([
    tell(activity),
    how === 'off' ? undefined : tell(how === 'same-id' ? activity : { ...activity, id: randomUUID() }),
  ]);
  return { ...readReply(answer, activity), ...(repeat ? { repeat: readReply(repeat, activity) } : {}) };
}

/** Accepts or declines a file that the bot offers. */
function createConsent(
  { uploads, serviceUrl }: Pick<PeopleOptions, 'uploads' | 'serviceUrl'>,
  find: (asked: Requests['consent']) => Found,
  invoke: (activity: Activity) => Promise<ClickAnswer>,
) {
  return async (request: Requests['consent']): Promise<ClickAnswer> => {
    const { origin, message } = find(request);
    const { file } = message;
    if (file?.kind !== 'offered') throw new PlaygroundError(409, 'This file is no longer available.');
    const { accepts } = request;
    const uploadInfo = accepts ? { uploadInfo: uploads.open(file.name, serviceUrl()) } : {};
    const context = accepts ? file.accept : file.decline;
    const action = accepts ? 'accept' : 'decline';
    return invoke(consentActivity(origin, message.id, { type: 'fileUpload', action, context, ...uploadInfo }));
  };
}

/** What people do to existing messages, and to the bot. */
function createChanges(
  { messages, installs, serviceUrl }: Pick<PeopleOptions, 'messages' | 'installs' | 'serviceUrl'>,
  find: (asked: Requests['edit'] | Requests['react']) => Found,
  tell: Tell,
) {
  return {
    /** Adds the bot here or removes it: a removed bot gets nothing from here and is refused with 403. */
    async install(request: Requests['install']): Promise<{ installed: boolean }> {
      const { person, conversation } = lookUpSender(request.as, request.conversation);
      const origin = { serviceUrl: serviceUrl(), person, conversation, root: undefined };
      installs.set(conversation, !request.remove);
      for (const activity of installationActivities(origin, request.remove)) await tell(activity);
      return { installed: !request.remove };
    },

    /** Teams tells a bot about an edited message like a new one: in a personal chat, or if it is mentioned. */
    async edit(request: Requests['edit']): Promise<Message> {
      const { message, origin } = find(request);
      const { person, conversation } = origin;
      if (message.from.id !== person.id) throw new PlaygroundError(403, 'You can edit only your own messages.');
      const words = requireText(request.text);
      const mention = message.mentions.length > 0 ? 'normal' : 'none';
      const text = mention === 'none' ? words : `@Gavel ${words}`;
      const after = messages.edit(conversation.id, message.id, { text }) ?? message;
      if ((conversation.type === 'personal' || mention !== 'none') && installs.has(conversation))
        await tell(editActivity({ ...origin, id: message.id }, escapeHtml(words), mention));
      return after;
    },

    /** Teams tells a bot about reactions only to its own messages. */
    async react({ remove = false, ...request }: Requests['react']): Promise<Message> {
      const { message, origin } = find(request);
      if (message.onlyFor !== undefined)
        throw new PlaygroundError(403, 'You can’t react to a message that only one person sees.');
      const after = messages.react(message.conversation, message.id, origin.person.id, !remove) ?? message;
      if (message.from.isBot && installs.has(origin.conversation))
        await tell(reactionActivity(origin, message.id, remove));
      return after;
    },
  };
}

/** The automatic action of a message's card for this person, if any. */
function refreshActionOf({ card }: Message, origin: ActivityOrigin): { verb: string; data: unknown } | undefined {
  const refresh = card?.['refresh'] as { action?: { verb?: string; data?: unknown }; userIds?: string[] } | undefined;
  const { verb, data } = refresh?.action ?? {};
  return verb && isListed(refresh?.userIds, origin) ? { verb, data } : undefined;
}

function isListed(userIds: readonly string[] | undefined, { person, conversation }: ActivityOrigin): boolean {
  if (userIds === undefined) return conversation.members.length <= maxAutomaticRefreshes;
  return userIds.slice(0, maxAutomaticRefreshes).includes(person.id);
}

const isTaken = ({ status }: BotAnswer): boolean => status >= 200 && status < 300;

function spokenBy(data: unknown): string | undefined {
  const order = (data as { msteams?: { type?: string; text?: string; value?: unknown } } | undefined)?.msteams;
  if (order?.type === 'imBack') return String(order.value ?? '');
  return order?.type === 'messageBack' ? String(order.text ?? '') : undefined;
}

/** After this time, a click shows that the bot can't be reached, as in Teams. */
const answerLimitMs = 15_000;

async function deliver(botUrl: string, activity: Activity): Promise<BotAnswer> {
  try {
    const response = await fetch(botUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(activity),
      signal: AbortSignal.timeout(answerLimitMs),
    });
    const text = await response.text();
    return { status: response.status, body: jsonIn(text) };
  } catch {
    return { status: 0, body: undefined };
  }
}

export class PlaygroundError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Who acts where, or why that isn't possible. */
function lookUpSender(as: string, conversationId: string): { person: SamplePerson; conversation: SampleConversation } {
  const person = personByKey(as);
  const conversation = conversationById(conversationId);
  if (!person || !conversation) throw new PlaygroundError(404, 'There is no such person or conversation.');
  if (!conversation.members.includes(as))
    throw new PlaygroundError(403, `${person.name} isn’t in ${conversation.name}.`);
  return { person, conversation };
}

/** What somebody writes, with the size limit of a message. */
function requireText(text: string): string {
  const words = text.trim();
  if (words === '' || words.length > 8_000) throw new PlaygroundError(400, 'Type 1 to 8,000 characters.');
  return words;
}
