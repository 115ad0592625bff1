import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { distinctContributors } from '../../core/catalog/authors';
import type { Authors } from '../../core/catalog/authors';
import { ConnectorError } from '../../core/errors';
import type { Release } from '../contract';
import type { ByName } from '../machine/by-name';
import { isVersion } from '../machine/places';
import type { MachineOptions, Placed } from '../machine/places';
import { hostKind } from './bindings';
import type { HostServices } from './bindings';

/** The options with the paths that they lead to. */
export type HostParts = Placed<MachineOptions> & { readonly services: HostServices };

export function foldersOf(dataDir: string) {
  const home = join(dataDir, 'host');
  return {
    runs: join(home, 'runs'),
    metricsFile: join(home, 'metrics.ndjson'),
    /** Contains the ids of runs that something outside Gavel should start. */
    waiting: (service: string): string => join(home, 'waiting', service),
    /** The release that was last seen live. */
    lastSeen: (service: string): string => join(home, `${service}.json`),
  };
}

const maxReleases = 50;
const maxCommits = 200;
const maxFolders = 1000;

const commitId = z.string().regex(/^[0-9a-f]{40}$/);
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Contributor = z.object({ name: z.string(), email: z.string().optional() });
const Commit = z.object({
  id: commitId,
  message: z.string(),
  author: z.string(),
  committedAt: moment,
  /** Author, committer and co-authors, and the parent commits; missing in files of earlier versions. */
  contributors: z.array(Contributor).max(100).optional(),
  parents: z.array(commitId).optional(),
});

/** The content of `release.json` in a release's folder; `detached/describe-release.js` writes it. */
const ReleaseFile = z.object({
  version: z.string(),
  commit: commitId,
  branch: z.string().min(1).max(200).optional(),
  createdAt: moment,
  /** The history up to this commit, newest first. */
  commits: z.array(Commit).max(1000),
});
type ReleaseFile = z.infer<typeof ReleaseFile>;

/** Releases are folders `<releases>/<version>` with a `release.json`. */
export function createReleases({
  places,
  services,
  logger,
}: Pick<HostParts, 'places' | 'services' | 'logger'>): ByName<'sourceControl'> {
  const known = new Map<string, { readonly changedAt: number; readonly content: ReleaseFile | undefined }>();

  async function read(folder: string, version: string): Promise<ReleaseFile | undefined> {
    const path = join(folder, version, 'release.json');
    try {
      const { mtimeMs } = await stat(path);
      const kept = known.get(path);
      if (kept?.changedAt === mtimeMs) return kept.content;
      const parsed = ReleaseFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
      const content = parsed.success && parsed.data.version === version ? parsed.data : undefined;
      if (!content) logger.warn({ path }, 'A folder was skipped: its release.json isn’t valid');
      known.set(path, { changedAt: mtimeMs, content });
      return content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw new ConnectorError(hostKind, 'unreachable', `${path} can’t be read`, { cause: error });
    }
  }

  async function content(service: string, version: string): Promise<ReleaseFile | undefined> {
    places.requireService(service);
    return isVersion(version) ? read(services.releasesOf(service), version) : undefined;
  }

  async function namesIn(folder: string): Promise<string[]> {
    try {
      return (await readdir(folder)).filter(isVersion).slice(0, maxFolders);
    } catch (error) {
      throw new ConnectorError(hostKind, 'unreachable', `${folder} can’t be read`, { cause: error });
    }
  }

  return {
    async releases(service) {
      places.requireService(service);
      const folder = services.releasesOf(service);
      const found = await Promise.all((await namesIn(folder)).map((version) => read(folder, version)));
      return found
        .flatMap((each) => (each ? [releaseOf(each)] : []))
        .sort((one, other) => other.createdAt - one.createdAt)
        .slice(0, maxReleases);
    },
    async release(service, version) {
      const found = await content(service, version);
      return found && releaseOf(found);
    },
    async commitsBetween(service, from, to) {
      const target = await content(service, to);
      const origin = from === undefined ? undefined : await content(service, from);
      if (!target || (from !== undefined && !origin))
        throw new ConnectorError(hostKind, 'not found', `${service} has no release ${target ? from : to}`);
      const nothing = { commits: [], authors: { people: [] } };
      if (origin?.commit === target.commit) return { ...nothing, direction: 'same' };
      const before = new Set(origin?.commits.map(({ id }) => id));
      if (before.has(target.commit)) return { ...nothing, direction: 'back' };
      const range = target.commits.filter(({ id }) => !before.has(id));
      return {
        commits: range.slice(0, maxCommits).map(({ contributors: _, parents: _parents, ...commit }) => commit),
        direction: 'forward',
        authors: authorsOf(range, new Set([...before, ...range.map(({ id }) => id)])),
      };
    },
  };
}

/** Complete if the file has the authors and parents of every commit, and no parent is outside the known range. */
function authorsOf(range: ReleaseFile['commits'], known: ReadonlySet<string>): Authors {
  const people = distinctContributors(
    range.flatMap(({ author, contributors = [] }) => [{ name: author }, ...contributors]),
  );
  if (range.some(({ contributors, parents }) => !contributors || !parents))
    return { people, gap: 'its release.json was written by an earlier version' };
  const isWhole = range.every(({ parents = [] }) => parents.every((parent) => known.has(parent)));
  return { people, ...(!isWhole && { gap: 'the change is longer than the history in its release.json' }) };
}

function releaseOf({ version, commit, branch, createdAt }: ReleaseFile): Release {
  return { version, commit, ...(branch !== undefined && { branch }), createdAt };
}
