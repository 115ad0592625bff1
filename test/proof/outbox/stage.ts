import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity } from 'botbuilder';
import type { OutboxMessage, Turn } from '../../../src/chat/contract';
import { createOutbox } from '../../../src/chat/outbox';
import type { OutboxOptions, RunningOutbox } from '../../../src/chat/outbox';
import { createTeamsConnection } from '../../../src/chat/teams';
import type { TeamsConnection } from '../../../src/chat/teams';
import { createReplies } from '../../../src/chat/teams/out/replies';
import type { Replies } from '../../../src/chat/teams/out/replies';
import { newId } from '../../../src/core/keys';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { createLeases } from '../../../src/jobs';
import { tenantId } from '../../../src/playground/world';
import { limitStoreTime } from '../../../src/store/collections';
import type { Store } from '../../../src/store/contract';
import { openStoreIn } from '../../store/temporary-store';
import { channelNumber, createPeople, dana } from '../harness';

/** What sends in one instance of Gavel: real store, real outbox, real HTTP; only the features are missing. */
export interface SendingInstance {
  readonly outbox: RunningOutbox;
  readonly replies: Replies;
  readonly connection: TeamsConnection;
  readonly store: Store;
  stop(): Promise<void>;
}

export interface SendingOptions extends Partial<OutboxOptions> {
  readonly folder: string;
  readonly timeLimitMs?: number;
  /** When the store counts as silent; 4000 by default. */
  readonly storeLimitMs?: number;
  /** Wraps the store for everything that uses it. */
  readonly around?: (store: Store) => Store;
}

export function startSending({
  folder,
  timeLimitMs,
  around = (store) => store,
  storeLimitMs = 4_000,
  clock = systemClock,
  ...more
}: SendingOptions): SendingInstance {
  const opened = openStoreIn(folder);
  const store = limitStoreTime(around(opened), { limitMs: storeLimitMs, logger: silentLogger });
  const common = { store, clock, logger: silentLogger };
  const connection = createTeamsConnection({
    ...common,
    registration: undefined,
    allowedTenants: [tenantId],
    serviceHosts: [],
    timeLimitMs,
  });
  const { sender, rateLimit, places } = connection;
  const leases = createLeases({ store, clock, owner: newId() });
  const outbox = createOutbox({ ...common, sender, rateLimit, owners: places, leases, secondLookMs: 200, ...more });
  outbox.start();
  return {
    outbox,
    connection,
    store,
    replies: createReplies({ connection, outbox, later: (work) => void work }),
    async stop() {
      await outbox.stop();
      await opened.close();
    },
  };
}

/** Dana has written in these channels, so Gavel knows them and she is responsible for them. */
export async function meetChannels({ connection }: SendingInstance, serviceUrl: string, count: number): Promise<void> {
  const people = createPeople(serviceUrl);
  for (let number = 1; number <= count; number++) {
    const activity = people.says(dana, channelNumber(number), 'hello');
    await connection.places.remember(activity as unknown as Activity, tenantId);
  }
}

export function placeOf(number: number): string {
  return channelNumber(number).id;
}

/** A card of ordinary size for one channel. */
export function postFor(number: number, more: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    key: `post:${number}`,
    destination: { to: 'place', placeId: placeOf(number) },
    content: cardSaying(`D-${number} is in production`),
    revision: 1,
    ...more,
  };
}

export function cardSaying(summary: string) {
  return {
    card: 'chat/refusal',
    data: {
      kind: 'Deployment',
      state: { glyph: '✓', word: 'Succeeded', tone: 'good' },
      title: 'Shop 2.14.0 in production',
      summary,
      sentence: 'It was verified at 14:09.',
      facts: Array.from({ length: 12 }, (_, index) => ({ title: `Fact ${index}`, value: 'x'.repeat(60) })),
      next: { button: 'Look', verb: 'health.view', id: 'shop' },
      other: { button: '', verb: '', id: '' },
      footer: 'ref 4f2a91c0',
    },
  } as const;
}

/** A line that a person typed in a channel, to be answered there. */
export function turnIn(number: number): Turn {
  return {
    correlationId: newId(),
    reference: '4f2a91c0',
    receivedAt: Date.now(),
    person: { id: `entra:${tenantId}/${dana.aadObjectId}`, name: dana.name },
    place: { id: placeOf(number), kind: 'channel', name: `Channel ${number}` },
    thread: undefined,
    trigger: 'typed',
    begin: () => Promise.resolve(),
  };
}

/** A folder that is removed at the end. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-proof-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function allOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
