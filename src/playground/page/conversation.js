import { onViewChange, refresh } from './card-actions.js';
import { carryOver } from './card-view.js';
import { createComposer } from './compose.js';
import { avatar, byId, el, icon } from './dom.js';
import { rememberFocus } from './focus.js';
import { installButton } from './install.js';
import { drawMessage } from './message-view.js';
import { whenReleased } from './press.js';
import { me, messagesOf, openConversation, state } from './state.js';

/** The open conversation: posts with their threads in a channel, a list of messages in a chat. */

const nearEndPx = 160;
const log = () => byId('log');
const articleOf = (id) => log().querySelector(`[data-message-id="${id}"]`);
const threadOf = (root) => log().querySelector(`[data-root="${root}"]`);
const isNearEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight < nearEndPx;

export function scrollToEnd() {
  log().scrollTop = log().scrollHeight;
}

function keepEnd(change) {
  const atEnd = isNearEnd();
  change();
  if (atEnd) scrollToEnd();
}

function emptyState(conversation, onInstall) {
  const where = conversation.type === 'personal' ? 'your chat with Gavel' : conversation.name;
  const picture = el('img', { src: '/icon.svg', alt: '', width: 56, height: 56 });
  const title = el('h3', {}, `This is ${where}`);
  if (!conversation.installed)
    return el(
      'div',
      { class: 'empty' },
      picture,
      title,
      el('p', {}, 'Gavel isn’t here yet.'),
      installButton(conversation, onInstall),
    );
  const first = (command, words) =>
    el(
      'button',
      { type: 'button', class: 'first', onclick: () => void mainComposer.send(command) },
      el('code', {}, command),
      el('span', {}, words),
    );
  return el(
    'div',
    { class: 'empty' },
    picture,
    title,
    el('p', {}, 'Click a command to run it, or type one below.'),
    el(
      'div',
      { class: 'firsts' },
      first('deploy', 'Deploy a release of a service'),
      first('health', 'See the health of every service'),
      first('help', 'See all commands'),
    ),
  );
}

function drawThread(root, replies) {
  const list = el('div', { class: 'replies' }, ...replies.map(drawMessage));
  const foot = el('div', { class: 'thread-foot' });
  const closed = () =>
    foot.replaceChildren(
      el('button', { type: 'button', class: 'reply', onclick: open }, avatar(me()), el('span', {}, 'Reply')),
    );
  function open() {
    const composer = createComposer({ label: 'Reply', send: 'Post', thread: () => root, onLeave: closed });
    foot.replaceChildren(composer.element);
    composer.focus();
  }
  closed();
  const first = state.messages.get(state.open)?.get(root);
  return el(
    'div',
    { class: 'thread', role: 'group', 'data-root': root, 'aria-label': 'Thread' },
    ...(first ? [drawMessage(first)] : []),
    list,
    foot,
  );
}

function drawHead(conversation, onBack) {
  const names = conversation.members.map((key) => state.world.people.find((each) => each.key === key));
  const about = new Map([
    [
      'channel',
      `${state.world.team.name} team${conversation.membership ? `, ${conversation.membership} channel` : ''}`,
    ],
    ['groupChat', names.map((each) => each.name.split(' ').at(0)).join(', ') + ' and Gavel'],
    ['personal', 'Only you and Gavel'],
  ]).get(conversation.type);
  byId('conversation-head').replaceChildren(
    el(
      'button',
      { type: 'button', class: 'bare back', 'aria-label': 'Back to the list', onclick: onBack },
      icon('back'),
    ),
    conversation.type === 'personal'
      ? avatar(state.world.bot, true)
      : el('span', { class: `avatar place ${conversation.type}`, 'aria-hidden': 'true' }, conversation.name[0]),
    el('div', { class: 'titles' }, el('h2', {}, conversation.name), el('p', {}, about)),
    el(
      'div',
      { class: 'faces', 'aria-hidden': 'true' },
      ...(conversation.type === 'personal' ? [] : names.map((each) => avatar(each))),
    ),
    // If nothing was said yet, the page itself offers to add Gavel.
    ...(conversation.installed || messagesOf(conversation.id).length > 0
      ? [installButton(conversation, () => showConversation(onBack))]
      : []),
  );
}

let mainComposer;

/** Draws the open conversation from scratch. */
export function showConversation(onBack) {
  const conversation = openConversation();
  const messages = messagesOf(conversation.id);
  drawHead(conversation, onBack);
  const inChannel = conversation.type === 'channel';
  log().className = conversation.type;
  mainComposer = createComposer({ id: 'compose-text', label: 'Message', send: 'Send', thread: () => undefined });
  byId('compose').replaceChildren(mainComposer.element);
  if (messages.length === 0) log().replaceChildren(emptyState(conversation, () => showConversation(onBack)));
  else if (inChannel) {
    const roots = [...new Set(messages.map((each) => each.root))];
    log().replaceChildren(
      ...roots.map((root) =>
        drawThread(
          root,
          messages.filter((each) => each.root === root && each.id !== root),
        ),
      ),
    );
  } else log().replaceChildren(...messages.map(drawMessage));
  scrollToEnd();
  for (const message of messages) void refresh(message);
}

function append(message) {
  log().querySelector('.empty')?.remove();
  if (openConversation().type !== 'channel') return log().append(drawMessage(message));
  const thread = threadOf(message.root);
  if (!thread) return log().append(drawThread(message.root, message.id === message.root ? [] : [message]));
  if (message.id === message.root) return thread.prepend(drawMessage(message));
  thread.querySelector('.replies').append(drawMessage(message));
}

/** Redraws a message in its place. */
function replace(message, why) {
  const before = message.conversation === state.open ? articleOf(message.id) : null;
  if (!before) return;
  const after = drawMessage(message);
  const restoreFocus = rememberFocus(before);
  const [cardBefore, cardAfter] = [before.querySelector('.card'), after.querySelector('.card')];
  before.replaceWith(after);
  if (cardBefore && cardAfter && why !== 'card') carryOver(cardBefore, cardAfter);
  if (restoreFocus && !restoreFocus(after)) (cardAfter ?? log()).focus({ preventScroll: true });
}

/** Shows a message that arrived, changed or was removed, in its place. */
export function showChange(message) {
  const before = articleOf(message.id);
  const mine = message.from.id === me().id;
  if (before) whenReleased(before, () => keepEnd(() => replace(message, 'edited')));
  else keepEnd(() => append(message));
  if (mine && !before) articleOf(message.id)?.scrollIntoView({ block: 'nearest' });
  void refresh(message);
}

onViewChange((message, why) => {
  const before = message.conversation === state.open ? articleOf(message.id) : null;
  if (before) whenReleased(before, () => keepEnd(() => replace(message, why)));
});
