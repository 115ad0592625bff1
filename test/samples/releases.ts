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
  /** None from now on, or never any. */
  readonly figures?: Partial<MetricPoint> | 'none' | 'never';
  /** One for each minute of the last hour, oldest first; omitted, as the readings of the hour say. */
  readonly p95Ms?: (minute: number) => number;
}

/** The readings of a service, each from when it was set: what a graph shows of the past is what its card said then. */
class Readings extends Map<string, Reading> {
  readonly #changes = new Map<string, { readonly at: number; readonly reading: Reading }[]>();

  constructor(private readonly now: () => number) {
    super();
  }

  override set(target: string, reading: Reading): this {
    this.#changes.set(target, [...this.#changesOf(target), { at: this.now(), reading }]);
    return super.set(target, reading);
  }

  at(target: string, moment: number): Reading {
    return this.#changesOf(target).findLast(({ at }) => at <= moment)?.reading ?? {};
  }

  /** Since when it answers, or doesn't: half a day, if that hasn't changed. */
  answeringSince(target: string): number {
    const answers = ({ probe }: Reading): boolean => probe?.answers !== false;
    let [before, since] = [true, this.now() - 12 * 60 * 60_000];
    for (const { at, reading } of this.#changesOf(target))
      if (answers(reading) !== before) [before, since] = [answers(reading), at];
    return since;
  }

  #changesOf(target: string): readonly { readonly at: number; readonly reading: Reading }[] {
    return this.#changes.get(target) ?? [];
  }
}

/** Services that can be restarted, and that are as the readings say; healthy by default. */
export function connectServices({ clock, connector }: FakeWorld): Map<string, Reading> {
  const readings = new Readings(() => clock.now());
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
        return typeof figures === 'string' || !isThere ? undefined : { ...usual, ...figures, at: clock.now() };
      },
      async history(service: string, environment: string) {
        const target = `${service}/${environment}`;
        const { p95Ms, figures: current } = readingOf(service, environment);
        if (current === 'never' || !connector.serving.has(target)) return [];
        return Array.from({ length: 61 }, (_, minute) => minute).flatMap((minute) => {
          const at = clock.now() - (60 - minute) * 60_000;
          const { figures } = readings.at(target, at);
          if (typeof figures === 'string') return [];
          return { ...usual, p95Ms: p95Ms?.(minute) ?? 122 + (minute % 5), ...figures, at };
        });
      },
      async answeringSince(service: string, environment: string) {
        const { probe } = readingOf(service, environment);
        return { well: probe?.answers !== false, since: readings.answeringSince(`${service}/${environment}`) };
      },
    },
  });
  return readings;
}

/** Replaces what every change consists of. */
export function setCommits(commits: Commit[], now: readonly Commit[]): void {
  commits.splice(0, commits.length, ...now);
}
