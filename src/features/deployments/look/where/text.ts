import { cleanText, enumerateFew, isolate, withFullStop } from '../../../../core/text';
import type { ReleaseName } from '../../contract';
import { labelOf } from '../../store';
import { isSameRelease } from './facts';
import type { LiveBySource, PlaceFacts } from './facts';

/** What a row says beneath its release: where tools disagree, which couldn't be read, and whether something else was deployed last. Clean, without Markdown. */

const longestVersion = 40;
const maxClauses = 3;

/** Empty if everybody agrees. */
export function describeDifferences({ sources, live, last }: Pick<PlaceFacts, 'sources' | 'live' | 'last'>): string {
  const silent = sources.filter((source) => source.live.found === 'cannot tell').map(({ title }) => title);
  return [
    describeDisagreement(sources),
    silent.length === 0 ? '' : `Gavel couldn’t get the release from ${enumerateFew(silent)}.`,
    describeDrift(live, last),
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

interface Claim {
  readonly titles: string[];
  readonly release: ReleaseName | undefined;
}

/** `GitHub says 2.14.0; Jenkins and CloudBees CD say 2.13.0.` */
function describeDisagreement(sources: readonly LiveBySource[]): string {
  const claims: Claim[] = [];
  for (const { title, live } of sources) {
    if (live.found === 'cannot tell') continue;
    const { running: release } = live;
    const known = claims.find((claim) =>
      claim.release && release ? isSameRelease(claim.release, release) : claim.release === release,
    );
    if (known) known.titles.push(title);
    else claims.push({ titles: [title], release });
  }
  if (claims.length < 2) return '';
  const named = claims.slice(0, maxClauses).map(({ titles, release }) => {
    const isAlone = claims.every((other) => other.release === release || other.release?.version !== release?.version);
    const words = release ? nameRelease(release, !isAlone) : 'nothing is deployed';
    return `${enumerateFew(titles)} ${titles.length === 1 ? 'says' : 'say'} ${words}`;
  });
  const more = claims.length > maxClauses ? '; others say something else' : '';
  return withFullStop(`${named.join('; ')}${more}`);
}

/** `Gavel last deployed 2.14.0 here (D-1042).` */
function describeDrift(live: PlaceFacts['live'], last: PlaceFacts['last']): string {
  if (!last || live.found === 'cannot tell') return '';
  const { running } = live;
  if (running && isSameRelease(running, last)) return '';
  const name = nameRelease(last, running?.version === last.version);
  return `Gavel last ${last.kind === 'rollback' ? 'rolled back to' : 'deployed'} ${name} here (${labelOf(last)}).`;
}

/** The commit tells releases with the same version apart. */
function nameRelease({ version, commit }: ReleaseName, needsCommit: boolean): string {
  const name = isolate(cleanText(version, longestVersion));
  return needsCommit ? `${name} (${cleanText(commit.slice(0, 7))})` : name;
}
