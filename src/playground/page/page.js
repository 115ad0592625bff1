import { ask } from './api.js';
import { scrollToEnd, showChange, showConversation } from './conversation.js';
import { announce, byId, el } from './dom.js';
import { showLook } from './look.js';
import { showPlaces } from './places.js';
import { addressOf, conversationById, markRead, me, openConversation, remember, state } from './state.js';

const typingMs = 5_000;
let typingTimer;
let waiting;

async function loadMessages() {
  const each = state.world.conversations.map(({ id }) => ask('/api/messages', { as: state.as, conversation: id }));
  waiting = [];
  const lists = await Promise.all(each);
  state.messages.clear();
  for (const list of lists) list.forEach(remember);
  // Messages that arrived while the stored ones were loading are newer.
  for (const { message } of waiting) remember(message);
  waiting = undefined;
}

function stopTyping() {
  clearTimeout(typingTimer);
  byId('typing').hidden = true;
}

function backToList() {
  state.showsList = true;
  document.body.classList.add('shows-list');
  byId('places').querySelector('[aria-current=page]')?.focus();
}

function show() {
  stopTyping();
  document.body.classList.toggle('shows-list', state.showsList);
  document.title = `${openConversation().name} · ${me().name} · Gavel playground`;
  markRead(state.open);
  showPlaces(open);
  showConversation(backToList);
}

function open(id) {
  state.open = id;
  state.showsList = false;
  history.pushState({}, '', addressOf(state.as, id));
  show();
  byId('compose-text').focus();
}

function take({ message }) {
  if (waiting) return void waiting.push({ message });
  const isNew = !state.messages.get(message.conversation)?.has(message.id);
  remember(message);
  const mine = message.from.id === me().id;
  if (message.conversation === state.open) {
    if (message.from.isBot) stopTyping();
    showChange(message);
    markRead(state.open);
  } else showPlaces(open);
  if (isNew && !mine) announce(`${message.from.name}: ${message.summary || message.text.replaceAll(/<\/?at>/g, '')}`);
}

function listen() {
  const stream = new EventSource(`/api/events?as=${encodeURIComponent(state.as)}`);
  stream.addEventListener('message', (event) => take(JSON.parse(event.data)));
  stream.addEventListener('typing', (event) => {
    if (JSON.parse(event.data).conversation !== state.open) return;
    byId('typing').hidden = false;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(stopTyping, typingMs);
  });
  stream.addEventListener('reset', () => {
    state.messages.clear();
    state.views.clear();
    show();
  });
  stream.addEventListener('error', () => {
    byId('offline').hidden = false;
    // A browser gives up for good after an answer that isn't a stream.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3_000);
  });
  stream.addEventListener('open', async () => {
    byId('offline').hidden = true;
    await loadMessages();
    const written = byId('compose-text')?.value ?? '';
    show();
    byId('compose-text').value = written;
  });
}

async function start() {
  showLook();
  state.world = await ask('/api/world', { as: state.as });
  if (!me()) return location.replace(addressOf('dana', ''));
  if (!conversationById(state.open)) state.open = state.world.conversations[0].id;
  history.replaceState({}, '', addressOf(state.as, state.open));
  listen();
  window.addEventListener('popstate', () => {
    state.open = new URL(location.href).searchParams.get('in') ?? state.open;
    show();
  });
  window.addEventListener('resize', scrollToEnd);
}

start().catch((error) => {
  document.body.prepend(
    el('p', { class: 'note error', role: 'alert' }, `The playground couldn’t start: ${error.message}`),
  );
});
