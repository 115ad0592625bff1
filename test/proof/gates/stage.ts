import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/app';
import type { App } from '../../../src/app';
import { readConfig } from '../../../src/config';
import type { PullRequests } from '../../../src/connectors/contract';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Activity } from '../../../src/playground/activities';
import type { SampleConversation, SamplePerson } from '../../../src/playground/world';
import type { Collection, CollectionSpec, Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';
import { createMovableClock } from '../../core/time/movable-clock';
import { createMemoryConnector } from '../../features/fakes';
import type { MemoryConnector } from '../../features/fakes';
import { createMemoryPipelines } from '../../features/runs/memory-pipelines';
import { createMemoryTests } from '../../features/tests/memory-tests';
import { createMemoryTracker } from '../../features/tickets/memory-tracker';
import { createMemoryWorkload } from '../../features/workloads/memory-workload';
import { freePort } from '../../free-ports';
import { eventually } from '../../patience';
import { createPeople, deliver, openConnections, textIn } from '../harness';
import { startOpenConnector } from '../teams/open-connector';
import { connectorsWith } from '../../systems';

/** One record as it was written; `value` is undefined if it was removed. */
export interface Write {
  readonly collection: string;
  readonly id: string;
  readonly value: unknown;
}

/** The content of a record as JSON. */
export type Words = string | readonly string[] | ((text: string) => boolean);

/** The whole product behind its HTTP server, with a store that remembers what was written. A double in memory replaces the pipelines. */
export interface Stage {
  readonly pipelines: MemoryConnector;
  readonly store: Store;
  /** Everything written so far, in order. */
  readonly writes: readonly Write[];
  /** Stops the app and starts it again over the same store, with this catalog. */
  startWith(catalog: string): Promise<void>;
  say(person: SamplePerson, conversation: SampleConversation, text: string): Promise<void>;
  /** All words of the answer. */
  click(person: SamplePerson, conversation: SampleConversation, verb: string, data: object): Promise<string>;
  /** The newest write of this collection, from `since` on, whose id and value contain all of these words. */
  written(collection: string, words: Words, since?: number): Promise<Write>;
  /** Whether there is such a write. */
  wasWritten(collection: string, words: Words, since: number): boolean;
  /** What was posted there, in order. */
  posted(conversation: SampleConversation): readonly Readonly<Record<string, unknown>>[];
  /** The same in words, for debugging. */
  said(conversation: SampleConversation): string;
  close(): Promise<void>;
}

/** In every service, somebody waits for a review. */
const waitingRequests: PullRequests = {
  called: 'pull request',
  total: 1,
  open: [
    {
      ...{ label: '#1', title: 'Gift cards', author: 'Dana', isDraft: false, reviewers: ['Noor'], review: 'waiting' },
      openedAt: Date.now() - 7 * 86_400_000,
    },
  ],
};

/** `metrics`: those of the pipelines' services; by default, everything is healthy. */
export async function openStage({ metrics }: Pick<ServicesByName, 'metrics'> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-gates-'));
  const catalogFile = join(folder, 'catalog.yaml');
  const writes: Write[] = [];
  const connector = await startOpenConnector();
  const connections = openConnections();
  const people = createPeople(connector.url);
  const memory = createMemoryConnector(createMovableClock(Date.now()));
  const pipelines = {
    ...memory,
    ...(memory.sourceControl && {
      sourceControl: { ...memory.sourceControl, pullRequests: async () => waitingRequests },
    }),
    services: { restart: async () => ({ processId: 1 }), recheck: async () => undefined },
    ...(metrics && { metrics }),
  };
  const { source: runnable } = createMemoryPipelines({ now: () => Date.now() });
  const { runner } = createMemoryTests(createMovableClock(Date.now()));
  const { tracker } = createMemoryTracker(createMovableClock(Date.now()));
  const { workload } = createMemoryWorkload(createMovableClock(Date.now()));
  const port = await freePort();
  let app: App | undefined;
  let store = open();

  function open(): Store {
    const inner = openSqliteStore({
      file: join(folder, 'gavel.db'),
      auditKeyFile: join(folder, 'audit.key'),
      auditAnchorFile: join(folder, 'audit.anchor'),
      instance: 'stage',
      logger: silentLogger,
    });
    return {
      ...inner,
      collection: (spec) => watched(inner.collection(spec), spec, writes),
      audit: {
        ...inner.audit,
        async append(entry) {
          await inner.audit.append(entry);
          writes.push({ collection: 'audit', id: entry.key ?? '', value: entry });
        },
      },
    };
  }

  async function post(activity: Activity): Promise<string> {
    const { status, body } = await deliver(port, activity, connections);
    if (status < 200 || status > 299) throw new Error(`The door answered ${status}: ${textIn(body)}`);
    return textIn(body);
  }

  const posted = ({ id }: SampleConversation): Readonly<Record<string, unknown>>[] =>
    [...connector.messages.values()].flatMap(({ conversation, activity }) =>
      conversation.startsWith(id) ? [activity] : [],
    );
  const holds = ({ id, value }: Write, words: Words): boolean => {
    const text = JSON.stringify([id, value]);
    if (typeof words === 'function') return words(text);
    return [words].flat().every((each) => text.includes(each));
  };
  const find = (collection: string, words: Words, since: number): Write | undefined =>
    writes.slice(since).findLast((write) => write.collection === collection && holds(write, words));

  return {
    pipelines,
    get store() {
      return store;
    },
    writes,
    async startWith(catalog) {
      if (app) {
        await app.stop();
        store = open();
      }
      writeFileSync(catalogFile, catalog);
      const environment = {
        PORT: String(port),
        PLAYGROUND_PORT: '1',
        GAVEL_DATA: folder,
        GAVEL_CATALOG: catalogFile,
      };
      const secret = catalog.includes('GAVEL_CLUSTER') ? { GAVEL_CLUSTER: 'not-a-secret' } : {};
      const read = readConfig({ ...environment, ...secret, LOG_LEVEL: 'silent' });
      if ('problems' in read) throw new Error(read.problems.join('\n'));
      const overrides = {
        childEnvironment: {},
        store,
        connectors: connectorsWith(pipelines, 'local', { pipelines: runnable, tracker, runner, workload }),
      };
      app = await createApp({ ...read.config, mode: 'teams' }, overrides);
      await app.start();
    },
    say: async (person, conversation, text) => void (await post(people.says(person, conversation, text))),
    click: (person, conversation, verb, data) => post(people.clicks(person, conversation, 'card', verb, data)),
    written: (collection, words, since = 0) =>
      eventually(`${collection} with ${words.toString()}`, () => find(collection, words, since)),
    wasWritten: (collection, words, since) => find(collection, words, since) !== undefined,
    posted,
    said: (conversation) => posted(conversation).map(textIn).join('\n').slice(-2_000),
    async close() {
      await app?.stop();
      connections.destroy();
      await connector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function watched<T>(inner: Collection<T>, { name: collection }: CollectionSpec<T>, writes: Write[]): Collection<T> {
  const note = (id: string, value: unknown): void => void writes.push({ collection, id, value });
  return {
    ...inner,
    async insert(id, value) {
      const stored = await inner.insert(id, value);
      note(id, stored.value);
      return stored;
    },
    async update(id, change) {
      const stored = await inner.update(id, change);
      if (stored?.changed) note(id, stored.value);
      return stored;
    },
    async upsert(id, change) {
      const stored = await inner.upsert(id, change);
      note(id, stored.value);
      return stored;
    },
    async remove(id) {
      const removed = await inner.remove(id);
      if (removed) note(id, undefined);
      return removed;
    },
  };
}
