import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, Content, Feature, Reply, Turn } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { openDeletions } from './workflow';
import type { Deletions, PrivacyParts } from './workflow';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plural } from '../../core/text';
import { deletionCard, findPage, overviewCard, splitIntoParts } from './cards';
import type { CountedData, KeptData } from './cards';

/** Everybody sees, takes with them and deletes what is kept of them. */
export function createPrivacy(
  deps: FeatureDependencies,
  needs: Omit<PrivacyParts, 'deps'>,
): { readonly feature: Feature } {
  const parts = { deps, ...needs, deletions: openDeletions({ deps, ...needs }) };
  return { feature: { name: 'privacy', commands: privacyCommands(parts), actions: privacyActions(parts) } };
}

interface Parts extends PrivacyParts {
  readonly deletions: Deletions;
}

const plain = {
  topic: 'Talk',
  operation: 'look',
  arguments: [],
  // Also for people without any right: it is about nobody but themselves.
  right: undefined,
} as const;

/** Everybody sees, takes with them and deletes what is kept of them. */
function privacyCommands(parts: Parts): Command[] {
  return [
    {
      ...plain,
      name: 'my data',
      summary: 'What I keep of you',
      examples: ['my data'],
      run: (turn) => showOverview(parts, turn),
    },
    {
      ...plain,
      name: 'export my data',
      summary: 'All that I keep of you, as JSON in our personal chat',
      arguments: [{ name: 'page', kind: 'word', summary: 'which page, when there are several' }],
      examples: ['export my data', 'export my data 2'],
      run: (turn, { page }) => exportAll(parts, turn, page),
    },
    {
      ...plain,
      name: 'delete my data',
      summary: 'Deletes what I keep of you, after you confirm it',
      operation: 'delete-data',
      asksFirst: true,
      examples: ['delete my data'],
      run: (turn) => askToDelete(parts, turn),
    },
  ];
}

const ById = z.object({ id: z.string().min(1).max(100) });

/** The buttons of the question before a deletion. */
function privacyActions(parts: Parts): Action[] {
  const button = (verb: string, deletes: boolean): Action =>
    defineAction({
      verb: `privacy.${verb}`,
      operation: deletes ? 'delete-data' : 'answer',
      input: ById,
      run: (turn, { id }) => answerQuestion(parts, turn, id, deletes),
    });
  return [button('delete', true), button('keep', false)];
}

async function keptOf({ kinds }: Parts, personId: string): Promise<readonly KeptData[]> {
  return Promise.all(kinds().map(async (each) => ({ kind: each, entries: await each.exportOf(personId) })));
}

async function countsOf({ kinds }: Parts, personId: string): Promise<readonly CountedData[]> {
  return Promise.all(
    kinds().map(async (kind) => {
      const counted = await kind.countOf?.(personId);
      return { kind, ...(counted ?? { count: (await kind.exportOf(personId)).length, isExact: true }) };
    }),
  );
}

/** What is about one person is shown to that person alone. */
async function privately({ deps }: Parts, turn: Turn, key: string, content: Content): Promise<void> {
  const destination = { to: 'person', personId: turn.person.id } as const;
  await deps.outbox.put({ key, destination, content, revision: 1, final: true });
}

const aside = 'I have written it to you alone. If nothing has come, open a chat with me, say hello and ask again.';

async function showOverview(parts: Parts, turn: Turn): Promise<Reply> {
  const { catalog, clock } = parts.deps;
  const counts = await countsOf(parts, turn.person.id);
  const card = overviewCard(counts, { now: clock.now(), timeZone: catalog().timeZone, reference: turn.reference });
  if (turn.place.kind === 'personal') return card;
  await privately(parts, turn, `privacy:${turn.correlationId}:overview`, card);
  return { notice: aside };
}

async function exportAll(parts: Parts, turn: Turn, typed = '1'): Promise<Reply> {
  const texts = splitIntoParts(await keptOf(parts, turn.person.id));
  if (texts.length === 0) return { notice: 'I keep nothing of your own, so there is nothing to export.' };
  const page = /^\d{1,4}$/.test(typed) ? findPage(texts, Number(typed)) : undefined;
  if (!page) throw new UserError(`There is no such page. Write \`export my data\` to begin with the first.`);
  const { shown, first, pages } = page;
  for (const [index, part] of shown.entries()) {
    const text = `**Your data, part ${first + index} of ${texts.length}**\n\n\`\`\`json\n${part}\n\`\`\``;
    await privately(parts, turn, `privacy:${turn.correlationId}:${index}`, { text });
  }
  const more = Number(typed) < pages ? ` Write \`export my data ${Number(typed) + 1}\` for more.` : '';
  const size = `This is ${plural(shown.length, 'message')}, page ${Number(typed)} of ${pages}.`;
  return { notice: turn.place.kind === 'personal' ? `${size}${more}` : `${aside} ${size}${more}` };
}

async function askToDelete({ deletions }: Parts, turn: Turn): Promise<Reply> {
  const { person, reference, correlationId, place } = turn;
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
  const card = deletionCard(id, stored.value, kinds(), deps.catalog().timeZone);
  if (!changed || stored.value.state === 'expired') return card;
  return { ...card, audit: { target: 'their own data', outcome: deletes ? 'deletion confirmed' : 'kept' } };
}
