import { tell } from './api.js';
import { announce, el, icon } from './dom.js';
import { me, state } from './state.js';

/** Editing one's own message, and a thumbs-up on any: Teams tells the bot about both. */

const addressed = (message) => ({ as: state.as, conversation: message.conversation, activityId: message.id });
const say = (error) => announce(error.message);

/** The text becomes a text box; Enter saves, Escape discards. */
function openEdit(message, words) {
  const field = el('textarea', { rows: 1, maxlength: 8000, 'aria-label': 'Edit your message', spellcheck: 'false' });
  field.value = message.text.replace(/^@Gavel\s+/, '');
  const close = () => form.replaceWith(words);
  const save = async () => {
    if (field.value.trim() === '') return;
    await tell('/api/edit', { ...addressed(message), text: field.value }).catch(say);
    if (form.isConnected) close();
  };
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.shiftKey) return;
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void save();
  });
  const button = (title, kind, onclick) => el('button', { type: 'button', class: `button${kind}`, onclick }, title);
  const buttons = el('div', { class: 'edit-buttons' }, button('Cancel', '', close), button('Save', ' primary', save));
  const form = el('div', { class: 'edit-form' }, field, buttons);
  words.replaceWith(form);
  field.focus();
}

export function editButton(message, words) {
  if (message.from.id !== me().id || message.deleted) return undefined;
  return el(
    'button',
    {
      type: 'button',
      class: 'bare change',
      'aria-label': 'Edit this message',
      title: 'Edit this message',
      onclick: () => openEdit(message, words),
    },
    icon('edit'),
  );
}

export function likeButton(message) {
  if (message.deleted) return undefined;
  const likedBy = message.likedBy ?? [];
  const mine = likedBy.includes(me().id);
  return el(
    'button',
    {
      type: 'button',
      class: `bare like${likedBy.length > 0 ? ' given' : ''}`,
      'aria-pressed': String(mine),
      'aria-label': `Like, ${likedBy.length}`,
      title: mine ? 'Unlike' : 'Like',
      onclick: () => tell('/api/react', { ...addressed(message), remove: mine }).catch(say),
    },
    icon('like'),
    likedBy.length > 0 && String(likedBy.length),
  );
}
