import type { Turn } from '../../chat/contract';
import type { DescribedPipeline, Pipeline } from '../../connectors/contract';
import { mayForPipeline, mayRun, pipelineAddress, whoMayRun } from '../../core/catalog/pipelines';
import { nearestOf } from '../../core/catalog/refusals';
import { ConnectorError, UserError } from '../../core/errors';
import { describeOutage } from '../../core/outage';
import { RefusalError } from '../../core/refusal';
import { enumerate, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import type { PipelineRun } from './contract';

/** Which pipelines there are, and who may do what with them. */

/** A pipeline that the catalog offers. */
export interface Offer extends Pipeline {
  readonly connection: string;
  /** What people type: its id, or with its connection where two have it. */
  readonly name: string;
}

export interface Offers {
  readonly offers: readonly Offer[];
  /** The connections that gave no answer. */
  readonly silent: readonly string[];
}

/** Every pipeline that the connections offer, in the order of the catalog. */
export async function findOffers({ systems, logger }: FeatureDependencies): Promise<Offers> {
  const silent: string[] = [];
  const found = await Promise.all(
    systems.pipelineSources().map(async (source) => {
      try {
        return (await source.list()).map((pipeline) => ({ ...pipeline, connection: source.connection }));
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        logger.warn({ error, connection: source.connection }, 'The pipelines of a connection could not be listed');
        silent.push(source.connection);
        return [];
      }
    }),
  );
  const all = found.flat();
  const isAmbiguous = (id: string): boolean => all.filter((each) => each.id === id).length > 1;
  const offers = all.map((each) => ({
    ...each,
    name: isAmbiguous(each.id) ? pipelineAddress(each.connection, each.id) : each.id,
  }));
  return { offers, silent };
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The offer that a typed name or an address means; undefined if there is none. */
export function offerNamed({ offers }: Offers, typed: string): Offer | undefined {
  return offers.find(
    ({ name, connection, id }) => sameName(name, typed) || sameName(pipelineAddress(connection, id), typed),
  );
}

/** Those that this person may start. */
export function runnableBy({ catalog }: Pick<FeatureDependencies, 'catalog'>, personId: string, { offers }: Offers) {
  return offers.filter(({ connection, id }) => mayRun(catalog(), personId, pipelineAddress(connection, id)));
}

/** Says that nobody offers such a pipeline, and what was perhaps meant. */
export function unknownPipeline(
  deps: Pick<FeatureDependencies, 'catalog' | 'systems'>,
  { person }: Pick<Turn, 'person'>,
  found: Offers,
  typed: string,
): UserError {
  const names = runnableBy(deps, person.id, found).map(({ name }) => name);
  const near = nearestOf(typed, names).map((name) => plainText(name, 60));
  const silent = found.silent.map((connection) => plainText(deps.systems.titleOf(connection), 40));
  const parts = [
    `I can’t find a pipeline called ${plainText(typed, 60)}. Nothing was started.`,
    near.length > 0 ? `Did you mean ${enumerate(near, 'or')}?` : 'Type `run` to choose one.',
    ...(silent.length > 0 ? [`${enumerate(silent)} didn’t respond, so some pipelines are missing.`] : []),
  ];
  return new UserError(parts.join(' '));
}

interface Addressed {
  readonly connection: string;
  readonly pipeline: string;
}

const addressOf = ({ connection, pipeline }: Addressed): string => pipelineAddress(connection, pipeline);

/** Throws `RefusalError` unless this person may start it. */
export function requireMayRun(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  personId: string,
  run: Addressed,
): void {
  const address = addressOf(run);
  if (mayRun(catalog(), personId, address)) return;
  throw new RefusalError({
    act: `run ${run.pipeline}`,
    nothing: 'nothing was started',
    why: 'You need the run permission for this pipeline.',
    able: whoMayRun(catalog(), address).map(({ name }) => name),
    can: 'run it',
    asks: 'access run',
  });
}

/** Whether this person sees its runs. */
export function maySee({ catalog }: Pick<FeatureDependencies, 'catalog'>, personId: string, run: PipelineRun): boolean {
  return run.requester.id === personId || mayForPipeline(catalog(), personId, 'view', addressOf(run));
}

/** Whether this person may cancel it or say how it ended: its requester while they may start it, and those who operate it. */
export function mayStop(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  personId: string,
  run: PipelineRun,
): boolean {
  const address = addressOf(run);
  const isOwn = run.requester.id === personId && mayRun(catalog(), personId, address);
  return isOwn || mayForPipeline(catalog(), personId, 'operate', address);
}

/** Throws `RefusalError` unless this person may cancel it. */
export function requireStop(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  personId: string,
  run: PipelineRun,
): void {
  if (mayStop({ catalog }, personId, run)) return;
  const others = Object.values(catalog().people).filter(({ id }) => mayStop({ catalog }, id, run));
  throw new RefusalError({
    act: `cancel the run of ${run.pipeline}`,
    nothing: 'nothing was changed',
    why:
      run.requester.id === personId
        ? 'You need the run permission for this pipeline.'
        : 'You didn’t start this run, so you need the operate permission for its pipeline.',
    able: others.map(({ name }) => name),
    can: 'cancel it',
  });
}

/** With its parameters as of now. Throws `UserError` if it's gone or its tool doesn't answer. */
export async function describePipeline(
  { systems }: Pick<FeatureDependencies, 'systems'>,
  { connection, pipeline }: Addressed,
): Promise<DescribedPipeline> {
  const tool = plainText(systems.titleOf(connection), 40);
  try {
    const found = await systems.pipelineSource(connection)?.describe(pipeline);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { is, again } = describeOutage(error);
    throw new UserError(
      `${tool} ${is}, so I can’t tell which parameters ${plainText(pipeline, 60)} takes. Nothing was started. Try again ${again}.`,
    );
  }
  throw new UserError(
    `${plainText(pipeline, 60)} is no longer available in ${tool}. Nothing was started. Type \`run\` to choose another pipeline.`,
  );
}
