import { avatar, byId, el, icon } from './dom.js';
import { addressOf, isUnread, me, state } from './state.js';

/** The list of places, and the person of this window. */

const titles = new Map([
  ['channel', 'Channels'],
  ['groupChat', 'Chats'],
  ['personal', 'Chats'],
]);

function signOf({ type, membership }) {
  if (membership) return icon(membership === 'private' ? 'lock' : 'shared');
  return type === 'channel' ? '#' : 'R';
}

function link(conversation, onOpen) {
  const isOpen = conversation.id === state.open;
  const unread = !isOpen && isUnread(conversation.id);
  return el(
    'li',
    {},
    el(
      'a',
      {
        href: addressOf(state.as, conversation.id),
        class: `place-link${unread ? ' unread' : ''}`,
        title: conversation.membership && `${conversation.name}, ${conversation.membership} channel`,
        'aria-current': isOpen ? 'page' : undefined,
        'aria-describedby': unread ? 'unread-note' : undefined,
        onclick: (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onOpen(conversation.id);
        },
      },
      conversation.type === 'personal'
        ? avatar(state.world.bot, true)
        : el('span', { class: `sign ${conversation.type}`, 'aria-hidden': 'true' }, signOf(conversation)),
      el('span', { class: 'place-name' }, conversation.name),
      unread && el('span', { class: 'dot', 'aria-hidden': 'true' }),
    ),
  );
}

/** The same place for another person; their own chat if this one is private. */
function placeFor(key) {
  if (state.open.startsWith('a:')) return `a:${key}`;
  return state.open;
}

function personSwitch() {
  const select = el(
    'select',
    {
      id: 'you-are',
      onchange: () => location.assign(addressOf(select.value, placeFor(select.value))),
    },
    ...state.world.people.map((each) =>
      el('option', { value: each.key, selected: each.key === state.as }, `${each.name}`),
    ),
  );
  const people = state.world.people;
  const next = people.at((people.indexOf(me()) + 1) % people.length);
  return el(
    'div',
    { class: 'who' },
    avatar(me()),
    el(
      'div',
      { class: 'who-words' },
      el('label', { for: 'you-are' }, 'You are'),
      select,
      el('span', { class: 'who-title' }, me().title),
    ),
    el(
      'a',
      {
        class: 'other',
        href: addressOf(next.key, placeFor(next.key)),
        target: '_blank',
        rel: 'noopener',
        title: `A second window as ${next.name}`,
      },
      icon('window'),
      'Open as another person',
    ),
  );
}

export function showPlaces(onOpen) {
  const groups = new Map();
  for (const conversation of state.world.conversations) {
    const title = titles.get(conversation.type);
    groups.set(title, [...(groups.get(title) ?? []), conversation]);
  }
  const team = el(
    'p',
    { class: 'team' },
    el('span', { class: 'team-sign', 'aria-hidden': 'true' }, state.world.team.name[0]),
    state.world.team.name,
  );
  byId('places').replaceChildren(
    personSwitch(),
    ...[...groups].map(([title, list]) =>
      el(
        'section',
        { 'aria-label': title },
        title === 'Channels' ? team : el('p', { class: 'group' }, title),
        el('ul', {}, ...list.map((each) => link(each, onOpen))),
      ),
    ),
  );
}
