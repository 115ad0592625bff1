import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, DescribeAudit, Feature, PersonalData, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plural } from '../../core/text';
import { tellPerson } from '../contract';
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
  const actions = [button('delete', true), button('keep', false)];
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
      name: 'my data',
      summary: 'Show what Gavel stores about you',
      examples: ['my data'],
      run: (turn) => showOverview(parts, turn),
    },
    {
      ...plain,
      name: 'export my data',
      summary: 'Export everything Gavel stores about you, as JSON',
      arguments: [{ name: 'page', kind: 'word', summary: 'which page, when there are several' }],
      examples: ['export my data', 'export my data 2'],
      run: (turn, { page }) => exportAll(parts, turn, page),
    },
    {
      ...plain,
      name: 'delete my data',
      summary: 'Delete what Gavel stores about you, after you confirm',
      operation: 'delete-data',
      asksFirst: true,
      examples: ['delete my data'],
      run: (turn) => askToDelete(parts, turn),
    },
  ];
}

async function countOf(kind: PersonalData, personId: string) {
  const counted = await kind.countOf?.(personId);
  return { kind, ...(counted ?? { count: (await kind.exportOf(personId)).length, isExact: true }) };
}

const aside = 'I have written it to you alone. If nothing has come, open a chat with me, say hello and ask again.';

/** What is about one person is shown to that person alone. */
async function showOverview({ deps, kinds }: Parts, turn: Turn): Promise<Reply> {
  const card = overviewCard(deps, turn, await Promise.all(kinds().map((kind) => countOf(kind, turn.person.id))));
  if (turn.place.kind === 'personal') return card;
  await tellPerson(deps, turn.person.id, `privacy:${turn.correlationId}:overview`, card);
  return { notice: aside };
}

/** So many messages are sent for one request. */
const messagesEach = 5;

async function exportAll({ deps, kinds }: Parts, turn: Turn, typed = '1'): Promise<Reply> {
  const kept = kinds().map(async (kind) => splitIntoParts(kind.name, await kind.exportOf(turn.person.id)));
  const texts = (await Promise.all(kept)).flat();
  if (texts.length === 0) return { notice: 'I keep nothing of your own, so there is nothing to export.' };
  const page = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  const pages = Math.ceil(texts.length / messagesEach);
  if (page < 1 || page > pages)
    throw new UserError(`There is no such page. Write \`export my data\` to begin with the first.`);
  const first = (page - 1) * messagesEach;
  const shown = texts.slice(first, first + messagesEach);
  for (const [index, part] of shown.entries()) {
    const text = `**Your data, part ${first + index + 1} of ${texts.length}**\n\n\`\`\`json\n${part}\n\`\`\``;
    await tellPerson(deps, turn.person.id, `privacy:${turn.correlationId}:${index}`, { text });
  }
  const more = page < pages ? ` Write \`export my data ${page + 1}\` for more.` : '';
  const size = `This is ${plural(shown.length, 'message')}, page ${page} of ${pages}.`;
  return { notice: turn.place.kind === 'personal' ? `${size}${more}` : `${aside} ${size}${more}` };
}

/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 7_000;

/** Each part is JSON of its own: as many entries of one kind as fit. */
function splitIntoParts(name: string, entries: readonly object[]): readonly string[] {
  const parts: string[][] = [];
  let room = 0;
  for (const entry of entries) {
    const line = `  ${defuse(JSON.stringify(entry))}`;
    if (room < line.length) {
      parts.push([]);
      room = maxCharacters;
    }
    parts.at(-1)?.push(line);
    room -= line.length + 2;
  }
  return parts.map((lines) => `{"${name}": [\n${lines.join(',\n')}\n]}`);
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
        ? 'Nothing is deleted yet: confirm it on the card.'
        : `Nothing is deleted yet. ${aside}`,
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
  if (!stored) throw new UserError('This question is too old, so nothing was deleted. Write `delete my data` anew.');
  if (verdict && 'refusal' in verdict)
    throw new UserError('This is about somebody else’s data, so nothing was done. Write `my data` for yours.');
  const card = deletionCard(deps, kinds(), id, stored.value);
  if (!changed || stored.value.state === 'expired') return card;
  return { ...card, audit: { target: 'their own data', outcome: deletes ? 'deletion confirmed' : 'kept' } };
}

const describeAudit: DescribeAudit = ({ outcome }) =>
  outcome === 'deletion confirmed' ? 'deleted their own data' : outcome === 'kept' ? 'kept their own data' : undefined;
