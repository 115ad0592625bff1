import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { systemsOf } from '../../systems';
import { may } from '../../../src/core/catalog/rights';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, laterTurnsOf, people, turnOf } from '../../features/fakes';
import { wordsOf } from '../../features/talk-world';

/** Real features behind the real router on a real store; the outside system and the chat are in memory, the clock is moved by hand. */
export interface Stage {
  say(who: Person, line: string): Promise<string>;
  /** As Dana, requests a release of shop in production with the picker or the rollback card. */
  ask(kind: 'deploy' | 'rollback', version: string): Promise<void>;
  /** Approves what is waiting, as this person; returns the answer, whatever it is. */
  approve(who: Person): Promise<string>;
  /** What the catalog file says from now on. */
  catalog(...changes: readonly Change[]): void;
  /** Holds all work until `open`: the decision hasn't started yet, as after a kill. */
  shut(): void;
  open(): Promise<void>;
  pass(milliseconds: number): Promise<void>;
  /** The clock moves on at once, as if nothing had run in between. */
  later(milliseconds: number): Promise<void>;
  release(version: string, change: 'gone' | 'moved'): void;
  /** Another release is live there now. */
  serve(version: string, environment?: string): void;
  finishRun(): void;
  /** What took effect so far. */
  effects(): { readonly runs: number; readonly restarts: number; readonly granted: boolean; readonly shown: number };
  /** What this person was told since the last call: mentions and personal messages. */
  toldTo(who: Person): string;
  /** The newest approval card of the channel, as text. */
  card(): string;
  close(): Promise<void>;
}

export type Change = (text: string) => string;

export async function openStage(base: readonly Change[]): Promise<Stage> {
  let gate: Promise<void> | undefined;
  let letGo: () => void = () => undefined;
  const world = createFakeWorld({ whenFree: () => gate ?? Promise.resolve() });
  const { connector, clock, outbox } = world;
  let restarts = 0;
  const acting: ServicesByName = {
    ...connector,
    services: {
      restart: async () => {
        restarts += 1;
        return { processId: restarts };
      },
    },
  };
  const { features, catalog, guard, resolveAlias, recordTurn, idle } = createFeatures({
    ...world.deps,
    ...laterTurnsOf(() => router),
    systems: systemsOf(() => acting),
  });
  const { store, logger } = world.deps;
  const router = createRouter({
    features,
    catalog,
    guard,
    resolveAlias,
    recordTurn,
    audit: store.audit,
    clock,
    logger,
  });
  let seen = 0;
  const apply = (changes: readonly Change[]): void =>
    world.changeCatalog((text) => changes.reduce((changed, change) => change(changed), text));
  apply(base);
  const serve = (version: string, environment = 'production'): void =>
    void connector.serving.set(`shop/${environment}`, {
      version,
      commit: connector.releasesOf.get(version)?.commit ?? '',
      since: clock.now(),
    });
  serve('2.13.0');
  serve('2.13.0', 'staging');
  /** The newest card in the channel that has shown an approval. */
  const newestApproval = (): { readonly key: string; readonly id: string } | undefined => {
    for (const { key, destination } of [...outbox.posts].reverse()) {
      const asked = outbox.puts.find(
        ({ key: each, content }) => each === key && 'card' in content && content.card === 'approvals/approval',
      );
      if (asked && destination.to === 'place' && 'card' in asked.content)
        return { key, id: String((asked.content.data as unknown as { id: string }).id) };
    }
    return undefined;
  };
  const settled = async (): Promise<void> => (gate ? undefined : world.deps.sweeper.idle());

  return {
    async say(who, line) {
      const words = wordsOf(await router.handleText(turnOf(who, { trigger: 'typed' }), line));
      await settled();
      return words;
    },
    async ask(kind, version) {
      const line =
        kind === 'deploy' ? `deploy shop ${version} to production` : `rollback shop to ${version} in production`;
      const drawn = wordsOf(await router.handleText(turnOf(people.dana, { trigger: 'typed' }), line));
      const id = /"id":"([0-9a-f]{32})"/.exec(drawn)?.[1] ?? assert.fail(drawn);
      const verb = kind === 'deploy' ? 'deployments.request' : 'deployments.rollback-service';
      const chosen =
        kind === 'deploy' ? { service: 'shop', environment: 'production', release: version } : { reason: 'slow' };
      await router.handleAction(turnOf(people.dana), verb, { id, ...chosen });
      await settled();
    },
    async approve(who) {
      const id = newestApproval()?.id ?? assert.fail('nothing waits for approval');
      const words = wordsOf(await router.handleAction(turnOf(who), 'approvals.approve', { id }));
      await settled();
      return words;
    },
    catalog: (...changes) => apply([...base, ...changes]),
    shut() {
      gate = new Promise((resolve) => (letGo = resolve));
    },
    async open() {
      gate = undefined;
      letGo();
      await world.deps.sweeper.idle();
    },
    pass: (milliseconds) => world.pass(milliseconds, 5_000),
    async later(milliseconds) {
      clock.advance(milliseconds);
      await world.deps.sweeper.idle();
    },
    release(version, change) {
      const known = connector.releasesOf.get(version);
      assert.ok(known);
      if (change === 'gone') connector.releasesOf.delete(version);
      else connector.releasesOf.set(version, { ...known, commit: 'e'.repeat(40) });
    },
    serve,
    finishRun: () => connector.finish('succeeded'),
    effects: () => ({
      runs: connector.runs.size,
      restarts,
      granted: may(catalog(), people.nico.id, 'deploy', { service: 'shop', environment: 'staging' }),
      shown: [...outbox.messages.values()].filter(
        ({ content }) => 'card' in content && content.card === 'health/health',
      ).length,
    }),
    toldTo(who) {
      const fresh = outbox.puts.slice(seen);
      seen = outbox.puts.length;
      return fresh
        .filter(({ content, destination }) => {
          const isPersonal = destination.to === 'person' && destination.personId === who.id;
          return isPersonal || ('text' in content && content.mentions?.some(({ id }) => id === who.id));
        })
        .map(({ content }) => ('text' in content ? content.text : JSON.stringify(content.data)))
        .join('\n');
    },
    card() {
      return JSON.stringify(outbox.messages.get(newestApproval()?.key ?? '')?.content);
    },
    async close() {
      gate = undefined;
      letGo();
      await idle();
      await world.close();
    },
  };
}
