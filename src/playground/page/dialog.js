import { drawCard, setSending } from './card-view.js';
import { announce, el, icon } from './dom.js';

/** A dialog of the bot over the page, as Teams shows it. The browser traps the focus and closes it on Escape. */

const titleId = 'dialog-title';
const field = 'input:not([disabled]), textarea, select';
const button = 'button, .ac-selectable';

/**
 * Opens the dialog that answered a click. `order` sends a click in it and returns the bot's answer; `closed` is called once, with whether the
 * dialog's own button closed it.
 */
export function openDialog(first, order, closed) {
  const title = el('h2', { id: titleId });
  const place = el('div', { class: 'task-card' });
  const note = el('p', { class: 'note error', role: 'alert', hidden: true });
  const close = el(
    'button',
    { type: 'button', class: 'bare', 'aria-label': 'Close', onclick: () => end(false) },
    icon('close'),
  );
  const dialog = el(
    'dialog',
    { class: 'task', 'aria-labelledby': titleId },
    el('div', { class: 'task-head' }, title, close),
    place,
    note,
  );
  let isDone = false;

  function end(done) {
    isDone = done;
    dialog.close();
  }
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed(isDone);
  });

  function showCard(answer) {
    title.textContent = answer.title;
    dialog.style.setProperty('--dialog-width', `${answer.width}px`);
    place.replaceChildren(drawCard(answer.card, click));
    (place.querySelector(field) ?? place.querySelector(button) ?? close).focus();
  }

  /** A sentence replaces the card. */
  function showMessage(text) {
    const words = el('p', { class: 'task-message', role: 'status' }, text);
    const leave = el('button', { type: 'button', class: 'button primary', onclick: () => end(true) }, 'Close');
    place.replaceChildren(words, el('div', { class: 'dialog-buttons' }, leave));
    leave.focus();
    announce(text);
  }

  async function click({ data }) {
    const card = place.firstElementChild;
    if (card.hasAttribute('aria-busy')) return;
    note.hidden = true;
    const focused = document.activeElement;
    setSending(card, true);
    const answer = await order({ type: 'task/submit', data });
    if (!dialog.isConnected) return;
    setSending(card, false);
    if (answer.kind === 'dialog') showCard(answer);
    else if (answer.kind === 'message') showMessage(answer.text);
    else if (answer.kind === 'nothing') end(true);
    else {
      note.textContent = answer.text;
      note.hidden = false;
      focused.focus();
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  showCard(first);
}
