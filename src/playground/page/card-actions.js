import { tell } from './api.js';
import { openDialog } from './dialog.js';
import { announce } from './dom.js';
import { rememberFocus } from './focus.js';
import { me, state, viewOf } from './state.js';

/** Clicks and refreshes of cards, and how their answers change this person's view. */

let redraw = () => undefined;

/** How a message is redrawn; set once by the conversation. */
export function onViewChange(listener) {
  redraw = listener;
}

export const addressed = (message) => ({ as: state.as, conversation: message.conversation, activityId: message.id });
const articleOf = ({ id }) => document.querySelector(`#log [data-message-id="${id}"]`);
const currentOf = (message) => state.messages.get(message.conversation)?.get(message.id) ?? message;

async function tellOfClick(message, action) {
  try {
    return await tell('/api/click', { ...addressed(message), action });
  } catch (error) {
    return { kind: 'error', text: error.message };
  }
}

/** A person clicked a button on this message's card. */
export async function click(message, action) {
  const before = viewOf(currentOf(message));
  if (before.sending) return;
  const pressed = articleOf(message);
  const returnFocus = pressed && rememberFocus(pressed);
  before.sending = true;
  before.note = undefined;
  redraw(message, 'sending');
  const answer = await tellOfClick(message, action);
  const now = currentOf(message);
  const view = viewOf(now);
  view.sending = false;
  // An edit that arrived in the meantime is newer than the answer, unless the click itself caused it; the answer is only for this person.
  if (answer.kind === 'card') {
    view.card = answer.card;
    view.refreshedAt = Date.now();
  }
  if (answer.kind === 'message' || answer.kind === 'error') view.note = answer;
  redraw(now, answer.kind === 'card' ? 'card' : 'idle');
  if (answer.kind === 'card') announce(answer.card.fallbackText ?? 'The card has changed.');
  if (answer.kind === 'dialog') showDialog(now, answer, returnFocus);
}

/** Distinguishes this window from the person's other ones. */
const client = window.crypto.randomUUID();

/** What the client of a listed person does automatically: for each revision, and when the message is shown again after a minute. */
export async function refresh(message) {
  const wanted = message.card?.refresh;
  if (!wanted || message.deleted) return;
  if (wanted.userIds !== undefined && !wanted.userIds.includes(me().id)) return;
  const view = viewOf(message);
  if (view.refreshedAt > Date.now() - state.world.refreshEveryMs) return;
  const before = view.card;
  view.refreshedAt = Date.now();
  const answer = await tell('/api/refresh', { ...addressed(message), client }).catch(() => ({ kind: 'nothing' }));
  const now = currentOf(message);
  // Something newer than this answer: an edit, or a click by this person.
  if (answer.kind !== 'card' || viewOf(now) !== view || view.card !== before || view.sending) return;
  view.card = answer.card;
  // Nobody requested this refresh, so choices made in the meantime stay.
  redraw(now, 'refreshed');
}

/** The bot's dialog about this message. Afterward, the focus returns to where it was. */
function showDialog(message, answer, returnFocus) {
  const order = (action) => tellOfClick(currentOf(message), action);
  openDialog(answer, order, (isDone) => {
    if (isDone) announce('Done.');
    const article = articleOf(message);
    if (article && !returnFocus?.(article)) (article.querySelector('.card') ?? article).focus({ preventScroll: true });
  });
}
