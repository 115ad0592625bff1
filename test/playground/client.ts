import type { MentionStyle } from '../../src/playground/activities';
import type { Message } from '../../src/playground/messages';
import type { ClickAnswer } from '../../src/playground/people';
import type { Duplication, Fault } from '../../src/playground/protocol/faults';
import { patienceMs } from '../patience';

/** A person's Teams for tests: drives the whole product through the playground's own API. */

type Json = Readonly<Record<string, unknown>>;

/** A message as one person sees it: `card` is that person's view. */
export interface SeenMessage extends Message {
  readonly view: Json | undefined;
}

/** A dialog that a button opened, as the person sees it. */
export interface OpenDialog {
  readonly title: string;
  readonly card: Json;
  /** Clicks the dialog's button with this verb; rejects if there is none. */
  press(verb: string, inputs?: Json): Promise<ClickAnswer>;
}

export interface PlaygroundClient {
  say(
    as: string,
    conversation: string,
    text: string,
    options?: { thread?: string; mention?: MentionStyle },
  ): Promise<Message>;
  /** Clicks the button with this verb in the person's current view; rejects if there is none. `inputs` answers what it asks first. */
  click(as: string, message: Message, verb: string, inputs?: Json): Promise<ClickAnswer>;
  /** Opens the dialog behind the button with this verb; rejects if there's no such button, and with Teams' error if there's no dialog. */
  open(as: string, message: Message, verb: string): Promise<OpenDialog>;
  /** Posts a card action that no card offered. */
  forge(as: string, message: Message, verb: string, data: Json): Promise<ClickAnswer>;
  /** Posts what a dialog's button would send, whether there's such a dialog or not. */
  forgeDialog(as: string, message: Message, name: 'task/fetch' | 'task/submit', data: unknown): Promise<ClickAnswer>;
  /** What the client of a listed person does automatically. */
  refresh(as: string, message: Message): Promise<ClickAnswer>;
  /** Accepts or declines an offered file. */
  consent(as: string, message: Message, accepts: boolean): Promise<ClickAnswer>;
  messages(as: string, conversation: string): Promise<SeenMessage[]>;
  /** How often Gavel has promised a later answer to a click, because the machine was too busy: each can be one more message. */
  promised(): number;
  /** Polls until a message matches; rejects with the last messages after `withinMs`. */
  waitFor(
    as: string,
    conversation: string,
    fits: (message: SeenMessage) => boolean,
    withinMs?: number,
  ): Promise<SeenMessage>;
  /** Adds the bot to a conversation, or removes it. */
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
    .join(' ')
    .replaceAll('\u2011', '-');
}

interface CardAction {
  readonly verb: string;
  readonly data: Json;
  readonly title: string;
  /** Whether it opens a dialog. */
  readonly asks: boolean;
}

/** Every button of a card or a dialog that the bot answers, also inside a `ShowCard`. */
export function actionsOf(card: unknown): CardAction[] {
  if (Array.isArray(card)) return card.flatMap(actionsOf);
  if (card === null || typeof card !== 'object') return [];
  const { type, verb, title } = card as Json;
  const data = ((card as Json)['data'] ?? {}) as Json;
  const isButton = type === 'Action.Execute' || type === 'Action.Submit';
  const asks = (data['msteams'] as Json | undefined)?.['type'] === 'task/fetch';
  const own = isButton ? [{ verb: String(verb ?? data['verb']), data, title: String(title), asks }] : [];
  const below = Object.entries(card).filter(([key]) => !['fallback', 'refresh', 'data'].includes(key));
  return [...own, ...below.flatMap(([, value]) => actionsOf(value))];
}

/** A client of the playground at this address. */
export function createPlaygroundClient(url: string): PlaygroundClient {
  const views = new Map<string, { card: Json; revision: number }>();
  let promises = 0;
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
    if (!response.ok) throw new Error(answer.error?.message ?? `The playground returned ${response.status}`);
    return answer;
  }

  async function messages(as: string, conversation: string): Promise<SeenMessage[]> {
    const address = new URL('/api/messages', url);
    address.search = new URLSearchParams({ as, conversation }).toString();
    const response = await fetch(address);
    if (!response.ok) throw new Error(`The playground returned ${response.status}`);
    return ((await response.json()) as Message[]).map((message) => ({ ...message, view: viewOf(as, message) }));
  }

  /** If a slow machine promises a later answer, it's clicked again: the same click joins the one in progress. */
  async function send(as: string, message: Message, action: object): Promise<ClickAnswer> {
    const { conversation, id: activityId } = message;
    for (;;) {
      const answer = await post<ClickAnswer>('/api/click', { as, conversation, activityId, action });
      if (answer.kind === 'message' && answer.text.startsWith('Still working on it')) {
        promises += 1;
        continue;
      }
      remember(as, message, answer);
      return answer;
    }
  }
  const act = (as: string, message: Message, verb: string, data: Json): Promise<ClickAnswer> =>
    send(as, message, { type: 'Action.Execute', verb, data });

  function find(as: string, card: unknown, verb: string): CardAction {
    const offered = actionsOf(card);
    const found = offered.find((each) => each.verb === verb);
    if (found) return found;
    throw new Error(`${as} sees no button ${verb}, but ${offered.map((each) => each.verb).join(', ') || 'none'}`);
  }

  async function open(as: string, message: Message, { data }: CardAction): Promise<OpenDialog> {
    const answer = await send(as, message, { type: 'task/fetch', data });
    if (answer.kind !== 'dialog') throw new Error(`No dialog opened: ${JSON.stringify(answer).slice(0, 300)}`);
    const { title } = answer;
    const card = answer.card as Json;
    return {
      title,
      card,
      press: async (verb, inputs = {}) =>
        send(as, message, { type: 'task/submit', data: { ...find(as, card, verb).data, ...inputs } }),
    };
  }

  function remember(as: string, message: Message, answer: ClickAnswer): void {
    if (answer.kind === 'card')
      views.set(viewKey(as, message), { card: answer.card as Json, revision: revisionOf(message) });
  }

  return {
    messages,
    promised: () => promises,
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
      const action = find(as, viewOf(as, message), verb);
      if (!action.asks) return act(as, message, verb, { ...action.data, ...inputs });
      const dialog = await open(as, message, action);
      return dialog.press(verb, inputs);
    },
    open: async (as, message, verb) => open(as, message, find(as, viewOf(as, message), verb)),
    forgeDialog: (as, message, type, data) => send(as, message, { type, data }),
    async refresh(as, message) {
      const { conversation, id: activityId } = message;
      const answer = await post<ClickAnswer>('/api/refresh', { as, conversation, activityId });
      remember(as, message, answer);
      return answer;
    },
    consent: (as, { conversation, id: activityId }, accepts) =>
      post('/api/consent', { as, conversation, activityId, accepts }),
    async waitFor(as, conversation, fits, withinMs = patienceMs) {
      for (const until = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, askEveryMs))) {
        const all = await messages(as, conversation);
        const found = all.findLast(fits);
        if (found) return found;
        if (Date.now() > until)
          throw new Error(
            `Nothing fits among: ${all.map((each) => each.summary || each.text).join(' | ')}\nThe last card: ${wordsOf(all.findLast(({ card }) => card)?.card)}`,
          );
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
