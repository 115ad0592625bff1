import { randomUUID } from 'node:crypto';
import {
  cardActionActivity,
  escapeHtml,
  installationActivities,
  messageActivity,
  submitActivity,
  taskActivity,
} from '../activities';
import type { Activity, ActivityOrigin, MentionStyle } from '../activities';
import type { BotLink, BotDelivery } from '../bot-link';
import type { Faults } from '../protocol/faults';
import type { Message, MessageBoard } from '../messages';
import type { Installs } from '../installs';
import { PlaygroundError, lookUpSender, requireText } from './lookup';

/** What people do in the playground: say, click, refresh, install. Every way ends in an activity for the bot. */

/** What a click comes back with: a card for this person only, a short message, a form, nothing, or an error. */
export type ClickAnswer = AnswerKind & {
  /** What the second delivery of the same click came back with, where doubling is switched on. */
  readonly repeat?: AnswerKind;
};

type AnswerKind =
  | { readonly kind: 'card'; readonly card: unknown }
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'form'; readonly title: string; readonly card: unknown }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'nothing' };

interface SayRequest {
  readonly as: string;
  readonly conversation: string;
  readonly thread?: string;
  readonly text: string;
  readonly mention?: MentionStyle;
}

interface ClickRequest {
  readonly as: string;
  readonly conversation: string;
  readonly activityId: string;
  readonly action: { readonly type: string; readonly verb?: string; readonly data?: unknown; readonly id?: string };
}

interface RefreshRequest {
  readonly as: string;
  readonly conversation: string;
  readonly activityId: string;
  /** One window or phone of the person: each asks for itself. */
  readonly client?: string;
}

interface InstallRequest {
  readonly as: string;
  readonly conversation: string;
  readonly remove?: boolean;
}

interface Clicked {
  readonly origin: ActivityOrigin;
  readonly message: Message;
}

interface PeopleActionsOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly link: BotLink;
  readonly faults: Faults;
  readonly serviceUrl: () => string;
  /** How seldom a card refreshes by itself without having been edited. */
  readonly refreshEveryMs: number;
}

const couldNotReach = 'Gavel could not be reached. Is it running?';
const maxAutomaticRefreshes = 60;
const maxRemembered = 10_000;

