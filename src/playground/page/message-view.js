import { tell } from './api.js';
import { addressed, click } from './card-actions.js';
import { drawCard, setSending } from './card-view.js';
import { avatar, el, icon } from './dom.js';
import { editButton, likeButton } from './message-edit.js';
import { me, viewOf } from './state.js';
import { messageHtml, timeWords } from './words.js';

/** One message: author, time, text, card, and the result of this person's last click. */

function wordsOf(message) {
  const words = el('div', { class: 'words' });
  words.innerHTML = messageHtml(message, me().id);
  return words;
}

function noteOf({ sending, note }) {
  if (sending) return el('p', { class: 'note sending', role: 'status' }, 'Sending…');
  if (!note) return undefined;
  const isError = note.kind === 'error';
  return el('p', { class: `note ${note.kind}`, role: isError ? 'alert' : 'status' }, note.text);
}

function contentOf(message, words) {
  if (message.deleted) return [el('p', { class: 'gone' }, 'This message has been deleted')];
  const view = viewOf(message);
  if (message.file) return [words, drawFile(message)];
  const json = view.card ?? message.card;
  const card = json && drawCard(json, (action) => click(message, action));
  if (card && view.sending) setSending(card, true);
  return [words, card, json ? noteOf(view) : undefined];
}

/** An offered file with both answers, or a saved one with its link. */
function drawFile(message) {
  const { file } = message;
  if (file.kind === 'saved')
    return el('p', { class: 'file' }, el('a', { href: file.url, download: file.name }, `Open ${file.name}`));
  const answer = (accepts) => async (event) => {
    for (const button of event.target.parentElement.querySelectorAll('button')) button.disabled = true;
    const { as, conversation, activityId } = addressed(message);
    await tell('/api/consent', { as, conversation, activityId, accepts });
  };
  return el(
    'div',
    { class: 'file', role: 'group', 'aria-label': `The file ${file.name}` },
    el('strong', {}, file.name),
    el('span', {}, `${file.description}, ${Math.max(1, Math.round(file.sizeInBytes / 1024))} KB`),
    el('button', { type: 'button', class: 'accept', onclick: answer(true) }, 'Accept'),
    el('button', { type: 'button', class: 'decline', onclick: answer(false) }, 'Decline'),
  );
}

/** Requests this person's view of the card, like "Refresh card" in Teams. */
function updateButton(message) {
  const { verb, data } = (viewOf(message).card ?? message.card)?.refresh?.action ?? {};
  if (!verb || message.deleted) return undefined;
  return el(
    'button',
    {
      type: 'button',
      class: 'bare update',
      'aria-label': 'Update this card',
      title: 'Update this card',
      onclick: () => click(message, { type: 'Action.Execute', verb, data }),
    },
    icon('restart'),
  );
}

/** The element of a message; redrawn whenever anything in it changes. */
export function drawMessage(message) {
  const { from, sentAt, editedAt, deleted } = message;
  const mine = from.id === me().id;
  const words = message.text && !deleted ? wordsOf(message) : undefined;
  const mentionsMe = message.mentions.some((mention) => mention.id === me().id);
  return el(
    'article',
    {
      class: `message${mine ? ' mine' : ''}${from.isBot ? ' from-bot' : ''}${mentionsMe ? ' mentions-me' : ''}`,
      'data-message-id': message.id,
      'data-testid': 'message',
      'aria-label': `${from.name}, ${timeWords(sentAt)}`,
    },
    avatar(from, from.isBot),
    el(
      'div',
      { class: 'body' },
      el(
        'div',
        { class: 'head' },
        el('span', { class: 'name' }, from.name),
        from.isBot && el('span', { class: 'app' }, 'App'),
        el('time', { datetime: new Date(sentAt).toISOString() }, timeWords(sentAt)),
        message.onlyFor && el('span', { class: 'edited only-you' }, 'Only you can see this'),
        editedAt && !deleted && el('span', { class: 'edited', title: timeWords(editedAt) }, 'Edited'),
        el(
          'span',
          { class: 'tools' },
          updateButton(message),
          words && editButton(message, words),
          !message.onlyFor && likeButton(message),
        ),
      ),
      ...contentOf(message, words),
    ),
  );
}
