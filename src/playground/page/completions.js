import { el } from './dom.js';

/** Commands that continue what is typed: arrows choose, Tab or Enter accepts, Escape closes. */

const most = 7;
let lists = 0;

/** The words of a command before its first argument. */
const typedPart = (command) => command.split(/[[<|]/, 1)[0].trimEnd();

/** The beginnings that mean a command: its name and its synonyms. */
const beginnings = ({ command, synonyms }) => [typedPart(command), ...synonyms].map((each) => each.toLowerCase());

/** The command that a line begins with, the longest if there are several. */
export function commandIn(commands, text) {
  const words = `${text.toLowerCase()} `;
  const lengthIn = (each) =>
    Math.max(0, ...beginnings(each).flatMap((name) => (words.startsWith(`${name} `) ? name.length : [])));
  return commands
    .filter((each) => lengthIn(each) > 0)
    .toSorted((a, b) => lengthIn(b) - lengthIn(a))
    .at(0);
}

/** What continues the typed words: the main commands first, then others; a family is one line until its word is typed. */
function matching(commands, text) {
  const words = text.trimStart().toLowerCase();
  if (words === '') return commands.filter(({ isInFront }) => isInFront);
  const found = commands.filter((each) => {
    const typed = typedPart(each.command).toLowerCase();
    return (
      beginnings(each).some((name) => name.startsWith(words) && name !== words) ||
      (words.startsWith(`${typed} `) && each.command !== typedPart(each.command))
    );
  });
  const lines = found.map((each) =>
    each.family && each.family.name.startsWith(words)
      ? { command: `${each.family.name} <…`, summary: each.family.summary, isInFront: false, isFamily: true }
      : each,
  );
  const once = lines.filter((each, index) => lines.findIndex(({ command }) => command === each.command) === index);
  return once.toSorted((a, b) => Number(b.isInFront) - Number(a.isInFront));
}

export function attachCompletions(field, commands, onTake) {
  const id = `completions-${++lists}`;
  const list = el('ul', { class: 'completions', id, role: 'listbox', 'aria-label': 'Commands', hidden: true });
  let shown = [];
  let at = -1;
  field.setAttribute('aria-autocomplete', 'list');
  field.setAttribute('aria-controls', id);

  function close() {
    list.hidden = true;
    at = -1;
    field.removeAttribute('aria-activedescendant');
  }
  function mark(next) {
    at = (next + shown.length) % shown.length;
    [...list.children].forEach((option, index) => option.setAttribute('aria-selected', String(index === at)));
    field.setAttribute('aria-activedescendant', `${id}-${at}`);
    list.children.item(at).scrollIntoView({ block: 'nearest' });
  }
  function take(index) {
    const { command, isFamily } = shown.at(index);
    const typed = typedPart(command);
    if (isFamily) field.value = `${typed} `;
    else if (!field.value.toLowerCase().startsWith(typed.toLowerCase()))
      field.value = typed === command ? typed : `${typed} `;
    close();
    field.focus();
    onTake();
    if (isFamily) void show(false);
  }
  async function show(evenEmpty) {
    const text = field.value;
    if (text.includes('\n') || (text.trim() === '' && !evenEmpty)) return close();
    const all = await commands();
    if (field.value !== text || document.activeElement !== field) return;
    shown = matching(all, text).slice(0, text.trim() === '' ? all.length : most);
    if (shown.length === 0) return close();
    at = -1;
    list.replaceChildren(
      ...shown.map(({ command, summary }, index) =>
        el(
          'li',
          {
            id: `${id}-${index}`,
            role: 'option',
            'aria-selected': 'false',
            onmousedown: (event) => event.preventDefault(),
            onclick: () => take(index),
          },
          el('code', {}, command),
          el('span', {}, summary),
        ),
      ),
    );
    list.hidden = false;
  }

  field.addEventListener('input', () => void show(false));
  field.addEventListener('blur', close);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const { key } = event;
    if (list.hidden) {
      if (key !== 'ArrowDown' || field.value.trim() !== '') return;
      event.preventDefault();
      return void show(true);
    }
    if (key === 'ArrowDown') mark(at + 1);
    else if (key === 'ArrowUp') mark(at < 0 ? shown.length - 1 : at - 1);
    else if (key === 'Escape') close();
    else if (key === 'Tab' && !event.shiftKey && at < 0 && typedPart(shown[0].command).length > field.value.length)
      take(0);
    else if ((key === 'Enter' || key === 'Tab') && at >= 0) take(at);
    else return;
    event.preventDefault();
  });
  return { element: list, close };
}
