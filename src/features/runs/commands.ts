import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { listTopic } from '../../chat/contract';
import { lacksRight, nearestOf } from '../../core/catalog/refusals';
import { UserError } from '../../core/errors';
import { newId } from '../../core/keys';
import { enumerate, plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { TicketLinks } from '../tickets';
import { previewCard, runPreviewTopic } from './cards';
import type { PipelineChoice, PipelineRun } from './contract';
import type { RunStore } from './effects';
import { describePipeline, findOffers, maySee, offerNamed, requireMayRun, runnableBy, unknownPipeline } from './facts';
import type { SavedRuns } from './favorites/store';
import { parametersCard, pipelinesCard } from './form/cards';
import { runsCard } from './list';
import { givenOf, labelsOf, readNumber, readPairs, readValues } from './parse';

/** `run`, and what belongs to it. Nothing starts here: a button of the preview does that. */

export interface PipelineParts {
  readonly deps: FeatureDependencies;
  readonly runs: RunStore;
  readonly saved: SavedRuns;
  readonly approvals: Pick<Approvals, 'askedAbout'>;
  readonly tickets: Pick<TicketLinks, 'showOn'>;
}

const ship = { topic: 'Ship' } as const;

export function runCommands(parts: PipelineParts): Command[] {
  return [
    {
      ...ship,
      name: 'run',
      synonyms: ['start pipeline', 'run pipeline'],
      phrasings: ['start|trigger|launch|execute [a|the] pipeline|build|job|workflow [{pipeline}]'],
      operation: 'run',
      asksFirst: true,
      summary: 'Run a pipeline, after a form with its parameters',
      arguments: [{ name: 'pipeline', kind: 'text', summary: 'its name, then parameters as name=value' }],
      examples: ['run', 'run load-test', 'run load-test requests=50 service=shop'],
      right: 'run',
      knows: (turn, { pipeline = '' }) => isKnown(parts, turn, splitLine(pipeline).typed),
      run: (turn, args) => prepareTyped(parts, turn, args),
    },
    {
      ...ship,
      name: 'run again',
      synonyms: ['rerun'],
      phrasings: ['repeat my|the last run', 'run it again'],
      operation: 'run',
      asksFirst: true,
      summary: 'Run a pipeline again with the same parameters',
      arguments: [{ name: 'id', kind: 'phrase', label: 'Run', summary: 'its number; without it, your last run' }],
      examples: ['run again', 'run again R-1001'],
      right: 'run',
      run: async (turn, { id }) => prepareAgain(parts, turn, (await requireOwnOrNamed(parts, turn, id)).value),
    },
    {
      ...ship,
      name: 'runs',
      synonyms: ['run list', 'pipelines'],
      phrasings: [
        'list|show [the|all] runs [of|by] [{filter}]',
        'last|latest|recent runs [of|by] [{filter}]',
        'my runs',
      ],
      operation: 'look',
      summary: 'List runs of pipelines and how they ended',
      shows: ['pipeline-runs', 'granted-rights'],
      arguments: [{ name: 'filter', kind: 'phrase', summary: 'a pipeline, a person, or the number of a run' }],
      examples: ['runs', 'runs load-test', 'runs Dana Developer'],
      right: 'view',
      run: (turn, { filter = '' }) => listRuns(parts, turn, filter),
    },
  ];
}

/** `load-test requests=50`: the pipeline, and the rest. */
function splitLine(line: string): { readonly typed: string; readonly parameters: string } {
  const words = line.trim();
  const end = words.search(/\s/);
  return end === -1
    ? { typed: words, parameters: '' }
    : { typed: words.slice(0, end), parameters: words.slice(end).trim() };
}

/** Whether there is something to run by this name, or nobody can tell because a tool is silent. */
async function isKnown({ deps, saved }: PipelineParts, turn: Turn, typed: string): Promise<boolean> {
  const found = await findOffers(deps);
  if (found.silent.length > 0 || offerNamed(found, typed) || readNumber(typed) !== undefined) return true;
  return (await saved.find(turn, typed)) !== undefined;
}

async function prepareTyped(parts: PipelineParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deps, saved } = parts;
  const { typed, parameters } = splitLine(args['pipeline'] ?? '');
  const found = await findOffers(deps);
  if (typed === '') {
    const runnable = runnableBy(deps, turn.person.id, found);
    if (runnable.length > 0) return pipelinesCard(deps, turn, runnable, found);
    if (found.offers.length > 0) throw lacksRight(deps.catalog(), { right: 'run', act: 'run a pipeline', nothing: '' });
    throw new UserError(
      found.silent.length > 0
        ? `${enumerate(found.silent.map((each) => plainText(deps.systems.titleOf(each), 40)))} didn’t respond, so I can’t list any pipelines. Try again in a moment.`
        : 'There are no pipelines to run yet. In the catalog, add `run: [nightly, docs-*]` to a connection that has pipelines.',
    );
  }
  const offer = offerNamed(found, typed);
  if (!offer && /^r-?\d+$/i.test(typed))
    return prepareAgain(parts, turn, (await requireOwnOrNamed(parts, turn, typed)).value);
  const { pairs, extra } = readPairs(parameters);
  if (extra.length > 0)
    throw new UserError(
      `I don’t understand “${plainText(extra.join(' '), 60)}”. Nothing was started. Write parameters as \`name=value\`, or type \`run ${plainText(typed, 40)}\` for a form.`,
    );
  const favorite = offer ? undefined : await saved.find(turn, typed);
  if (!offer && !favorite) throw unknownPipeline(deps, turn, found, typed);
  const {
    connection,
    pipeline,
    values = {},
  } = favorite ?? { connection: offer?.connection ?? '', pipeline: offer?.id ?? '' };
  const given = new Map([...givenOf(values), ...pairs]);
  return prepare(parts, turn, { connection, pipeline }, given, given.size === 0 ? 'form' : 'preview');
}

