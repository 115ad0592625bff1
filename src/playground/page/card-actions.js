import { tell } from './api.js';
import { drawCard, setSending } from './card-view.js';
import { announce, el, icon } from './dom.js';
import { me, state, viewOf } from './state.js';

/** Clicks and refreshes of cards, and what their answers do to this person's view. */

let redraw = () => undefined;

/** How a message is drawn anew; told once by the conversation. */
export function onViewChange(listener) {
  redraw = listener;
}

const addressed = (message) => ({ as: state.as, conversation: message.conversation, activityId: message.id });
const currentOf = (message) => state.messages.get(message.conversation)?.get(message.id) ?? message;

async function order(message, action) {
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
  before.sending = true;
  before.note = undefined;
  redraw(message, 'sending');
  const answer = await order(message, action);
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
  if (answer.kind === 'form') openForm(now, answer);
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

/** A form of the bot over the page; its button sends the answers back. */
function openForm(message, { title, card }) {
  const dialog = el('dialog', { class: 'form', 'aria-label': title });
  const place = el('div', { class: 'form-card' });
  const note = el('p', { class: 'note', role: 'alert', hidden: true });
  const close = () => dialog.remove();
  dialog.addEventListener('close', close);
  const draw = (json) =>
    place.replaceChildren(
      drawCard(json, async (action) => {
        const host = place.firstElementChild;
        setSending(host, true);
        const answer = await order(message, { type: 'task/submit', data: action.data });
        setSending(host, false);
        if (answer.kind === 'form') return draw(answer.card);
        if (answer.kind === 'error') {
          note.textContent = answer.text;
          note.hidden = false;
          return;
        }
        close();
        if (answer.kind !== 'message') return;
        viewOf(currentOf(message)).note = answer;
        redraw(currentOf(message), 'idle');
      }),
    );
  draw(card);
  dialog.append(
    el(
      'div',
      { class: 'form-head' },
      el('h2', {}, title),
      el('button', { type: 'button', class: 'bare', 'aria-label': 'Close', onclick: close }, icon('close')),
    ),
    place,
    note,
  );
  document.body.append(dialog);
  dialog.showModal();
}
