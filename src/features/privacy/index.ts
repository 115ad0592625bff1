import { z } from 'zod';
import type { Command, Content, Feature, PersonalData, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { plural } from '../../core/text';
import type { PendingEffect } from '../../jobs/contract';
import type { Collection, Stored } from '../../store/contract';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { deletionCard, overviewCard } from './cards';
import { pageOf, partsOf } from './export';
import type { Counted, Kept } from './export';
import { askedDeletion, decidedDeletion, deletionsSpec, doneDeletion, expiredDeletion, revisionOf } from './record';
import type { Deletion } from './record';

interface Desk {
  readonly deps: FeatureDependencies;
  readonly deletions: Collection<Deletion>;
  /** Everything that is kept of people, anywhere. */
  readonly kinds: () => readonly PersonalData[];
}

const kind = 'privacy';
const ById = z.object({ id: z.string().min(1).max(100) });

/** Everybody sees, takes with them and deletes what is kept of them. */
export function createPrivacy(
  deps: FeatureDependencies,
  { kinds }: { readonly kinds: () => readonly PersonalData[] },
): { feature: Feature } {
  const desk: Desk = { deps, kinds, deletions: deps.store.collection(deletionsSpec) };
  deps.sweeper.register<Deletion>({
    name: kind,
    collection: desk.deletions,
    perform: (record, effect) => perform(desk, record, effect),
    wake: async ({ id }, now) => void (await desk.deletions.update(id, (each) => expiredDeletion(each, now))),
  });
  const command = (name: string, summary: string, more: Partial<Command> & Pick<Command, 'run'>): Command => ({
    name,
    summary,
    topic: 'Talk',
    operation: 'look',
    arguments: [],
    examples: [name],
    // Also for people without any right: it is about nobody but themselves.
    right: undefined,
    inManifest: false,
    ...more,
  });
  const commands = [
    command('my data', 'What I keep of you', { run: (turn) => overview(desk, turn) }),
    command('export my data', 'All that I keep of you, as JSON in our personal chat', {
      arguments: [{ name: 'page', kind: 'word', summary: 'which page, when there are several' }],
      examples: ['export my data', 'export my data 2'],
      run: (turn, { page }) => exportAll(desk, turn, page),
    }),
    command('delete my data', 'Deletes what I keep of you, after you confirm it', {
      operation: 'delete-data',
      asksFirst: true,
      run: (turn) => askToDelete(desk, turn),
    }),
  ];
  const decide = (verb: string, deletes: boolean) =>
    defineAction({
      verb: `${kind}.${verb}`,
      operation: deletes ? 'delete-data' : 'answer',
      input: ById,
      run: (turn, { id }) => decided(desk, turn, id, deletes),
    });
  return { feature: { name: kind, commands, actions: [decide('delete', true), decide('keep', false)] } };
}

async function keptOf({ kinds }: Desk, personId: string): Promise<readonly Kept[]> {
  return Promise.all(kinds().map(async (each) => ({ kind: each, entries: await each.exportOf(personId) })));
}

async function countsOf({ kinds }: Desk, personId: string): Promise<readonly Counted[]> {
  return Promise.all(
    kinds().map(async (kind) => {
      const counted = await kind.countOf?.(personId);
      return { kind, ...(counted ?? { count: (await kind.exportOf(personId)).length, isExact: true }) };
    }),
  );
}

/** What is about one person is shown to that person alone. */
async function privately({ deps }: Desk, turn: Turn, key: string, content: Content): Promise<void> {
  const destination = { to: 'person', personId: turn.person.id } as const;
  await deps.outbox.put({ key, destination, content, revision: 1, final: true });
}

const aside = 'I have written it to you alone. If nothing has come, open a chat with me, say hello and ask again.';

async function overview(desk: Desk, turn: Turn): Promise<Reply> {
  const { catalog, clock } = desk.deps;
  const counts = await countsOf(desk, turn.person.id);
  const card = overviewCard(counts, { now: clock.now(), timeZone: catalog().timeZone, reference: turn.reference });
  if (turn.place.kind === 'personal') return card;
  await privately(desk, turn, `${kind}:${turn.correlationId}:overview`, card);
  return { notice: aside };
}

async function exportAll(desk: Desk, turn: Turn, typed = '1'): Promise<Reply> {
  const parts = partsOf(await keptOf(desk, turn.person.id));
  if (parts.length === 0) return { notice: 'I keep nothing of your own, so there is nothing to export.' };
  const page = /^\d{1,4}$/.test(typed) ? pageOf(parts, Number(typed)) : undefined;
  if (!page) throw new UserError(`There is no such page. Write \`export my data\` to begin with the first.`);
  const { shown, first, pages } = page;
  for (const [index, part] of shown.entries()) {
    const text = `**Your data, part ${first + index} of ${parts.length}**\n\n\`\`\`json\n${part}\n\`\`\``;
    await privately(desk, turn, `${kind}:${turn.correlationId}:${index}`, { text });
  }
  const more = Number(typed) < pages ? ` Write \`export my data ${Number(typed) + 1}\` for more.` : '';
  const size = `This is ${plural(shown.length, 'message')}, page ${Number(typed)} of ${pages}.`;
  return { notice: turn.place.kind === 'personal' ? `${size}${more}` : `${aside} ${size}${more}` };
}

async function askToDelete({ deps, deletions }: Desk, turn: Turn): Promise<Reply> {
  const id = idFrom(kind, turn.correlationId);
  const now = deps.clock.now();
  await deletions.upsert(id, (known) => known ?? askedDeletion(turn.person.id, turn.reference, now));
  deps.sweeper.kick(kind, id);
  return {
    notice:
      turn.place.kind === 'personal'
        ? 'Nothing is deleted yet: confirm it on the card.'
        : `Nothing is deleted yet. ${aside}`,
  };
}

async function decided({ deps, deletions, kinds }: Desk, turn: Turn, id: string, deletes: boolean): Promise<Reply> {
  const known = await deletions.get(id);
  if (!known) throw new UserError('This question is too old, so nothing was deleted. Write `delete my data` anew.');
  if (known.value.personId !== turn.person.id)
    throw new UserError('This is about somebody else’s data, so nothing was done. Write `my data` for yours.');
  const now = deps.clock.now();
  const after = await deletions.update(id, (each) => decidedDeletion(each, deletes, now) ?? expiredDeletion(each, now));
  deps.sweeper.kick(kind, id);
  const value = after?.value ?? known.value;
  const card = deletionCard(id, value, kinds(), deps.catalog().timeZone);
  if (after?.changed !== true || value.state === 'expired') return card;
  return { ...card, audit: { target: 'their own data', outcome: deletes ? 'deletion confirmed' : 'kept' } };
}

/** Deleting again finds nothing more, so a crash in the middle only means that it is begun anew. */
async function perform(
  { deps, deletions, kinds }: Desk,
  { id, value }: Stored<Deletion>,
  effect: PendingEffect,
): Promise<void> {
  if (effect.kind === 'delete') {
    for (const each of kinds()) await each.deleteOf(value.personId);
    await deletions.update(id, (each) => doneDeletion(each, deps.clock.now()));
    return;
  }
  const now = (await deletions.get(id))?.value ?? value;
  await deps.outbox.put({
    key: `${kind}:${id}`,
    destination: { to: 'person', personId: now.personId },
    content: deletionCard(id, now, kinds(), deps.catalog().timeZone),
    revision: revisionOf(now),
    final: now.state !== 'asked' && now.state !== 'deleting',
  });
}
