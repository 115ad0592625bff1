import type { Catalog } from '../../core/catalog';
import { nearestOf, unknownName } from '../../core/catalog/refusals';
import { personName } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { fieldLabel } from '../contract';
import type { Arguments, ArgumentSpec, CardContent, Mention, Person, Turn } from '../contract';
import { mentionOf, withNames } from '../contract/turn';
import { chosenName, formCard, partialLine, personTitle } from './cards';
import type { Asking } from './cards';

/** Finds who is meant: by mention, id, catalog key or full name. Never by the display name of a mention. */

/** Knows people who aren't in the catalog. */
export interface PeopleFinder {
  find(personId: string): Promise<Person | undefined>;
}

type ResolvedPeople =
  | { readonly args: Arguments; readonly people: Readonly<Record<string, Person>> }
  /** Several people have that name. */
  | { readonly ask: CardContent };

/** The arguments with people as ids, and with names instead of ids everywhere else. Throws one sentence if somebody can't be found. */
export async function resolvePeople(asking: Asking, finder: PeopleFinder | undefined): Promise<ResolvedPeople> {
  const { catalog, turn, command, args } = asking;
  const read = new Map<string, string | undefined>();
  const people = new Map<string, Person>();
  for (const [name, value] of Object.entries(args)) {
    const spec = command.arguments?.find((each) => each.name === name);
    if (spec === undefined || value === undefined) continue;
    if (spec.kind !== 'person') read.set(spec.name, withNames(turn, value));
    else if (/^group:/i.test(value)) read.set(spec.name, findGroup(catalog, spec, value));
    else {
      const found = await findPeople(asking, finder, value);
      if (found.length > 1 || isKnownOnlyFromGrant(catalog, value, found))
        return { ask: askWhichPerson(asking, spec, found) };
      const [person] = found;
      if (!person) throw unknownPerson(catalog, value);
      read.set(spec.name, person.id);
      people.set(spec.name, person);
    }
  }
  return { args: Object.fromEntries(read), people: Object.fromEntries(people) };
}

async function findPeople(
  { catalog, turn }: Asking,
  finder: PeopleFinder | undefined,
  value: string,
): Promise<Person[]> {
  if (/^(me|myself)$/i.test(value)) return [{ id: turn.person.id, name: turn.person.name }];
  const mention = mentionOf(turn, value);
  if (mention) {
    if (!mention.person) throw new UserError(describeMention(mention.name, mention.why));
    // The catalog's name takes precedence over the name in Teams.
    const { id, name } = mention.person;
    return [{ id, name: personName(catalog, id) ?? name }];
  }
  const id = idOf(turn, value);
  if (id !== undefined) {
    const same = (each: Person): boolean => each.id.toLowerCase() === id.toLowerCase();
    const known = Object.values(catalog.people).find(same) ?? (await finder?.find(id));
    if (!known)
      throw new UserError(
        'I can’t find that person. Nothing was done. Ask them to send me a message first, and then try again.',
      );
    return [{ id: known.id, name: known.name }];
  }
  return calledSo(catalog, value).map(({ id: personId, name }) => ({ id: personId, name }));
}

function calledSo({ people }: Catalog, value: string) {
  const said = value.toLowerCase();
  const found = Object.entries(people).filter(([key, { name }]) => key === said || name.toLowerCase() === said);
  return found.map(([, person]) => person);
}

/** No admin wrote the name of somebody known only from a grant, so Gavel asks who is meant. */
function isKnownOnlyFromGrant(catalog: Catalog, value: string, [person]: readonly Person[]): boolean {
  return calledSo(catalog, value).some(({ id, onlyByName }) => id === person?.id && onlyByName === true);
}

/** A complete id; a people picker sends only its last part, in the organization of the person who picked. */
function idOf({ person }: Turn, value: string): string | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
    return `${person.id.slice(0, person.id.lastIndexOf('/') + 1)}${value.toLowerCase()}`;
  return /^[a-z]+:\S+$/i.test(value) ? value : undefined;
}

function findGroup({ groups }: Catalog, spec: ArgumentSpec, value: string): string {
  const name = value.slice('group:'.length).toLowerCase();
  if (!spec.groups) throw new UserError('This command needs a person, not a group. Nothing was done. Name one person.');
  if (Object.hasOwn(groups, name)) return `group:${name}`;
  throw unknownName('group', name, Object.keys(groups));
}

function describeMention(name: string, why: Mention['why']): string {
  const shown = plainText(name, 60);
  if (why === 'too many')
    return `You mentioned too many people at once for me to look up “${shown}”. Nothing was done. Mention only the people you mean.`;
  return why === 'not a person'
    ? `“${shown}” is a tag, a channel, or an app, not a person. Nothing was done. Mention a person instead.`
    : `I can’t find out who “${shown}” is. Nothing was done. Mention a member of this channel, or type their name as it appears in the catalog.`;
}

function unknownPerson({ people }: Catalog, value: string): UserError {
  const names = Object.values(people).map(({ name }) => name);
  const { message } = unknownName('person', value, nearestOf(value, names));
  return new UserError(`${message} Mention the person with @, or type their full name as it appears in the catalog.`);
}

/** Why Gavel asks: the name could mean several people, or its only holder was never added to the catalog. */
function describeFound(titles: readonly string[]): string {
  const names = enumerate(titles.map((title) => plainText(title, 100)));
  return titles.length > 1
    ? `Several people have this name: ${names}.`
    : `${names} isn’t in the catalog. Confirm that this is who you mean.`;
}

/** Distinguishes two people with the same name by what else is known about them. */
function askWhichPerson(
  { catalog, turn, command, args }: Asking,
  spec: ArgumentSpec,
  found: readonly Person[],
): CardContent {
  const name = plainText(found[0]?.name ?? '', 60);
  const rest = Object.fromEntries(
    (command.arguments ?? [])
      .filter((each) => each !== spec)
      .map(({ name: key, kind }) => {
        const value = lookUp(args, key);
        return [key, kind === 'person' || value === undefined ? value : withNames(turn, value)];
      }),
  );
  const titles = found.map(({ id }) => personTitle(catalog, id));
  return formCard(turn, command, {
    title: found.length > 1 ? `Which ${name}?` : `Do you mean ${name}?`,
    summary: `${capitalize(cleanText(command.name, 40))}: ${found.length > 1 ? 'which' : 'do you mean'} ${name}?`,
    sentence: `**Nothing has been done yet.** ${describeFound(titles)}`,
    inputs: [
      {
        name: chosenName(spec.name),
        label: fieldLabel(spec),
        required: true,
        placeholder: '',
        error: 'Choose a person.',
        value: '',
        picker: false,
        choices: found.map(({ id }, index) => ({ title: titles[index] ?? id, value: id })),
      },
    ],
    id: partialLine(command, rest),
    footer: `ref\u00A0${turn.reference}`,
  });
}
