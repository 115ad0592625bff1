import type {
  Check,
  CommitRange,
  MainBranch,
  PullRequest,
  PullRequests,
  Release,
  Source,
} from '../../connectors/contract';
import type { Catalog } from '../../core/catalog';
import { cannotSee, requireService } from '../../core/catalog/refusals';
import { withTimeLimit } from '../../core/concurrency';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { visibleTargets } from '../health';
import type { ServiceTarget } from '../health';

/** What source control says of a service. One part that can't be read never hides the others. */

/** `none`: there is no such thing, or the system doesn't have it. */
type Part<T> =
  { readonly found: 'all'; readonly value: T } | { readonly found: 'none' } | { readonly found: 'cannot tell' };

/** What one reading found. Moments are in milliseconds since 1970. */
export interface SourceReport {
  readonly service: string;
  readonly readAt: number;
  /** What people call the system. */
  readonly system: string;
  readonly requests: Part<PullRequests>;
  readonly newest: Part<Release>;
  /** The main branch, compared with the newest release. */
  readonly main: Part<MainBranch>;
  /** What the checks belong to: the main branch, or the newest release. */
  readonly checked: string;
  readonly checks: Part<readonly Check[]>;
  /** The most important environment that the reader sees, and the release that is live there. */
  readonly live: { readonly environment: string; readonly version: string } | undefined;
  /** What isn't live there yet. */
  readonly notLive: Part<CommitRange>;
}

/** The pull requests that somebody should look at. */
interface Attention {
  /** Without a review for days, the longest wait first. */
  readonly waiting: readonly PullRequest[];
  readonly failing: readonly PullRequest[];
}

const answerLimitMs = 15_000;
const dayMs = 86_400_000;
/** A review that takes longer holds up somebody's work. */
const reviewLimitMs = 2 * dayMs;

/** The services whose source this person can see: those with an environment that they can view. */
export function seenServices(catalog: Catalog, personId: string): ReadonlyMap<string, readonly ServiceTarget[]> {
  const seen = new Map<string, ServiceTarget[]>();
  for (const target of visibleTargets(catalog, personId))
    seen.set(target.service, [...(seen.get(target.service) ?? []), target]);
  return seen;
}

/** Refuses a service that isn't in the catalog, that this person can't view, or that has no source control. */
export function requireSource({ catalog, systems }: FeatureDependencies, personId: string, service: string): Source {
  requireService(catalog(), service, 'there is nothing to show');
  if (!seenServices(catalog(), personId).has(service)) throw cannotSee(catalog(), { service });
  const source = systems.source(service);
  if (source) return source;
  throw new UserError(
    `${plainText(service, 40)} isn’t linked to a source repository. Add a \`source\` binding to the catalog.`,
  );
}

/** Reads all of it. `targets`: where the reader can view the service, the most important first. */
export async function readSource(
  deps: FeatureDependencies,
  service: string,
  source: Source,
  targets: readonly ServiceTarget[],
): Promise<SourceReport> {
  const read = reader(deps, source.connection);
  const [released, requests, live] = await Promise.all([
    read(() => source.releases()),
    read(source.pullRequests?.bind(source)),
    readLive(deps, read, targets),
  ]);
  const newest = firstOf(released);
  const version = newest.found === 'all' ? newest.value.version : undefined;
  const [main, notLive] = await Promise.all([
    read(released.found === 'all' ? source.mainBranch?.bind(source, version) : undefined),
    read(live && waitingFor(source, live.version, version)),
  ]);
  const head = main.found === 'all' ? main.value.commit : newest.found === 'all' ? newest.value.commit : undefined;
  return {
    ...{ service, requests, newest, main, live, notLive },
    readAt: deps.clock.now(),
    system: deps.systems.titleOf(source.connection),
    checked: main.found === 'all' ? main.value.name : (version ?? ''),
    checks: await read(head === undefined ? undefined : source.checks?.bind(source, head)),
  };
}

type Read = <T extends object>(call: (() => Promise<T>) | undefined) => Promise<Part<T>>;

/** Reads one part of what a connection knows. */
function reader({ logger }: Pick<FeatureDependencies, 'logger'>, connection: string): Read {
  return async (call) => {
    if (!call) return { found: 'none' };
    try {
      const value = await withTimeLimit(call(), answerLimitMs);
      if (value !== undefined) return { found: 'all', value };
      logger.warn({ connection }, 'Part of source control took too long');
    } catch (error) {
      logger.warn({ error, connection }, 'Part of source control could not be read');
    }
    return { found: 'cannot tell' };
  };
}

function firstOf(released: Part<readonly Release[]>): Part<Release> {
  if (released.found !== 'all') return released;
  const [newest] = released.value;
  return newest ? { found: 'all', value: newest } : { found: 'none' };
}

/** What isn't live: up to the end of the main branch, or else up to the newest release. */
function waitingFor(
  source: Source,
  live: string,
  newest: string | undefined,
): (() => Promise<CommitRange>) | undefined {
  const main = source.mainBranch?.bind(source, live);
  if (main) return async () => (await main()).ahead;
  return newest === undefined ? undefined : () => source.commitsBetween(live, newest);
}

async function readLive(
  { systems }: Pick<FeatureDependencies, 'systems'>,
  read: Read,
  [target]: readonly ServiceTarget[],
): Promise<SourceReport['live']> {
  if (!target) return undefined;
  const { service, environment } = target;
  const running = systems.running(service, environment);
  const found = await read(running && (async () => [await running.read()]));
  const version = found.found === 'all' ? found.value[0]?.version : undefined;
  return version === undefined ? undefined : { environment, version };
}

/** How many checks have failed. */
export const failedIn = (checks: readonly Check[] | undefined): number =>
  (checks ?? []).filter(({ state }) => state === 'failed').length;

/** Which pull requests somebody should look at; drafts are left alone. */
export function attentionOf({ requests, readAt }: Pick<SourceReport, 'requests' | 'readAt'>): Attention {
  const open = requests.found === 'all' ? requests.value.open.filter(({ isDraft }) => !isDraft) : [];
  return {
    waiting: open
      .filter((each) => each.review === 'waiting' && readAt - waitsSince(each) >= reviewLimitMs)
      .sort((one, other) => waitsSince(one) - waitsSince(other)),
    failing: open.filter(({ checks }) => failedIn(checks) > 0),
  };
}

/** From when a pull request without a review counts as waiting: the request for one, or its opening if nobody says when that was. */
export const waitsSince = ({ reviewRequestedAt, openedAt }: PullRequest): number => reviewRequestedAt ?? openedAt;

/** How many reviews each person or team has been asked for, the most first. */
export function reviewLoad(open: readonly PullRequest[]): readonly { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const name of open.flatMap(({ reviewers, isDraft }) => (isDraft ? [] : reviewers)))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1));
}
