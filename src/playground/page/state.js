const defaultPerson = 'dana';
const lastReadKey = (as, conversation) => `gavel.read.${as}.${conversation}`;

/** The state of this window. Cards only for this person are in `views` and are lost on reload, as in Teams. */
export const state = {
  as: new URL(location.href).searchParams.get('as') ?? defaultPerson,
  open: new URL(location.href).searchParams.get('in') ?? '',
  world: undefined,
  /** Conversation id to message id to message. */
  messages: new Map(),
  /** Message key to what only this person sees of it. */
  views: new Map(),
  /** On a narrow screen, only one pane is visible. */
  showsList: !new URL(location.href).searchParams.has('in'),
};

export const me = () => state.world.people.find((each) => each.key === state.as);
export const conversationById = (id) => state.world.conversations.find((each) => each.id === id);
export const openConversation = () => conversationById(state.open);

/** Adds a stored or arriving message. */
export function remember(message) {
  const known = state.messages.get(message.conversation) ?? new Map();
  known.set(message.id, message);
  state.messages.set(message.conversation, known);
}

export function messagesOf(conversation) {
  return [...(state.messages.get(conversation)?.values() ?? [])].sort((a, b) => Number(a.id) - Number(b.id));
}

/** What only this person sees of a message; forgotten when the message is edited. */
export function viewOf(message) {
  const key = `${message.conversation}/${message.id}`;
  const revision = message.editedAt ?? message.sentAt;
  const before = state.views.get(key);
  if (before?.revision === revision) return before;
  const view = {
    revision,
    card: undefined,
    refreshedAt: 0,
    // A note gives the result of the last click, so it stays after the edit that the click caused.
    note: before?.note,
    sending: before?.sending ?? false,
  };
  state.views.set(key, view);
  return view;
}

/** The address of a person's view of a conversation. */
export function addressOf(as, conversation) {
  const url = new URL('/', location.origin);
  url.searchParams.set('as', as);
  if (conversation) url.searchParams.set('in', conversation);
  return url.pathname + url.search;
}

export function markRead(conversation) {
  const last = messagesOf(conversation).at(-1);
  if (last) localStorage.setItem(lastReadKey(state.as, conversation), last.id);
}

export function isUnread(conversation) {
  const last = messagesOf(conversation).findLast((each) => each.from.id !== me().id);
  return Number(last?.id ?? 0) > Number(localStorage.getItem(lastReadKey(state.as, conversation)) ?? 0);
}
