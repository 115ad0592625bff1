import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, DescribeAudit, Feature, PersonalData, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { answerAlone } from '../contract';
import type { FeatureDependencies } from '../contract';
import { deletionCard, overviewCard } from './cards';
import { giveAll, offerAll, sendPage, sentAside } from './effects';
import { openDeletions } from './workflow';
import type { PrivacyParts } from './workflow';

/** Lets everybody view, export and delete the data about them. */
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
      text: 'I’ll send your data only if you accept the file.',
      file: await giveAll(parts, turn),
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
  // For people without any right, too: it concerns only themselves.
} as const;

/** Lets everybody view, export and delete the data about them. */
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
        'favorites',
        'schedules',
        'locks',
        'granted-rights',
        'onboarding',
        'hearings',
        'mutes',
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
      run: (turn, { page }) => (page === undefined ? offerAll(parts, turn) : sendPage(parts, turn, page)),
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
  if (counted) return { kind, ...counted };
  let count = 0;
  for await (const _entry of kind.exportOf(personId)) count += 1;
  return { kind, count, isExact: true };
}

/** Data about one person is shown only to that person. */
async function showOverview({ deps, kinds }: Parts, turn: Turn): Promise<Reply> {
  const card = overviewCard(deps, turn, await Promise.all(kinds().map((kind) => countOf(kind, turn.person.id))));
  return answerAlone(deps, turn, card);
}

async function askToDelete({ deletions }: Parts, { person, reference, correlationId, place }: Turn): Promise<Reply> {
  await deletions.apply(idFrom('privacy', correlationId), { type: 'ask', personId: person.id, reference }, {});
  return {
    notice:
      place.kind === 'personal'
        ? 'Nothing has been deleted yet. Please confirm the deletion on the card.'
        : `Nothing has been deleted yet. ${sentAside('the question')}`,
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
  if (!stored) throw new UserError('This card is too old. Nothing was deleted. Type `delete my data` again.');
  if (verdict && 'refusal' in verdict)
    throw new UserError('This card is about someone else’s data. Nothing was done. Type `my data` to see yours.');
  const card = deletionCard(deps, kinds(), id, stored.value);
  if (!changed || stored.value.state === 'expired') return card;
  return { ...card, audit: { target: 'their own data', outcome: deletes ? 'deletion confirmed' : 'kept' } };
}

const describeAudit: DescribeAudit = ({ outcome }) =>
  outcome === 'deletion confirmed' ? 'deleted their own data' : outcome === 'kept' ? 'kept their own data' : undefined;