/** Shows what would be started, or the form if something is missing or wrong. `first`: what to show if nothing is. */
export async function prepare(
  { deps, runs }: PipelineParts,
  turn: Turn,
  { connection, pipeline: id }: Pick<PipelineChoice, 'connection' | 'pipeline'>,
  given: ReadonlyMap<string, string | readonly string[]>,
  first: 'form' | 'preview',
): Promise<Reply> {
  requireMayRun(deps, turn.person.id, { connection, pipeline: id });
  const pipeline = await describePipeline(deps, { connection, pipeline: id });
  const { values, problems } = readValues(pipeline.parameters, given);
  if (problems.length > 0 || (first === 'form' && pipeline.parameters.length > 0))
    return parametersCard(deps, turn, pipeline, { connection, given, problems: given.size > 0 ? problems : [] });
  const { id: runId, value } = await runs.prepare(newId(), {
    ...{ connection, pipeline: id, title: pipeline.title, values, labels: labelsOf(pipeline.parameters) },
    ...{ requester: turn.person, placeId: turn.place.id, thread: turn.thread, correlationId: turn.correlationId },
  });
  return { ...previewCard(deps, runId, value), about: runPreviewTopic(runId) };
}

/** The preview of the same pipeline with the same values. */
export function prepareAgain(parts: PipelineParts, turn: Turn, run: PipelineRun): Promise<Reply> {
  return prepare(parts, turn, run, givenOf(run.values), 'preview');
}

/** The run with this number, if this person can see it; without a number, their last one. Throws `UserError` if there is none. */
export async function requireOwnOrNamed(
  { deps, runs: { records } }: PipelineParts,
  turn: Turn,
  word: string | undefined,
): Promise<Stored<PipelineRun>> {
  if (word === undefined) {
    const where = { requester: turn.person.id };
    const { items } = await records.find({ where, orderBy: 'preparedAt', descending: true, limit: 20 });
    const last = items.find(({ value }) => value.startedAt !== undefined);
    if (last) return last;
    throw new UserError('You haven’t run a pipeline yet. Type `run` to choose one.');
  }
  const number = readNumber(word);
  const { items } = number === undefined ? { items: [] } : await records.find({ where: { number }, limit: 1 });
  const [found] = items;
  if (found && maySee(deps, turn.person.id, found.value)) return found;
  if (/\btests?\b|^t-\d/i.test(word))
    throw new UserError('To rerun tests, use the buttons on their card. Type `tests history` to find it.');
  throw new UserError(`There is no run ${plainText(word, 40)}. Type \`runs\` to see the latest.`);
}

const shownRuns = 20;

async function listRuns(parts: PipelineParts, turn: Turn, filter: string): Promise<Reply> {
  const { deps, runs } = parts;
  const wanted = filter.replace(/^(?:of|by|for) /i, '').trim();
  const newest = { orderBy: 'preparedAt', descending: true, limit: 200 } as const;
  if (readNumber(wanted) !== undefined) {
    const { id, value } = await requireOwnOrNamed(parts, turn, wanted);
    return runsCard(deps, turn, [{ id, value }], '');
  }
  const { items } = await runs.records.find(newest);
  const seen = items.filter(({ value }) => value.startedAt !== undefined && maySee(deps, turn.person.id, value));
  const shown = wanted === '' ? seen : seen.filter(({ value }) => isAbout(value, wanted, turn));
  if (wanted !== '' && shown.length === 0) throw noneOf(seen, wanted);
  const about = wanted === '' ? '' : ` of ${plainText(wanted, 40)}`;
  return {
    ...runsCard(deps, turn, shown.slice(0, shownRuns), about),
    about: listTopic(wanted === '' ? 'runs' : `runs ${wanted}`, ['pipeline-runs', 'granted-rights']),
  };
}

function isAbout({ pipeline, title, requester, connection }: PipelineRun, wanted: string, { person }: Turn): boolean {
  const word = wanted.toLowerCase().replace(/^@/, '');
  if (word === 'me' || word === 'mine') return requester.id === person.id;
  return [pipeline, title, requester.name, `${connection}/${pipeline}`].some((each) =>
    each.toLowerCase().includes(word),
  );
}

function noneOf(seen: readonly Stored<PipelineRun>[], wanted: string): UserError {
  const names = [...new Set(seen.map(({ value }) => value.pipeline))];
  const near = nearestOf(wanted, names).map((name) => plainText(name, 60));
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'Type `runs` to list the latest runs.';
  return new UserError(`There are no runs of ${plainText(wanted, 60)}. ${hint}`);
}
