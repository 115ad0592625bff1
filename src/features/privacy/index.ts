import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type {
  Action,
  Command,
  DescribeAudit,
  Feature,
  GivenFile,
  PersonalData,
  Reply,
  Turn,
} from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plural } from '../../core/text';
import { answerAlone, tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { deletionCard, overviewCard } from './cards';
import { openDeletions } from './workflow';
import type { PrivacyParts } from './workflow';

/** Everybody sees, takes with them and deletes what is kept of them. */
export function createPrivacy(
  deps: FeatureDependencies,
  needs: Omit<PrivacyParts, 'deps'>,
): { readonly feature: Feature } {
  const parts = { deps, ...needs, deletions: openDeletions({ deps, ...needs }) };
  const button = (verb: string, deletes: boolean): Action =>
    defineAction({
      verb: `privacy.${verb}`,
      operation: deletes ? 'delete-data' : 'answer',
      input: z.object({ id: z.string().min(1).max(100) }),
      run: (turn, { id }) => answerQuestion(parts, turn, id, deletes),
    });
  const file = defineAction({
    verb: 'privacy.file',
    operation: 'look',
    input: z.object({ id: z.string().max(20) }),
    run: async (turn) => ({
      text: 'Your data is sent only when you accept the file.',
      file: await writeAll(parts, turn),
    }),
  });
  const actions = [button('delete', true), button('keep', false), file];
  return { feature: { name: 'privacy', commands: privacyCommands(parts), actions, describeAudit } };
}

interface Parts extends PrivacyParts {
  readonly deletions: ReturnType<typeof openDeletions>;
}

const plain = {
  topic: 'Talk',
  operation: 'look',
  // Also for people without any right: it is about nobody but themselves.
} as const;

/** Everybody sees, takes with them and deletes what is kept of them. */
function privacyCommands(parts: Parts): Command[] {
  return [
    {
      ...plain,
      name: 'data show',
      phrasings: ['data', 'what do you know|store|keep|save about me', 'what data do you have [about|of] me'],
      synonyms: ['my data'],
      summary: 'Show what Gavel stores about you',
      shows: [
        'data-deletions',
        'memories',
        'aliases',
        'schedules',
        'locks',
        'granted-rights',
        'onboarding',
        'hearings',
      ],
      examples: ['data show'],
      run: (turn) => showOverview(parts, turn),
    },
    {
      ...plain,
      name: 'data export',
      synonyms: ['export my data'],
      summary: 'Export everything Gavel stores about you, as JSON',
      arguments: [{ name: 'page', kind: 'word', summary: 'as text instead of a file: which page' }],
      examples: ['data export', 'data export 2'],
      run: (turn, { page }) => (page === undefined ? offerAll(parts, turn) : exportAll(parts, turn, page)),
    },
    {
      ...plain,
      name: 'data delete',
      phrasings: ['delete everything about me', 'forget me', 'delete all [of] my data'],
      synonyms: ['delete my data'],
      summary: 'Delete what Gavel stores about you, after you confirm',
      operation: 'delete-data',
      asksFirst: true,
      examples: ['data delete'],
      run: (turn) => askToDelete(parts, turn),
    },
  ];
}

async function countOf(kind: PersonalData, personId: string) {
  const counted = await kind.countOf?.(personId);
  return { kind, ...(counted ?? { count: (await kind.exportOf(personId)).length, isExact: true }) };
}

const aside = 'I sent it to your personal chat. If nothing arrived, open a chat with me, say hello and try again.';

/** What is about one person is shown to that person alone. */
async function showOverview({ deps, kinds }: Parts, turn: Turn): Promise<Reply> {
  const card = overviewCard(deps, turn, await Promise.all(kinds().map((kind) => countOf(kind, turn.person.id))));
  return answerAlone(deps, turn, card);
}

async function readEverything({ kinds }: Parts, { person }: Pick<Turn, 'person'>) {
  // Asking adds to the history: at the end, that moves nothing from one page to another.
  const inOrder = [...kinds()].sort((one, other) => Number(one.name === 'history') - Number(other.name === 'history'));
  return Promise.all(inOrder.map(async ({ name, exportOf }) => ({ name, entries: await exportOf(person.id) })));
}

async function writeAll(parts: Parts, turn: Pick<Turn, 'person'>): Promise<GivenFile> {
  const kept = (await readEverything(parts, turn)).filter(({ entries }) => entries.length > 0);
  const all = Object.fromEntries(kept.map(({ name, entries }) => [name, entries]));
  return { name: 'my-data.json', type: 'application/json', body: `${JSON.stringify(all, undefined, 2)}\n` };
}

/** Offers everything as one file, in the personal chat. */
async function offerAll(parts: Parts, turn: Turn): Promise<Reply> {
  const kept = await readEverything(parts, turn);
  const count = kept.reduce((sum, { entries }) => sum + entries.length, 0);
  if (count === 0) return { notice: 'I store nothing about you, so there is nothing to export.' };
  const { name, body } = await writeAll(parts, turn);
  const entries = plural(count, 'entry', 'entries');
  const content = {
    text: `**${name}: ${entries}.** Accept it to save it in your OneDrive. If your Teams shows no file here, write \`data export 1\` for the same as text.`,
    offers: {
      name,
      description: `Everything Gavel stores about you: ${entries}`,
      sizeInBytes: Buffer.byteLength(body),
      verb: 'privacy.file',
      id: 'json',
    },
  };
  if (turn.place.kind === 'personal' && turn.trigger === 'typed') return content;
  await tellPerson(parts.deps, turn.person.id, `privacy:${turn.correlationId}:file`, content);
  return { notice: `I offered ${name} with ${entries} in your personal chat.` };
}

/** So many messages are sent for one request. */
const messagesEach = 5;

async function exportAll(parts: Parts, turn: Turn, typed: string): Promise<Reply> {
  const { deps } = parts;
  const kept = await readEverything(parts, turn);
  const count = kept.reduce((sum, { entries }) => sum + entries.length, 0);
  if (count === 0) return { notice: 'I store nothing about you, so there is nothing to export.' };
  const texts = splitIntoParts(kept);
  const page = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  const pages = Math.ceil(texts.length / messagesEach);
  if (page < 1 || page > pages)
    throw new UserError(`There is no such page. Write \`export my data\` to start with the first one.`);
  const first = (page - 1) * messagesEach;
  const shown = texts.slice(first, first + messagesEach);
  const entries = plural(count, 'entry', 'entries');
  const textOf = (part: string, index: number): string => {
    const which = texts.length === 1 ? entries : `part ${first + index + 1} of ${texts.length}`;
    return `**Your data, ${which}**\n\n\`\`\`json\n${part}\n\`\`\``;
  };
  const [only] = texts;
  if (turn.place.kind === 'personal' && only !== undefined && texts.length === 1) return { text: textOf(only, 0) };
  for (const [index, part] of shown.entries())
    await tellPerson(deps, turn.person.id, `privacy:${turn.correlationId}:${index}`, { text: textOf(part, index) });
  const more = page < pages ? ` Write \`export my data ${page + 1}\` for the rest.` : '';
  const which =
    texts.length === 1
      ? '1 message'
      : `${plural(texts.length, 'message')}: ${describeRange(first + 1, first + shown.length)} now`;
  const size = `Your data is ${entries} in ${which}.${more}`;
  return { notice: turn.place.kind === 'personal' ? size : `${aside} ${size}` };
}

function describeRange(from: number, to: number): string {
  return from === to ? `part ${from}` : `parts ${from} to ${to}`;
}

/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 10_000;

/** Each part is JSON of its own, with as many entries as fit, of one kind or of several. */
function splitIntoParts(kept: readonly { readonly name: string; readonly entries: readonly object[] }[]): string[] {
  const parts: Map<string, string[]>[] = [];
  let room = 0;
  for (const { name, entries } of kept)
    for (const entry of entries) {
      const line = `  ${defuse(JSON.stringify(entry))}`;
      const isNew = parts.at(-1)?.has(name) !== true;
      const size = line.length + 2 + (isNew ? name.length + 10 : 0);
      if (room < size) {
        parts.push(new Map());
        room = maxCharacters;
      }
      room -= size;
      const part = parts.at(-1);
      part?.set(name, [...(part.get(name) ?? []), line]);
    }
  return parts.map(
    (part) => `{${[...part].map(([name, lines]) => `"${name}": [\n${lines.join(',\n')}\n]`).join(',\n')}}`,
  );
}

/** The same JSON, in which nothing ends the block it stands in, names anybody or hides. */
function defuse(json: string): string {
  return json.replace(
    /[`<>&\u007F-\u00A0\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

async function askToDelete({ deletions }: Parts, { person, reference, correlationId, place }: Turn): Promise<Reply> {
  await deletions.apply(idFrom('privacy', correlationId), { type: 'ask', personId: person.id, reference }, {});
  return {
    notice:
      place.kind === 'personal'
        ? 'Nothing has been deleted yet. Please confirm it on the card.'
        : `Nothing has been deleted yet. ${aside}`,
  };
}

async function answerQuestion(
  { deps, deletions, kinds }: Parts,
  turn: Turn,
  id: string,
  deletes: boolean,
): Promise<Reply> {
  const event = { type: 'answer', deletes, personId: turn.person.id } as const;
  const { verdict, stored, changed } = await deletions.apply(id, event, {});
  if (!stored) throw new UserError('This card is too old. Nothing was deleted. Write `delete my data` again.');
  if (verdict && 'refusal' in verdict)
    throw new UserError('This card is about somebody else’s data. Nothing was done. Write `my data` to see yours.');
  const card = deletionCard(deps, kinds(), id, stored.value);
  if (!changed || stored.value.state === 'expired') return card;
  return { ...card, audit: { target: 'their own data', outcome: deletes ? 'deletion confirmed' : 'kept' } };
}

const describeAudit: DescribeAudit = ({ outcome }) =>
  outcome === 'deletion confirmed' ? 'deleted their own data' : outcome === 'kept' ? 'kept their own data' : undefined;
