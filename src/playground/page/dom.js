import { state } from './state.js';

/** Creates an element: `on…` properties listen, `class`, `aria-…` and other names become attributes, children can be text. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

const paths = new Map(
  Object.entries({
    chat: 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z',
    theme: 'M12 3a9 9 0 1 0 0 18Zm0 0a9 9 0 0 1 0 18',
    narrow: 'M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm3 15h2',
    restart: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v5h5',
    window: 'M14 4h6v6M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4',
    send: 'M4 4.5 21 12 4 19.5 6.5 12ZM6.5 12H14',
    reply: 'M10 6 4 12l6 6M4 12h10a6 6 0 0 1 6 6',
    back: 'M15 5l-7 7 7 7',
    close: 'M6 6l12 12M18 6 6 18',
    like: 'M7 11v9H4v-9Zm0 0 4-7a2 2 0 0 1 3 2l-1 4h5.6a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7',
    edit: 'M4 20h4L19 9l-4-4L4 16Zm9-13 4 4',
    lock: 'M8 11V8a4 4 0 0 1 8 0v3M6 11h12v9H6Z',
    shared: 'M9 8a4 4 0 1 0 0 8h2M15 16a4 4 0 1 0 0-8h-2M8 12h8',
    add: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 8v8M8 12h8',
    remove: 'M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3',
  }),
);

/** A decorative icon; the control next to it has the name. */
export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const path = document.createElementNS(space, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', paths.get(name));
  svg.append(path);
  return svg;
}

const initialsOf = (name) =>
  name
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2);

/** Two letters that nobody else here has: the initials, or the beginning of the name if two people share them. */
function lettersOf({ name }) {
  const isShared = state.world.people.some((each) => each.name !== name && initialsOf(each.name) === initialsOf(name));
  return isShared ? name.slice(0, 2) : initialsOf(name);
}

/** The picture of a person or the bot: letters on their color. */
export function avatar(from, isBot = false) {
  if (isBot) return el('img', { class: 'avatar bot', src: '/icon.svg', alt: '' });
  const key = from.id.replace('29:', '');
  return el('span', { class: `avatar person-${key}`, 'aria-hidden': 'true' }, lettersOf(from));
}

/** Announces one sentence to assistive technology. */
export function announce(text) {
  const line = el('p', {}, text);
  byId('announcer').append(line);
  setTimeout(() => line.remove(), 10_000);
}

/** A question in a dialog; resolves to whether the person agreed. */
export function ask(title, text, agree, keep = 'Cancel') {
  return new Promise((resolve) => {
    const dialog = el('dialog', { 'aria-labelledby': 'ask-title', class: 'ask' });
    const end = (answer) => {
      dialog.remove();
      resolve(answer);
    };
    dialog.addEventListener('close', () => end(false));
    dialog.append(
      el('h2', { id: 'ask-title' }, title),
      el('p', {}, text),
      el(
        'div',
        { class: 'dialog-buttons' },
        el('button', { type: 'button', class: 'button', onclick: () => end(false) }, keep),
        el('button', { type: 'button', class: 'button primary', onclick: () => end(true) }, agree),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
