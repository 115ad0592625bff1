import { el } from './dom.js';
import { hostConfig } from './host-config.js';
import { cardHtml } from './words.js';

/** Draws one Adaptive Card with Microsoft's renderer. */

const { AdaptiveCard, HostConfig, GlobalRegistry, ExecuteAction } = AdaptiveCards;

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardHtml(text);
  result.didProcess = true;
};
if (!GlobalRegistry.actions.findByName('Action.Execute'))
  GlobalRegistry.actions.register('Action.Execute', ExecuteAction);

function openLink(address) {
  const url = new URL(address, location.href);
  if (['http:', 'https:', 'mailto:'].includes(url.protocol)) window.open(url.href, '_blank', 'noopener,noreferrer');
}

/** What the click sends: the action's own data with the inputs that belong to it. */
function orderOf(action) {
  const type = action.getJsonTypeName();
  const data = typeof action.data === 'object' && action.data !== null ? action.data : {};
  if (type === 'Action.Execute') return { type, verb: action.verb, id: action.id, data };
  return { type: data.msteams?.type === 'task/fetch' ? 'task/fetch' : 'Action.Submit', data };
}

/** The element of a card; `onOrder` is told of each click that is the bot's to answer. */
export function drawCard(json, onOrder) {
  const card = new AdaptiveCard();
  card.hostConfig = new HostConfig(hostConfig);
  card.onExecuteAction = (action) => {
    const type = action.getJsonTypeName();
    if (type === 'Action.OpenUrl') openLink(action.url);
    else if (type === 'Action.Execute' || type === 'Action.Submit') onOrder(orderOf(action));
  };
  const host = el('div', {
    class: `card${json.msteams?.width === 'Full' ? ' full' : ''}`,
    role: 'group',
    tabindex: '-1',
    'aria-label': json.fallbackText ?? json.speak ?? 'Card',
  });
  try {
    card.parse(json);
    host.append(card.render());
  } catch (error) {
    host.append(el('p', { class: 'broken' }, `This card could not be drawn: ${error.message}`));
  }
  return host;
}

/** While a click is on its way nothing else of the card can be pressed. */
export function setSending(host, sending) {
  host.toggleAttribute('aria-busy', sending);
  if (sending) host.setAttribute('aria-busy', 'true');
  for (const control of host.querySelectorAll('button, input, select, textarea')) control.disabled = sending;
}

/** Keeps what was typed and opened when an edited card takes the place of the one before. */
export function carryOver(before, after) {
  const values = new Map();
  for (const field of before.querySelectorAll('input:not([type=radio], [type=checkbox]), textarea'))
    if (field.value && field.value !== field.defaultValue)
      values.set(field.getAttribute('aria-label') ?? field.placeholder, field.value);
  if (values.size === 0) return;
  for (const button of before.querySelectorAll('button[aria-expanded=true]'))
    [...after.querySelectorAll('button[aria-expanded=false]')]
      .find((each) => each.textContent === button.textContent)
      ?.click();
  for (const field of after.querySelectorAll('input:not([type=radio], [type=checkbox]), textarea')) {
    const value = values.get(field.getAttribute('aria-label') ?? field.placeholder);
    if (value === undefined) continue;
    field.value = value;
    field.dispatchEvent(new window.Event('input', { bubbles: true }));
  }
}
