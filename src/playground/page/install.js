import { tell } from './api.js';
import { announce, ask, el, icon } from './dom.js';
import { state } from './state.js';

/** Adding Gavel to a place and removing it, like the apps of a team in Teams. */

const isOfTeam = ({ type, membership }) => type === 'channel' && !membership;

/** The standard channels of a team share one installation. */
const sharesWith = (conversation) =>
  state.world.conversations.filter((each) => (isOfTeam(conversation) ? isOfTeam(each) : each === conversation));

async function toggle(conversation) {
  const chat = conversation.type === 'channel' ? `this ${conversation.membership} channel` : 'this chat';
  const place = isOfTeam(conversation) ? `the team ${state.world.team.name}` : chat;
  const remove = conversation.installed;
  const agreed =
    !remove ||
    (await ask(
      `Remove Gavel from ${place}?`,
      'Gavel can’t read or post here until someone adds it again.',
      'Remove Gavel',
    ));
  if (!agreed) return;
  const { installed } = await tell('/api/install', { as: state.as, conversation: conversation.id, remove });
  for (const each of sharesWith(conversation)) each.installed = installed;
  announce(installed ? `Gavel was added to ${place}.` : `Gavel was removed from ${place}.`);
}

const kinds = new Map([
  ['channel', 'channel'],
  ['groupChat', 'group chat'],
  ['personal', 'chat'],
]);

/** A button that adds Gavel where it isn't yet, and otherwise removes it. */
export function installButton(conversation, onChange) {
  const onclick = () => toggle(conversation).then(onChange, (error) => announce(error.message));
  if (!conversation.installed)
    return el(
      'button',
      { type: 'button', class: 'button primary', onclick },
      `Add Gavel to this ${kinds.get(conversation.type)}`,
    );
  const name = 'Remove Gavel from here';
  return el(
    'button',
    { type: 'button', class: 'bare install', 'aria-label': name, title: name, onclick },
    icon('remove'),
  );
}
