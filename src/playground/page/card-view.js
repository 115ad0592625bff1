import { el } from './dom.js';
import { hostConfig } from './host-config.js';
import { cardHtml } from './words.js';

/** Draws one Adaptive Card with Microsoft's renderer. */

const { AdaptiveCard, HostConfig, GlobalRegistry, GlobalSettings, ExecuteAction } = AdaptiveCards;
const hostLook = new HostConfig(hostConfig);

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = cardHtml(text);
  result.didProcess = true;
};
// The titles of choices come from outside, and the format doesn't define Markdown in them.
GlobalSettings.useMarkdownInRadioButtonAndCheckbox = false;
if (!GlobalRegistry.actions.findByName('Action.Execute'))
  GlobalRegistry.actions.register('Action.Execute', ExecuteAction);

/** The renderer's card behind a drawn element, and the original values of its fields. */
const drawn = new WeakMap();

function openLink(address) {
  const url = new URL(address, location.href);
  if (['http:', 'https:', 'mailto:'].includes(url.protocol)) window.open(url.href, '_blank', 'noopener,noreferrer');
}

/** What the click sends: the action's own data with its inputs. */
function orderOf(action) {
  const type = action.getJsonTypeName();
  const data = typeof action.data === 'object' && action.data !== null ? action.data : {};
  if (type === 'Action.Execute') return { type, verb: action.verb, id: action.id, data };
  return { type: data.msteams?.type === 'task/fetch' ? 'task/fetch' : 'Action.Submit', data };
}

/** The element of a card; `onOrder` is called for each click that the bot has to answer. */
export function drawCard(json, onOrder) {
  const card = new AdaptiveCard();
  card.hostConfig = hostLook;
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
    nameSearchFields(card);
    nameRows(host);
    keepRadiosApart(host);
    drawn.set(host, { card, initial: valuesOf(card) });
  } catch (error) {
    host.append(el('p', { class: 'broken' }, `This card couldn’t be drawn: ${error.message}`));
  }
  return host;
}

let cardsDrawn = 0;

/** The renderer groups radio buttons by their input's id, so equal cards on one page would share one choice. */
function keepRadiosApart(host) {
  cardsDrawn += 1;
  for (const radio of host.querySelectorAll('input[type=radio]')) radio.name = `${radio.name}-${cardsDrawn}`;
}

/** The renderer gives the field of a searchable list no accessible name. */
function nameSearchFields(card) {
  for (const { label, renderedElement } of card.getAllInputs())
    for (const field of renderedElement?.querySelectorAll('input[class*=ac-choiceSetInput-filtered]') ?? [])
      field.setAttribute('aria-label', label ?? '');
}

/** The renderer names a clickable row only by its action, but speech input needs the visible text, too. */
function nameRows(host) {
  for (const row of host.querySelectorAll('.ac-selectable[aria-label]:not(button)'))
    row.setAttribute('aria-label', `${row.getAttribute('aria-label')}: ${row.textContent}`);
}

/** While a click is being sent, nothing else on the card can be clicked. */
export function setSending(host, sending) {
  host.toggleAttribute('aria-busy', sending);
  if (sending) host.setAttribute('aria-busy', 'true');
  for (const control of host.querySelectorAll('button, input, select, textarea')) control.disabled = sending;
}

/** The values of a drawn card's fields, by the ids of their inputs. An id that occurs twice is ambiguous and left out. */
function fieldsOf(card) {
  const fields = new Map();
  const inputs = card.getAllInputs();
  for (const input of inputs) {
    if (!input.id || !input.renderedElement || inputs.filter(({ id }) => id === input.id).length > 1) continue;
    for (const field of input.renderedElement.querySelectorAll('input, select, textarea')) {
      const isChoice = ['radio', 'checkbox'].includes(field.type);
      fields.set(isChoice ? `${input.id}=${field.value}` : input.id, isChoice ? choiceField(field) : textField(field));
    }
  }
  return fields;
}

const choiceField = (field) => ({ field, value: () => field.checked, write: (checked) => (field.checked = checked) });
const textField = (field) => ({ field, value: () => field.value, write: (text) => (field.value = text) });
const valuesOf = (card) => new Map([...fieldsOf(card)].map(([key, { value }]) => [key, value()]));

/** Keeps what this person typed, chose and opened when an edited card replaces the earlier one. */
export function carryOver(before, after) {
  const [old, next] = [drawn.get(before), drawn.get(after)];
  if (!old || !next) return;
  for (const button of before.querySelectorAll('button[aria-expanded=true]'))
    [...after.querySelectorAll('button[aria-expanded=false]')]
      .find((each) => each.textContent === button.textContent)
      ?.click();
  const changed = [...valuesOf(old.card)].filter(([key, value]) => value !== old.initial.get(key));
  const fields = fieldsOf(next.card);
  for (const [key, value] of changed) {
    const { field, write } = fields.get(key) ?? {};
    if (!field) continue;
    write(value);
    field.dispatchEvent(new window.Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
  }
}
