import { tell } from './api.js';
import { openDialog } from './dialog.js';
import { announce } from './dom.js';
import { rememberFocus } from './focus.js';
import { me, state, viewOf } from './state.js';

/** Clicks and refreshes of cards, and what their answers do to this person's view. */

let redraw = () => undefined;

/** How a message is drawn anew; told once by the conversation. */
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

/** A person pressed a button of this message's card. */
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
  // An edit that arrived meanwhile is newer than the answer only when it is not the click's own doing; the answer is this person's.
  if (answer.kind === 'card') {
    view.card = answer.card;
    view.refreshedAt = Date.now();
  }
  if (answer.kind === 'message' || answer.kind === 'error') view.note = answer;
  redraw(now, answer.kind === 'card' ? 'card' : 'idle');
  if (answer.kind === 'card') announce(answer.card.fallbackText ?? 'The card has changed.');
  if (answer.kind === 'dialog') showDialog(now, answer, returnFocus);
}

/** This window among all of this person. */
const client = window.crypto.randomUUID();

/** What the client of a listed person does by itself: for each revision, and on looking again after a minute. */
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
  // Newer than this answer: an edit, or a click of this person.
  if (answer.kind !== 'card' || viewOf(now) !== view || view.card !== before || view.sending) return;
  view.card = answer.card;
  // Nobody asked for it, so what was chosen meanwhile stays chosen.
  redraw(now, 'refreshed');
}

/** The bot's dialog, about this message. Afterwards the keyboard is where it was. */
function showDialog(message, answer, returnFocus) {
  const order = (action) => tellOfClick(currentOf(message), action);
  openDialog(answer, order, (isDone) => {
    if (isDone) announce('Done.');
    const article = articleOf(message);
    if (article && !returnFocus?.(article)) (article.querySelector('.card') ?? article).focus({ preventScroll: true });
  });
}