export function createPeopleActions(options: PeopleActionsOptions) {
  const { messages, installs, link, faults, serviceUrl, refreshEveryMs } = options;
  const refreshed = new Map<string, { at: number; revision: number }>();

  function clicked(request: { as: string; conversation: string; activityId: string }): Clicked {
    const { person, conversation } = lookUpSender(request.as, request.conversation);
    const message = messages.get(conversation.id, request.activityId);
    if (!message || message.deleted) throw new PlaygroundError(404, 'This message is gone.');
    return {
      origin: { serviceUrl: serviceUrl(), person, conversation, root: message.root, id: randomUUID() },
      message,
    };
  }

  const invoke = (activity: Activity): Promise<ClickAnswer> => deliverInvoke(link, faults, activity);

  async function say(request: SayRequest): Promise<{ message: Message; delivered: boolean }> {
    const { person, conversation } = lookUpSender(request.as, request.conversation);
    const text = requireText(request.text);
    const root = conversation.type === 'channel' ? request.thread : undefined;
    if (root && !messages.get(conversation.id, root)) throw new PlaygroundError(404, 'This thread is gone.');
    const mention = request.mention ?? (conversation.type === 'personal' ? 'none' : 'normal');
    const heard = conversation.type === 'personal' || mention !== 'none';
    if (heard && !installs.has(conversation))
      throw new PlaygroundError(409, 'Gavel is not installed here. Add it first.');
    const message = messages.post({
      conversation: conversation.id,
      root,
      from: { id: person.id, name: person.name, isBot: false },
      text: mention === 'none' ? text : `@Gavel ${text}`,
      card: undefined,
      summary: '',
      mentions: mention === 'none' ? [] : [{ text: '@Gavel', id: '28:gavel' }],
    });
    // Teams sends a bot only what mentions it, but for personal chats.
    if (!heard) return { message, delivered: true };
    const origin = { serviceUrl: serviceUrl(), person, conversation, root: message.root, id: message.id };
    const delivered = isTaken(await link.deliver(messageActivity(origin, escapeHtml(text), mention)));
    return { message, delivered };
  }

  /** `Action.Submit`: a message with a value, or the words that `messageBack` and `imBack` say in the person's name. */
  async function submit(request: ClickRequest, { origin, message }: Clicked): Promise<ClickAnswer> {
    const data = request.action.data;
    const words = spokenBy(data);
    const thread = origin.conversation.type === 'channel' ? message.root : undefined;
    const { as, conversation } = request;
    const delivered = words
      ? (await say({ as, conversation, thread, text: words })).delivered
      : isTaken(await link.deliver(submitActivity(origin, message.id, data)));
    return delivered ? { kind: 'nothing' } : { kind: 'error', text: couldNotReach };
  }

  return {
    say,

    async click(request: ClickRequest): Promise<ClickAnswer> {
      const { origin, message } = clicked(request);
      const { type, verb, data, id } = request.action;
      if (type === 'Action.Execute' && verb)
        return invoke(cardActionActivity(origin, message.id, { verb, data, id }, 'manual'));
      if (type === 'task/fetch' || type === 'task/submit') return invoke(taskActivity(origin, type, message.id, data));
      return submit(request, { origin, message });
    },

    /** What each client of a listed person does by itself: at most once a minute, and after each edit. */
    async refresh(request: RefreshRequest): Promise<ClickAnswer> {
      const { origin, message } = clicked(request);
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

    /** Adds the bot here, or takes it away: then it hears nothing from here and is refused with 403. */
    async install(request: InstallRequest): Promise<{ installed: boolean }> {
      const { person, conversation } = lookUpSender(request.as, request.conversation);
      const origin = { serviceUrl: serviceUrl(), person, conversation, root: undefined };
      installs.set(conversation, !request.remove);
      for (const activity of installationActivities(origin, request.remove)) await link.deliver(activity);
      return { installed: !request.remove };
    },
  };
}

/** As often as Teams delivers it: once, or twice when that was switched on. */
async function deliverInvoke(link: BotLink, faults: Faults, activity: Activity): Promise<ClickAnswer> {
  const how = faults.duplication();
  const [answer, repeat] = await Promise.all([
    link.deliver(activity),
    how === 'off' ? undefined : link.deliver(how === 'same-id' ? activity : { ...activity, id: randomUUID() }),
  ]);
  return { ...readAnswer(answer), ...(repeat ? { repeat: readAnswer(repeat) } : {}) };
}

export type PeopleActions = ReturnType<typeof createPeopleActions>;

/** What the card of a message does by itself for this person, if anything. */
function refreshActionOf({ card }: Message, origin: ActivityOrigin): { verb: string; data: unknown } | undefined {
  const refresh = card?.['refresh'] as { action?: { verb?: string; data?: unknown }; userIds?: string[] } | undefined;
  const { verb, data } = refresh?.action ?? {};
  return verb && isListed(refresh?.userIds, origin) ? { verb, data } : undefined;
}

function isListed(userIds: readonly string[] | undefined, { person, conversation }: ActivityOrigin): boolean {
  if (userIds === undefined) return conversation.members.length <= maxAutomaticRefreshes;
  return userIds.slice(0, maxAutomaticRefreshes).includes(person.id);
}

const isTaken = ({ status }: BotDelivery): boolean => status >= 200 && status < 300;

function spokenBy(data: unknown): string | undefined {
  const order = (data as { msteams?: { type?: string; text?: string; value?: unknown } } | undefined)?.msteams;
  if (order?.type === 'imBack') return String(order.value ?? '');
  return order?.type === 'messageBack' ? String(order.text ?? '') : undefined;
}

/** Reads an invoke response of any kind. https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model */
function readAnswer({ status, body }: BotDelivery): AnswerKind {
  if (status === 0) return { kind: 'error', text: 'Unable to reach app. Please try again.' };
  const answer = body as
    { statusCode?: number; type?: string; value?: unknown; task?: { type?: string; value?: unknown } } | undefined;
  if (answer?.task) return readTask(answer.task);
  if (status !== 200 || !answer?.type) return { kind: 'error', text: 'Something went wrong. Please try again.' };
  if (answer.type === 'application/vnd.microsoft.card.adaptive') return { kind: 'card', card: answer.value };
  if (answer.type === 'application/vnd.microsoft.activity.message')
    return { kind: 'message', text: String(answer.value) };
  const error = answer.value as { message?: string } | undefined;
  return { kind: 'error', text: error?.message ?? `The app answered ${answer.statusCode ?? status}.` };
}

function readTask(task: { type?: string; value?: unknown }): AnswerKind {
  if (task.type === 'message') return { kind: 'message', text: String(task.value) };
  const form = task.value as { title?: string; card?: { content?: unknown } } | undefined;
  return { kind: 'form', title: form?.title ?? 'Gavel', card: form?.card?.content };
}
