import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import {
  describeReach,
  everything,
  grantsFor,
  mayAnywhere,
  namedReach,
  personName,
  whoMayEverywhere,
} from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import type { RefusedAct } from '../../core/refusal';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText, withoutBreaks } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import { fieldLabel } from '../contract';
import type { Arguments, ArgumentSpec, CardContent, Command, Prepared, Turn } from '../contract';
import { withNames } from '../contract/turn';
import { normalizeText } from '../language';
import type { Suggestion } from '../language';

/** The cards of the router itself: who can do it instead, what is missing, what was meant. Pure. */

const noButton = { button: '', verb: '', id: '' };
const maxNames = 5;
const maxPeople = 100;

/** The one form of a refusal: what wasn't done, why, who can, and how to get access. `kind` is the name of the command. */
export function refusalCard(
  catalog: Catalog,
  { person, reference }: Pick<Turn, 'person' | 'reference'>,
  kind: string,
  { act, nothing, why, able, can, asks }: RefusedAct,
  now: number,
): CardContent<'chat/refusal'> {
  const title = `You can’t ${act}`;
  const more = able.length > maxNames ? [`${able.length - maxNames} more`] : [];
  const nameAble = (shown: typeof plainText): string =>
    enumerate([...able.slice(0, maxNames).map((each) => shown(each, 80)), ...more]);
  const admins = whoMayEverywhere(catalog, 'admin', everything).filter(({ id }) => id !== person.id);
  const granting = admins.slice(0, 3).map(({ name }) => plainText(name, 80));
  const help = { button: 'Show help', verb: 'chat.run', id: 'help' };
  return {
    card: 'chat/refusal',
    data: {
      kind: capitalize(kind),
      state: bandState('refused'),
      title: plainText(title, 160),
      summary: `Not done: y${cleanText(title, 200).slice(1)}. ${able.length === 0 ? 'Nobody can yet' : `${nameAble(cleanText)} can`}.`,
      sentence: nothing === '' ? `**${why}**` : `**${capitalize(nothing)}.** ${why}`,
      facts: [
        { title: titleFor(`Can ${can}`), value: nameAble(plainText) || 'Nobody yet' },
        ...(asks !== undefined && granting.length > 0 && !can.endsWith('access')
          ? [{ title: 'Grants\u00A0access', value: enumerate(granting, 'or') }]
          : []),
      ],
      next: asks === undefined ? help : { button: 'Request access', verb: 'chat.run', id: asks },
      other: asks === undefined ? noButton : help,
      footer: `${footerTime(now, catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** The title of a fact is narrow, and the card's title says what it is about. */
function titleFor(words: string): string {
  return withoutBreaks(words.length > 14 ? 'Can do it' : words);
}

/** What somebody wants to do, as far as it is known. */
export interface Asking {
  readonly catalog: Catalog;
  readonly turn: Turn;
  readonly command: Command;
  readonly args: Arguments;
}

/** What people write; everything else is chosen from a list. */
const typedKinds: ReadonlySet<ArgumentSpec['kind']> = new Set(['word', 'moment', 'phrase', 'text']);

/** Asks for every missing argument in one form, which also has the other fields of the command. */
export function chooseCard(asking: Asking, missing: readonly ArgumentSpec[]): CardContent<'chat/choose'> {
  const { catalog, turn, command, args } = asking;
  const names = missing.map((spec) => fieldLabel(spec).toLowerCase());
  const optional = (command.arguments ?? []).filter(
    (spec) => !missing.includes(spec) && lookUp(args, spec.name) === undefined,
  );
  const target = describeReach(namedReach(catalog, args)) || plainText(lookUp(args, 'id') ?? '', 40);
  const isReason = missing.length === 1 && missing[0]?.name === 'reason';
  const title = isReason ? `Reason for “${command.name}${target === '' ? '' : ` ${target}`}”` : askFor(missing);
  const isTyped = missing.every(({ kind }) => typedKinds.has(kind));
  const needs = enumerate(names.map((name) => `${article(name)} ${name}`));
  return formCard(turn, command, {
    title,
    summary: `${capitalize(command.name)}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    sentence: `**Nothing has been done yet.** ${isReason ? 'Say why; everyone involved will see the reason' : `${isTyped ? 'Enter' : 'Choose'} ${needs} to continue`}.`,
    inputs: [
      ...missing.map((spec) => inputFor(asking, spec, true)),
      ...optional.map((spec) => inputFor(asking, spec, spec.isNeeded === true)),
    ],
    id: partialLine(command, args),
    footer: `${command.examples[0] === undefined ? '' : `Or type it: ${plainText(command.examples[0], 100)} · `}ref\u00A0${turn.reference}`,
  });
}

