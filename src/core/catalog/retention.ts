import { z } from 'zod';

/** How long each kind of record is kept: the catalog's `retention` and its defaults. */

const dayMs = 86_400_000;
/** A hundred years: like forever, but still a number of days. */
const everDays = 36_500;

interface Kind {
  /** The collection with these records. */
  readonly collection: string;
  readonly usualDays: number;
  /** A shorter period would remove what people still need. */
  readonly minDays: number;
}

const kinds = {
  history: { collection: 'history', usualDays: 30, minDays: 1 },
  replies: { collection: 'replies', usualDays: 60, minDays: 7 },
  messages: { collection: 'messages', usualDays: 180, minDays: 30 },
  approvals: { collection: 'approvals', usualDays: 180, minDays: 30 },
  deployments: { collection: 'deployments', usualDays: everDays, minDays: 90 },
  emergencies: { collection: 'emergency-reviews', usualDays: everDays, minDays: 90 },
  runs: { collection: 'pipeline-runs', usualDays: 180, minDays: 7 },
  testRuns: { collection: 'test-runs', usualDays: 180, minDays: 7 },
  tickets: { collection: 'tickets', usualDays: 365, minDays: 30 },
  savedRuns: { collection: 'saved-runs', usualDays: everDays, minDays: 30 },
  restarts: { collection: 'restarts', usualDays: 90, minDays: 7 },
  alerts: { collection: 'alerts', usualDays: 180, minDays: 7 },
  freezes: { collection: 'freezes', usualDays: 180, minDays: 7 },
  schedules: { collection: 'schedules', usualDays: 30, minDays: 1 },
  confirmations: { collection: 'confirmations', usualDays: 30, minDays: 1 },
  heldActions: { collection: 'held-actions', usualDays: 90, minDays: 7 },
  accessRequests: { collection: 'access-requests', usualDays: 90, minDays: 7 },
  happenings: { collection: 'happenings', usualDays: 30, minDays: 7 },
  places: { collection: 'places', usualDays: everDays, minDays: 90 },
  memories: { collection: 'memories', usualDays: everDays, minDays: 30 },
  aliases: { collection: 'aliases', usualDays: everDays, minDays: 30 },
  favorites: { collection: 'favorites', usualDays: everDays, minDays: 30 },
} as const satisfies Readonly<Record<string, Kind>>;

export type RetentionKind = keyof typeof kinds;
export const retentionKinds = Object.keys(kinds) as readonly RetentionKind[];

const daysFrom = (least: number) =>
  z.union([z.number().int().min(least).max(everDays), z.literal('forever')]).optional();

/** `retention:` of a catalog: days or `forever` for each kind of record, and for the audit log. */
export const Retention = z
  .strictObject({
    ...(Object.fromEntries(Object.entries(kinds).map(([kind, { minDays }]) => [kind, daysFrom(minDays)])) as Record<
      RetentionKind,
      ReturnType<typeof daysFrom>
    >),
    audit: daysFrom(90),
  })
  .default({});

interface Said {
  readonly retention: z.infer<typeof Retention>;
  /** The name of this setting before there was `retention`. */
  readonly historyDays?: number;
}

/** How many days this catalog keeps records of this kind; undefined: forever. */
export function retentionDays({ retention, historyDays }: Said, kind: RetentionKind | 'audit'): number | undefined {
  const said = retention[kind] ?? (kind === 'history' ? historyDays : undefined);
  const days = said === 'forever' ? everDays : (said ?? (kind === 'audit' ? everDays : kinds[kind].usualDays));
  return days >= everDays ? undefined : days;
}

/** How long records of this kind are kept by default: what their `expiresAt` uses. */
export function defaultRetentionMs(kind: RetentionKind): number {
  return kinds[kind].usualDays * dayMs;
}

/** The collection with records of this kind. */
export function collectionOf(kind: RetentionKind): string {
  return kinds[kind].collection;
}

/** How much longer than the default this catalog keeps the records of each collection; less than 0: shorter. */
export function longerRetentionMs(said: Said): ReadonlyMap<string, number> {
  return new Map(
    retentionKinds.map((kind) => [
      kinds[kind].collection,
      (retentionDays(said, kind) ?? everDays) * dayMs - defaultRetentionMs(kind),
    ]),
  );
}
