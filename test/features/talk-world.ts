import assert from 'node:assert/strict';
import type { Person, Reply, Turn } from '../../src/chat/contract';
import { createRouter } from '../../src/chat/router';
import type { Router, RouterOptions } from '../../src/chat/router';
import { renderCard } from '../../src/core/card';
import { createFeatures } from '../../src/features';
import type { FeatureDependencies, LaterTurns } from '../../src/features/contract';
import type { AuditEntry } from '../../src/store/contract';
import { createFakeWorld, laterTurnsOf, people, places, turnOf } from './fakes';
import type { FakeWorld } from './fakes';

/** The whole language as people use it: real features behind the real router. */
export interface TalkWorld {
  readonly world: FakeWorld;
  readonly router: Router;
  readonly features: ReturnType<typeof createFeatures>;
  /** All words of the answer; a card is rendered, so that a missing value fails the test. */
  say(who: Person, line: string, more?: Partial<Turn>): Promise<string>;
  click(who: Person, verb: string, id: string, more?: Partial<Turn>): Promise<string>;
  audits(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export const privately = (who: Person): Partial<Turn> => ({
  place: { id: `personal:${who.id}`, kind: 'personal', name: 'Gavel' },
});
export const there: Partial<Turn> = { place: places.general };

/** Each role of the sample catalog, from the fewest rights to the most. */
export const roles = {
  viewer: people.nico,
  developer: people.dana,
  approver: people.avery,
  operator: people.noor,
  admin: people.ada,
} as const;

export function createTalkWorld(
  options: Partial<RouterOptions> = {},
  more: Partial<FeatureDependencies & LaterTurns> = {},
): TalkWorld {
  const world = createFakeWorld();
  const features = createFeatures({ ...world.deps, ...laterTurnsOf(() => router), ...more });
  const { clock, logger, store } = world.deps;
  const router = createRouter({
    features: features.features,
    catalog: features.catalog,
    refresh: features.refresh,
    guard: features.guard,
    resolveAlias: features.resolveAlias,
    recordTurn: features.recordTurn,
    personToAsk: features.personToAsk,
    audit: store.audit,
    clock,
    logger,
    ...options,
  });
  return {
    world,
    router,
    features,
    say: async (who, line, more = {}) =>
      wordsOf(await router.handleText(turnOf(who, { trigger: 'typed', ...more }), line)),
    click: async (who, verb, id, more = {}) => wordsOf(await router.handleAction(turnOf(who, more), verb, { id })),
    audits: () => store.audit.read({}),
    async close() {
      await features.idle();
      await world.close();
    },
  };
}

/** Previews the emergency deployment of `shop 2.14.0 to production` and starts it; returns the answer. */
export async function beginEmergency(talk: TalkWorld, who: Person, what: string): Promise<string> {
  const preview = await talk.say(who, `emergency deploy ${what} because nobody can pay`);
  const id = /"id":"([0-9a-f]{32})"/.exec(preview)?.[1] ?? assert.fail(preview);
  return wordsOf(await talk.router.handleAction(turnOf(who), 'emergencies.start', { id, reason: 'nobody can pay' }));
}

export function wordsOf(reply: Reply): string {
  if ('nothing' in reply) return '';
  if ('notice' in reply) return reply.notice;
  if ('text' in reply) return reply.text;
  assert.doesNotThrow(() => renderCard(reply.card, reply.data));
  return JSON.stringify(reply.data);
}
