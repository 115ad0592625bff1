import { tell } from './api.js';
import { ask, byId, el, icon } from './dom.js';

/** Light or dark theme, wide or narrow cards, and clearing all messages. */

const root = document.documentElement;
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function apply() {
  root.dataset.theme = localStorage.getItem('gavel.theme') ?? (prefersDark.matches ? 'dark' : 'light');
  root.classList.toggle('narrow-cards', localStorage.getItem('gavel.narrow') === 'yes');
}

function toggle(key, name, words, isOn, change) {
  const button = el(
    'button',
    {
      type: 'button',
      class: 'rail-button',
      'aria-pressed': String(isOn()),
      onclick: () => {
        change();
        apply();
        button.setAttribute('aria-pressed', String(isOn()));
      },
    },
    icon(key),
    el('span', { 'aria-hidden': 'true' }, words),
    el('span', { class: 'hidden' }, name),
  );
  return button;
}

async function deleteMessages() {
  const agreed = await ask(
    'Delete all messages?',
    'This deletes the messages of the playground for everyone. Gavel keeps its deployments, permissions, and settings.',
    'Delete messages',
  );
  if (agreed) await tell('/api/reset', {});
}

export function showLook() {
  apply();
  prefersDark.addEventListener('change', apply);
  const isDark = () => root.dataset.theme === 'dark';
  const isNarrow = () => root.classList.contains('narrow-cards');
  byId('rail-buttons').replaceChildren(
    toggle('theme', 'Dark theme', 'Dark', isDark, () =>
      localStorage.setItem('gavel.theme', isDark() ? 'light' : 'dark'),
    ),
    toggle('narrow', 'Narrow cards', 'Narrow', isNarrow, () =>
      localStorage.setItem('gavel.narrow', isNarrow() ? 'no' : 'yes'),
    ),
    el(
      'button',
      { type: 'button', class: 'rail-button', onclick: () => void deleteMessages() },
      icon('remove'),
      el('span', {}, 'Clear'),
      el('span', { class: 'hidden' }, 'all messages'),
    ),
  );
}
