import { ask, tell } from './api.js';
import { attachCompletions, commandIn } from './completions.js';
import { el, icon } from './dom.js';
import { openConversation, state } from './state.js';

/** The box for writing: Enter sends, Shift+Enter starts a new line. */

let known;
/** The commands, loaded once. */
const commands = () => (known ??= ask('/api/completions').catch(() => []));

export function createComposer({ id, label, send, thread, onLeave }) {
  const conversation = openConversation();
  const personal = conversation.type === 'personal';
  const field = el('textarea', {
    id: id ?? `compose-${thread()}`,
    rows: 1,
    maxlength: 8000,
    'aria-label': label,
    placeholder: personal
      ? 'Type a command, such as deploy'
      : thread()
        ? 'Reply'
        : 'Type a command for Gavel, such as deploy',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const note = el('p', { class: 'note error', role: 'alert', hidden: true });
  const hint = el('p', { class: 'hint' });
  const mention = el(
    'button',
    {
      type: 'button',
      class: 'chip',
      'aria-pressed': 'true',
      'aria-label': 'Mention Gavel',
      title: 'Gavel reads only messages that mention it',
      onclick: () => {
        mention.setAttribute('aria-pressed', String(!isMentioned()));
        void foretell();
      },
    },
    '@Gavel',
  );

  const isMentioned = () => mention.getAttribute('aria-pressed') === 'true';

  /** What sending will do. */
  async function foretell() {
    const text = field.value.trim();
    if (text === '') return void (hint.textContent = '');
    if (!personal && !isMentioned()) return void (hint.textContent = 'Gavel won’t read this: it isn’t mentioned.');
    const command = commandIn(await commands(), text);
    if (field.value.trim() !== text) return;
    hint.replaceChildren(
      ...(command ? [el('b', {}, command.command), ` ${command.summary}. `] : []),
      'Press Enter to send.',
    );
  }
  function fit() {
    void foretell();
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
  }
  function say(text) {
    note.textContent = text;
    note.hidden = text === '';
  }

  async function post(text = field.value.trim()) {
    if (text === '') return;
    const mentioned = !personal && isMentioned();
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
      if (!delivered) say('Gavel isn’t responding. Is it running?');
    } catch (error) {
      if (field.value === '') field.value = text;
      fit();
      say(error.message);
    }
  }

  let width = 0;
  // On a narrow page even the placeholder needs two lines, and a field has a width only once it's on the page.
  new window.ResizeObserver(() => {
    if (field.clientWidth === width) return;
    width = field.clientWidth;
    fit();
  }).observe(field);

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
    hint,
  );
  return {
    element,
    focus: () => field.focus(),
    send: post,
  };
}
