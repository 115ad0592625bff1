import type { ServiceEvent } from '../../../src/features/subscriptions';
import { createRandom } from '../random';

/** A day of events, the channels that get them, and who has to get which, computed without the product's own rules. */

export interface PlannedHappening {
  readonly at: number;
  readonly happening: Omit<ServiceEvent, 'toldTo'>;
  /** The category that it must count as. */
  readonly counts: ServiceEvent['outcome'];
}

export const dayBegins = Date.UTC(2026, 10, 24);
const dayMs = 86_400_000;
const services = ['shop', 'payments', 'search'] as const;
const environments = ['staging', 'production'] as const;
const branches = ['main', 'release', undefined] as const;

/** The same count gives the same day: half of the events are spread evenly, half are in incidents of two minutes. */
export function planDay(count: number): readonly PlannedHappening[] {
  const random = createRandom(count);
  const times = Array.from({ length: count }, () => dayBegins + random.number(dayMs));
  for (let begun = 0; begun < count / 2;) {
    const incident = dayBegins + random.number(dayMs - 120_000);
    const size = Math.min(10 + random.number(40), count - begun);
    for (let index = 0; index < size; index++) times[begun + index] = incident + random.number(120_000);
    begun += size;
  }
  times.sort((a, b) => a - b);
  const failing = new Set<string>();
  return times.map((at, index) => {
    const service = random.pick(services);
    const environment = random.pick(environments);
    const place = `${service} ${environment}`;
    const outcome = random.chance(0.15) ? 'failure' : random.chance(0.15) ? 'started' : 'success';
    const critical = outcome === 'failure' && random.chance(0.1);
    const recovers = outcome === 'success' && failing.delete(place);
    if (outcome === 'failure') failing.add(place);
    const branch = random.pick(branches);
    const name = `D-${1001 + index}`;
    const happening = {
      id: `happening-${index}`,
      thread: `deployment-${index}`,
      revision: 1,
      name,
      service,
      environment,
      outcome,
      severity: critical ? ('critical' as const) : outcome === 'failure' ? ('warning' as const) : ('info' as const),
      ...(branch !== undefined && { branch }),
      words: `**${service} in ${environment}: ${outcome}** (${name}).`,
    } as const;
    return { at, happening, counts: recovers ? 'recovery' : outcome };
  });
}

export interface PlannedChannel {
  readonly number: number;
  /** As typed there. */
  readonly lines: readonly string[];
  wants(planned: PlannedHappening): boolean;
}

const isOf = (planned: PlannedHappening, service: string, environment?: string): boolean =>
  planned.happening.service === service && (environment === undefined || planned.happening.environment === environment);
const isNews = ({ counts }: PlannedHappening): boolean => counts === 'failure' || counts === 'recovery';
const fails = ({ counts }: PlannedHappening): boolean => counts === 'failure';

export const channels: readonly PlannedChannel[] = [
  { number: 1, lines: ['subscribe shop'], wants: (each) => isOf(each, 'shop') && isNews(each) },
  {
    number: 2,
    lines: ['subscribe shop in production on everything'],
    wants: (each) => isOf(each, 'shop', 'production'),
  },
  {
    number: 3,
    lines: ['subscribe payments production on failure'],
    wants: (each) => isOf(each, 'payments', 'production') && fails(each),
  },
  {
    number: 4,
    lines: ['subscribe all on failure severity critical'],
    wants: ({ happening }) => happening.severity === 'critical',
  },
  { number: 5, lines: ['subscribe all', 'digest daily at 9'], wants: isNews },
  { number: 6, lines: ['subscribe search on everything', 'digest daily at 18'], wants: (each) => isOf(each, 'search') },
  { number: 7, lines: ['subscribe all on everything', 'digest weekly'], wants: () => true },
  {
    number: 8,
    lines: ['subscribe all on failure branch main'],
    wants: (each) => fails(each) && each.happening.branch === 'main',
  },
  {
    number: 9,
    lines: ['subscribe payments staging on everything', 'mute 6h'],
    wants: (each) => isOf(each, 'payments', 'staging'),
  },
  { number: 10, lines: ['subscribe shop on failure'], wants: (each) => isOf(each, 'shop') && fails(each) },
];

/** Blocks Gavel for a part of the day. */
export const refusingChannel = 10;
