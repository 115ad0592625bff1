import type { Arguments, CardContent, Command, Reply, Turn } from '../../../chat/contract';
import { mayRun, pipelineAddress } from '../../../core/catalog/pipelines';
import { UserError } from '../../../core/errors';
import { cleanText, plainText, plural } from '../../../core/text';
import { drawList } from '../../contract';
import { describeEntry, describeScope, kindOf, readScope } from '../../scopes';
import { requireOwnOrNamed } from '../commands';
import type { PipelineParts } from '../commands';
import { findOffers, offerNamed, requireMayRun } from '../facts';
import { showValue } from '../parse';
import { runLabel } from '../text';
import { savedIn } from './store';

/** Saving a run under a name, listing the saved ones, and removing one. */

const ship = { topic: 'Ship' } as const;

export function savedRunCommands(parts: PipelineParts): Command[] {
  return [
    {
      ...ship,
      name: 'run keep',
      synonyms: ['keep run', 'save run'],
      operation: 'keep-run',
      summary: 'Save a run with its parameters under a name',
      arguments: [
        { name: 'id', kind: 'phrase', label: 'Run', summary: 'its number', required: true },
        { name: 'name', kind: 'phrase', summary: 'what to call it', keyword: 'as', required: true },
      ],
      examples: ['run keep R-1001 as nightly', 'run keep R-1001 as smoke for this channel'],
      right: 'run',
      run: (turn, args) => keep(parts, turn, args),
    },
    {
      ...ship,
      name: 'run favorites',
      synonyms: ['saved runs', 'favorite runs'],
      phrasings: ['which|what runs did|have i|we keep|kept|save|saved', '[my|our] favorite|saved|kept runs|pipelines'],
      operation: 'look',
      summary: 'List the runs saved here',
      shows: ['saved-runs', 'granted-rights'],
      examples: ['run favorites'],
      right: 'view',
      run: (turn) => listSaved(parts, turn),
    },
    {
      ...ship,
      name: 'run remove',
      synonyms: ['run forget'],
      operation: 'remove-run',
      summary: 'Remove a saved run',
      arguments: [{ name: 'run', kind: 'phrase', summary: 'its name', required: true }],
      examples: ['run remove nightly'],
      right: 'view',
      run: (turn, args) => remove(parts, turn, args),
    },
  ];
}

async function keep(parts: PipelineParts, turn: Turn, { id, name: words = '' }: Arguments): Promise<Reply> {
  const { deps, saved } = parts;
  const { value } = await requireOwnOrNamed(parts, turn, id);
  requireMayRun(deps, turn.person.id, value);
  const { kind = 'personal', rest } = readScope(words);
  if (offerNamed(await findOffers(deps), rest))
    throw new UserError(
      `There’s already a pipeline named ${plainText(rest, 40)}. Nothing was saved. Choose another name.`,
    );
  const { name, replaced } = await saved.keep(turn, rest, kind, value);
  const before = replaced ? ' This replaced the run that was saved under that name.' : '';
  return {
    text: `Saved ${runLabel(value)} as **${plainText(name)}** ${describeScope(kind, turn.place)}.${before} To run it, type \`run ${plainText(name)}\`.`,
    audit: { target: describeEntry('run', kind, name), outcome: 'kept' },
  };
}

const maxRows = 25;

async function listSaved({ deps, saved }: PipelineParts, turn: Turn): Promise<CardContent<'policy/list'>> {
  const all = await saved.list(turn);
  const here = turn.place.kind === 'personal' ? all : all.filter(({ scope }) => kindOf(scope) !== 'personal');
  const rows = here.flatMap((entry) => {
    const run = savedIn(entry);
    return run && mayRun(deps.catalog(), turn.person.id, pipelineAddress(run.connection, run.pipeline))
      ? [{ entry, run }]
      : [];
  });
  const count = rows.length === 0 ? 'No saved runs' : plural(rows.length, 'saved run');
  const [first] = rows;
  const own = all.length - here.length;
  const sentence = [
    first
      ? `**To run one, type \`run\` and its name**: \`run ${plainText(first.entry.name, 40)}\`.`
      : '**Save a run to start it again by its name.** Type `run keep R-1001 as nightly`.',
    ...(own === 0
      ? []
      : [
          `${rows.length === 0 ? plural(own, 'saved run is', 'saved runs are') : plural(own, 'more is', 'more are')} just for you. To see ${own === 1 ? 'it' : 'them'}, ask me in our personal chat.`,
        ]),
  ].join(' ');
  return drawList(deps, turn, {
    kind: 'Runs',
    title: `${count} here`,
    summary: `Runs: ${count.toLowerCase()} here`,
    sentence,
    most: maxRows,
    rows: rows.map(({ entry, run }) => {
      const values = Object.entries(run.values).map(([name, value]) => `${name}=${showValue(value)}`);
      return {
        name: cleanText(entry.name, 40),
        words: cleanText([run.pipeline, ...values].join(' '), 200),
        when: describeScope(kindOf(entry.scope), turn.place),
        action: `Run ${cleanText(entry.name, 30)}`,
        ...{ verb: 'chat.run', id: `run ${entry.name}` },
      };
    }),
    actions: rows.slice(0, 2).map(({ entry: { name } }) => ({
      title: `Run ${cleanText(name, 30)}`,
      ...{ verb: 'chat.run', id: `run ${name}` },
    })),
  });
}

async function remove({ saved }: PipelineParts, turn: Turn, { run = '' }: Arguments): Promise<Reply> {
  const { kind, rest } = readScope(run);
  const removed = await saved.remove(turn, rest, kind);
  if (!removed)
    throw new UserError(
      `No run is saved as “${plainText(rest, 40)}” here. Nothing was changed. To list the saved runs, type \`run favorites\`.`,
    );
  return {
    text: `Deleted the saved run **${plainText(rest, 40)}**, which was saved ${describeScope(removed, turn.place)}.`,
    audit: { target: describeEntry('run', removed, rest.trim().toLowerCase()), outcome: 'removed' },
  };
}