/** `Which service and environment?`, `Which person, and until when?` */
function askFor(missing: readonly ArgumentSpec[]): string {
  const [end] = missing.filter(({ kind }) => kind === 'moment');
  const names = missing.filter((spec) => spec !== end).map((spec) => fieldLabel(spec).toLowerCase());
  if (end === undefined) return `Which ${enumerate(names)}?`;
  return names.length === 0 ? 'Until when?' : `Which ${enumerate(names)}, and until when?`;
}

type ChooseData = CardContent<'chat/choose'>['data'];

/** More letters don't fit beside another button. */
const longestButton = 22;

/** A form that completes a line. */
export function formCard(
  turn: Turn,
  command: Command,
  own: Pick<ChooseData, 'title' | 'summary' | 'sentence' | 'inputs' | 'id' | 'footer'>,
): CardContent<'chat/choose'> {
  const { name } = command;
  const button = `Continue with ${name}`;
  return {
    card: 'chat/choose',
    data: {
      ...own,
      kind: capitalize(name),
      button: button.length > longestButton ? 'Continue' : button,
      by: turn.person.id,
      help: `help ${name}`,
    },
  };
}

/** The known part of the command, in a form that the language parses back exactly. */
export function partialLine(command: Command, args: Arguments): string {
  const ownName = (command.arguments ?? []).flatMap(({ name }) => {
    const value = lookUp(args, name);
    return value === undefined ? [] : [{ name, value, quote: quoteFor(value) }];
  });
  // A text with both kinds of quotes needs none if it comes last.
  const inOrder = [...ownName.filter(({ quote }) => quote !== ''), ...ownName.filter(({ quote }) => quote === '')];
  const encoded = (value: string): string => value.replace(/&(?=[#\w]{1,10};)/g, '&amp;');
  return [command.name, ...inOrder.map(({ name, value, quote }) => `${name}=${quote}${encoded(value)}${quote}`)].join(
    ' ',
  );
}

function quoteFor(value: string): '"' | "'" | '' {
  if (!/["“”„‟«»]/.test(value)) return '"';
  return /['‘’‚‛]/.test(value) ? '' : "'";
}

function inputFor(asking: Asking, spec: ArgumentSpec, required: boolean): ChooseData['inputs'][number] {
  const choices = choicesFor(asking, spec);
  const [only] = choices;
  return {
    name: chosenName(spec.name),
    label: `${fieldLabel(spec)}${required ? '' : ' (optional)'}`,
    required,
    placeholder: spec.kind === 'deployment' ? 'D-1042' : capitalize(spec.summary),
    error: `${choices.length > 0 ? 'Choose' : 'Enter'} ${article(fieldLabel(spec))} ${fieldLabel(spec).toLowerCase()}`,
    value: required && only && choices.length === 1 ? only.value : '',
    picker: spec.kind === 'person',
    choices,
  };
}

/** The name of the input on the card: an argument called `id` must not replace the card's own id. */
export function chosenName(argument: string): string {
  return `chosen-${argument}`;
}

/** Only what this person can choose. */
function choicesFor(asking: Asking, spec: ArgumentSpec): { title: string; value: string }[] {
  if (spec.kind !== 'person') return namesFor(asking, spec).map((name) => ({ title: name, value: name }));
  const { catalog } = asking;
  const people = Object.values(catalog.people).slice(0, maxPeople);
  return people.map(({ id }) => ({ title: personTitle(catalog, id), value: id }));
}

function namesFor({ catalog, turn, command: { right }, args }: Asking, spec: ArgumentSpec): readonly string[] {
  if (spec.choices) return spec.choices(catalog);
  const allowed = (within: Reach): boolean =>
    right === undefined || mayAnywhere(catalog, turn.person.id, right, within);
  const named = namedReach(catalog, args);
  if (spec.kind === 'service') return Object.keys(catalog.services).filter((service) => allowed({ ...named, service }));
  if (spec.kind !== 'environment') return [];
  const there = lookUp(catalog.services, named.service)?.environments;
  return Object.keys(catalog.environments).filter(
    (environment) => (there?.includes(environment) ?? true) && allowed({ ...named, environment }),
  );
}

/** Offers what may have been meant; there is always a next step. */
export function nearestCard(
  turn: Turn,
  text: string,
  nearest: readonly Suggestion[],
  helper?: string,
): CardContent<'chat/nearest'> {
  // An offered line keeps its ids, so it means the same people when somebody clicks it.
  const offered = nearest.slice(0, helper === undefined ? 2 : 1);
  const first = offered[0]?.command.name;
  const said = cleanText(withNames(turn, text), 80);
  const title = first === undefined ? 'I didn’t understand that' : `Did you mean “${first}”?`;
  const shown = helper === undefined ? '' : plainText(helper, 60);
  return {
    card: 'chat/nearest',
    data: {
      by: turn.person.id,
      kind: 'Gavel',
      title,
      summary: first === undefined ? title : `I didn’t understand “${said}”. ${title}`,
      sentence: `**Nothing was done.** You wrote: ${plainText(withNames(turn, text), 80)}`,
      person: helper === undefined ? '' : `I couldn’t understand your last few messages. ${shown} can help you.`,
      lines: [
        ...offered.map(({ line }) => ({ title: cleanText(withNames(turn, line), 40), line })),
        ...(helper === undefined ? [] : [{ title: `Ask ${cleanText(helper, 30)} for help`, line: 'ask a person' }]),
      ],
      footer: `Type help to see everything I can do · ref\u00A0${turn.reference}`,
    },
  };
}

function article(word: string): string {
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}

/** Lines that somebody else prepared: shown before they run with the reader's permissions. Pure. */

/** Who prepared the line of a card, if it wasn't the person who clicks it. */
export function preparerOf(catalog: Catalog, turn: Turn, by: string | undefined): Omit<Prepared, 'line'> | undefined {
  if (by === undefined || by === turn.person.id) return undefined;
  const who = plainText(personName(catalog, by) ?? 'Someone else', 60);
  return { title: 'A command from someone else', by: `${who} wrote this command.` };
}

export function preparedCard(
  catalog: Catalog,
  turn: Turn,
  { title, by }: Omit<Prepared, 'line'>,
  line: string,
  now: number,
): CardContent {
  return {
    card: 'policy/list',
    data: {
      kind: 'Confirm first',
      state: bandState('draft'),
      title,
      summary: `${cleanText(title, 40)}: nothing has been done yet; check what it does`,
      sentence: `**Nothing has been done yet.** ${by} If you confirm, the command below runs with your permissions.`,
      rows: [
        {
          glyph: '•',
          color: 'Default',
          name: cleanText(withCatalogNames(catalog, withNames(turn, normalizeText(line))), 1_000),
          words: 'As the person who runs it',
          when: '',
        },
      ],
      more: '',
      actions: [{ title: 'Run this command', verb: 'chat.run', id: line }],
      footer: `${footerTime(now, catalog.timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

/** A line on a card contains people's ids; readers know their names. */
function withCatalogNames({ people }: Catalog, line: string): string {
  return Object.values(people).reduce((words, { id, name }) => words.replaceAll(id, name), line);
}

/** `Avery Approver (avery, Release lead)`; somebody known only from a grant is described by it: `Nico Newcomer (developer on shop)`. */
export function personTitle(catalog: Catalog, personId: string): string {
  const found = Object.entries(catalog.people).find(([, { id }]) => id === personId);
  if (!found) return personId;
  const [key, { name, title, onlyByName }] = found;
  if (onlyByName) return cleanText(`${name} (${enumerate(describeRoles(catalog, personId)) || key})`, 100);
  return cleanText(`${name} (${title === undefined ? key : `${key}, ${title}`})`, 100);
}

function describeRoles(catalog: Catalog, personId: string): string[] {
  return grantsFor(catalog, personId).map(({ role, services, environments, pipelines }) =>
    [
      role,
      services && `on ${enumerate(services)}`,
      environments && `in ${enumerate(environments)}`,
      pipelines && `for ${enumerate(pipelines)}`,
    ]
      .filter((each) => each !== undefined)
      .join(' '),
  );
}
