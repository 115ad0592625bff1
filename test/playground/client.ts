import type { MentionStyle } from '../../src/playground/activities';
import type { Message } from '../../src/playground/messages';
import type { ClickAnswer } from '../../src/playground/people';
import type { Duplication, Fault } from '../../src/playground/protocol/faults';
import { patienceMs } from '../patience';

/** A person's Teams for tests: drives the whole product through the playground's own addresses. */

type Json = Readonly<Record<string, unknown>>;

/** A message as one person sees it: `card` is that person's view. */
export interface SeenMessage extends Message {
  readonly view: Json | undefined;
}

export interface PlaygroundClient {
  say(
    as: string,
    conversation: string,
    text: string,
    options?: { thread?: string; mention?: MentionStyle },
  ): Promise<Message>;
  /** Clicks the button with this verb in the person's present view; rejects when there is none. */
  click(as: string, message: Message, verb: string, inputs?: Json): Promise<ClickAnswer>;
  /** Posts a card action that no card offered. */
  forge(as: string, message: Message, verb: string, data: Json): Promise<ClickAnswer>;
  /** What the client of a listed person does by itself. */
  refresh(as: string, message: Message): Promise<ClickAnswer>;
  messages(as: string, conversation: string): Promise<SeenMessage[]>;
  /** Asks again until a message fits; rejects with what stood there after `withinMs`. */
  waitFor(
    as: string,
    conversation: string,
    fits: (message: SeenMessage) => boolean,
    withinMs?: number,
  ): Promise<SeenMessage>;
  /** Adds the bot to a conversation, or takes it away. */
  install(as: string, conversation: string, options?: { remove?: boolean }): Promise<void>;
  faults(orders: { add?: Fault; clear?: boolean; duplicateInvokes?: Duplication }): Promise<void>;
}

const askEveryMs = 60;

/** All words of a card, for assertions. */
export function wordsOf(card: unknown): string {
  if (Array.isArray(card)) return card.map(wordsOf).join(' ');
  if (card === null || typeof card !== 'object') return '';
  return Object.entries(card)
    .filter(([key]) => key !== 'fallback' && key !== 'fallbackText')
    .map(([key, value]) =>
      typeof value === 'string'
        ? ['text', 'title', 'value', 'label', 'altText'].includes(key)
          ? value
          : ''
        : wordsOf(value),
    )
    .join(' ');
}

/** Every `Action.Execute` of a card, also inside its `ShowCard`s. */
export function actionsOf(card: unknown): { verb: string; data: Json; title: string }[] {
  if (Array.isArray(card)) return card.flatMap(actionsOf);
  if (card === null || typeof card !== 'object') return [];
  const { type, verb, data, title } = card as Json;
  const own =
    type === 'Action.Execute' ? [{ verb: String(verb), data: (data ?? {}) as Json, title: String(title) }] : [];
  const below = Object.entries(card).filter(([key]) => !['fallback', 'refresh', 'data'].includes(key));
  return [...own, ...below.flatMap(([, value]) => actionsOf(value))];
}

/** A client of the playground at this address. */
export function createPlaygroundClient(url: string): PlaygroundClient {
  const views = new Map<string, { card: Json; revision: number }>();
  const revisionOf = (message: Message): number => message.editedAt ?? message.sentAt;
  const viewKey = (as: string, message: Message): string => `${as}/${message.conversation}/${message.id}`;

  function viewOf(as: string, message: Message): Json | undefined {
    const own = views.get(viewKey(as, message));
    return own && own.revision === revisionOf(message) ? own.card : message.card;
  }

  async function post<T>(path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json', 'x-gavel-playground': '1' };
    const response = await fetch(new URL(path, url), { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as T & { error?: { message: string } };
    if (!response.ok) throw new Error(answer.error?.message ?? `The playground answered ${response.status}`);
    return answer;
  }

  async function messages(as: string, conversation: string): Promise<SeenMessage[]> {
    const address = new URL('/api/messages', url);
    address.search = new URLSearchParams({ as, conversation }).toString();
    const response = await fetch(address);
    if (!response.ok) throw new Error(`The playground answered ${response.status}`);
    return ((await response.json()) as Message[]).map((message) => ({ ...message, view: viewOf(as, message) }));
  }

  /** On a machine that is so slow that the answer is promised for later, it's clicked again: the same click joins the one in work. */
  async function act(as: string, message: Message, verb: string, data: Json): Promise<ClickAnswer> {
    const { conversation, id: activityId } = message;
    const action = { type: 'Action.Execute', verb, data };
    for (;;) {
      const answer = await post<ClickAnswer>('/api/click', { as, conversation, activityId, action });
      if (answer.kind === 'message' && answer.text.startsWith('Still working on it')) continue;
      remember(as, message, answer);
      return answer;
    }
  }

  function remember(as: string, message: Message, answer: ClickAnswer): void {
    if (answer.kind === 'card')
      views.set(viewKey(as, message), { card: answer.card as Json, revision: revisionOf(message) });
  }

  return {
    messages,
    forge: act,
    async say(as, conversation, text, options = {}) {
      const { message, delivered } = await post<{ message: Message; delivered: boolean }>('/api/say', {
        as,
        conversation,
        text,
        ...options,
      });
      if (!delivered) throw new Error('Gavel did not take the message');
      return message;
    },
    async click(as, message, verb, inputs = {}) {
      const seen = viewOf(as, message);
      const action = actionsOf(seen).find((each) => each.verb === verb);
      if (!action)
        throw new Error(
          `${as} sees no button ${verb}, but ${
            actionsOf(seen)
              .map((each) => each.verb)
              .join(', ') || 'none'
          }`,
        );
      return act(as, message, verb, { ...action.data, ...inputs });
    },
    async refresh(as, message) {
      const { conversation, id: activityId } = message;
      const answer = await post<ClickAnswer>('/api/refresh', { as, conversation, activityId });
      remember(as, message, answer);
      return answer;
    },
    async waitFor(as, conversation, fits, withinMs = patienceMs) {
      for (const until = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, askEveryMs))) {
        const all = await messages(as, conversation);
        const found = all.findLast(fits);
        if (found) return found;
        if (Date.now() > until)
          throw new Error(`Nothing fits among: ${all.map((each) => each.summary || each.text).join(' | ')}`);
      }
    },
    async install(as, conversation, options = {}) {
      await post('/api/install', { as, conversation, ...options });
    },
    async faults(orders) {
      await post('/api/faults', orders);
    },
  };
}
