import type { Commit, MetricPoint, Probe, Running } from '../../src/connectors/contract';
import type { FakeWorld } from '../features/fakes';

/** The releases that a sample world has, what is live where, and what changed. */

const dayMs = 86_400_000;
const shown = (start: string): string => start.padEnd(40, '0');

export const releases = [
  { version: '2.12.0', commit: shown('5d12c88'), daysAgo: 20 },
  { version: '2.13.0', commit: shown('8d02f7c'), daysAgo: 11 },
  { version: '2.14.0', commit: shown('3c9f2e1'), daysAgo: 3 },
  { version: '2.15.0', commit: shown('b71d04a'), daysAgo: 0.2 },
] as const;
type Version = (typeof releases)[number]['version'];

const commits: readonly (readonly [commit: string, message: string, author: string])[] = [
  ['3c9f2e1', 'Keep the cart when a payment fails', 'Dana Developer'],
  ['b71d04a', 'Add gift cards to the order total', 'Avery Approver'],
  ['90ae6f3', 'Retry the tax lookup twice, then use the cached rate', 'Dana Developer'],
];

/** The newest releases, with 2.14.0 live in staging and 2.13.0 in production. */
export function stock({ clock, connector }: FakeWorld): void {
  const now = clock.now();
  connector.releasesOf.clear();
  for (const { version, commit, daysAgo } of releases)
    connector.releasesOf.set(version, { version, commit, createdAt: now - daysAgo * dayMs });
  setCommits(
    connector.commits,
    commits.map(([id, message, author], index) => ({
      id: shown(id),
      message,
      author,
      committedAt: now - index * dayMs,
    })),
  );
  for (const service of ['shop', 'payments', 'search']) {
    connector.serving.set(`${service}/staging`, live('2.14.0', now - 2 * dayMs));
    connector.serving.set(`${service}/production`, live('2.13.0', now - 10 * dayMs));
  }
}

export function live(version: Version, since: number): Running {
  const { commit } = releases.find((each) => each.version === version) ?? releases[0];
  return { version, commit, since };
}

/** How a service is somewhere. */
export interface Reading {
  readonly probe?: Partial<Probe>;
  readonly figures?: Partial<MetricPoint> | 'none';
  /** One for each minute of the last hour, oldest first. */
  readonly p95Ms?: (minute: number) => number;
  /** For how many minutes it has been like this. */
  readonly minutes?: number;
}

/** Services that can be restarted, and that are as the readings say; healthy by default. */
export function connectServices({ clock, connector }: FakeWorld): Map<string, Reading> {
  const readings = new Map<string, Reading>();
  const readingOf = (service: string, environment: string): Reading => readings.get(`${service}/${environment}`) ?? {};
  const usual = { p50Ms: 63, p95Ms: 124, errorPercent: 0.4, requestsPerSecond: 86 };
  Object.assign(connector, {
    services: { restart: async () => ({ processId: 4123 }) },
    metrics: {
      probe: async (service: string, environment: string) => ({
        ...{ at: clock.now(), answers: true },
        ...readingOf(service, environment).probe,
      }),
      async figures(service: string, environment: string) {
        const { figures } = readingOf(service, environment);
        const isThere = connector.serving.has(`${service}/${environment}`);
        return figures === 'none' || !isThere ? undefined : { ...usual, ...figures, at: clock.now() };
      },
      async history(service: string, environment: string) {
        const { figures, p95Ms = (minute) => 122 + (minute % 5) } = readingOf(service, environment);
        if (figures === 'none' || !connector.serving.has(`${service}/${environment}`)) return [];
        return Array.from({ length: 61 }, (_, minute) => ({
          ...{ ...usual, at: clock.now() - (60 - minute) * 60_000, p95Ms: p95Ms(minute) },
        }));
      },
      async answeringSince(service: string, environment: string) {
        const { probe, minutes = 12 * 60 } = readingOf(service, environment);
        return { well: probe?.answers !== false, since: clock.now() - minutes * 60_000 };
      },
    },
  });
  return readings;
}

/** Replaces what every change consists of. */
export function setCommits(commits: Commit[], now: readonly Commit[]): void {
  commits.splice(0, commits.length, ...now);
}
