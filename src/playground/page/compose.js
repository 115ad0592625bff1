import { ask, tell } from './api.js';
import { attachCompletions } from './completions.js';
import { announce, el, icon } from './dom.js';
import { openConversation, state } from './state.js';

/** The box in which a person writes: Enter sends, Shift and Enter begins a line. */

let known;
/** What can be said, asked once. */
const commands = () => (known ??= ask('/api/completions').catch(() => []));

export function createComposer({ id, label, send, thread, onLeave }) {
  const conversation = openConversation();
  const personal = conversation.type === 'personal';
  const field = el('textarea', {
    id: id ?? `compose-${thread()}`,
    rows: 1,
    maxlength: 8000,
    'aria-label': label,
    placeholder: personal ? 'Type a message, deploy to begin' : thread() ? 'Reply' : 'Ask Gavel, deploy to begin',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const note = el('p', { class: 'note error', role: 'alert', hidden: true });
  const mention = el(
    'button',
    {
      type: 'button',
      class: 'chip',
      'aria-pressed': 'true',
      'aria-label': 'Mention Gavel',
      title: 'Gavel hears only what mentions it',
      onclick: () => mention.setAttribute('aria-pressed', String(mention.getAttribute('aria-pressed') !== 'true')),
    },
    '@Gavel',
  );

  function fit() {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
  }
  function say(text) {
    note.textContent = text;
    note.hidden = text === '';
  }

  async function post() {
    const text = field.value.trim();
    if (text === '') return;
    const mentioned = !personal && mention.getAttribute('aria-pressed') === 'true';
    const words = mentioned ? text.replace(/^@gavel[\s,:]*/i, '') || 'hello' : text;
    field.value = '';
    fit();
    say('');
    completions.close();
    try {
      const { delivered } = await tell('/api/say', {
        as: state.as,
        conversation: conversation.id,
        thread: thread(),
        text: words,
        mention: mentioned ? 'normal' : 'none',
      });
      if (!delivered) say('Gavel could not be reached. Is it running?');
    } catch (error) {
      if (field.value === '') field.value = text;
      fit();
      say(error.message);
    }
  }

  const completions = attachCompletions(field, commands, fit);
  field.addEventListener('input', fit);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === 'Escape' && onLeave && field.value === '') return onLeave();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void post();
  });

  const element = el(
    'div',
    { class: 'composer' },
    completions.element,
    note,
    el(
      'div',
      { class: 'composer-box' },
      !personal && mention,
      field,
      el(
        'button',
        { type: 'button', class: 'bare send', 'aria-label': send, title: send, onclick: () => void post() },
        icon('send'),
      ),
    ),
  );
  return {
    element,
    focus: () => field.focus(),
    /** What was said of the last line does not hold any more. */
    clear: () => say(''),
    put(text) {
      field.value = text;
      fit();
      field.focus();
      announce(`${text} is written. Press Enter to send it.`);
    },
  };
}
