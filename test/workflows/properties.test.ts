import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withEffects } from '../../src/workflows';
import type { Bookkeeping, Change, WorkflowEffect, WorkflowRecord } from '../../src/workflows';
import { createMovableClock } from '../core/time/movable-clock';
import type { MovableClock } from '../core/time/movable-clock';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';
import type { Crash } from './crashing-store';
import { livesOf } from './example';
import type { AnyExample, Moment } from './example';
import { examples } from './examples';
import { createProcesses } from './processes';
import type { Process, Processes } from './processes';

type Kept = WorkflowRecord & Bookkeeping;

/** The same lives in every run, so that a failing test is caused by a change; `PROPERTY_SEED=random` tries new ones. */
const seed = process.env['PROPERTY_SEED'] === 'random' ? Math.floor(Math.random() * 2 ** 31) : 20;
const maxWakesAtOnce = 5;
const beganAt = Date.UTC(2026, 2, 2, 9);

for (const example of examples)
  describe(`the workflow of ${example.workflow.name}`, () => {
    describe('in every random life', () => {
      it('decides only by its input, and does not change it', () => {
        everyStep(example, (before, moment, now) => {
          deepFreeze(before);
          assert.deepEqual(decide(example, before, moment, now), decide(example, before, moment, now));
        });
      });

      it('stores only what is the same after it was read back', () => {
        everyStep(example, (before, moment, now) => {
          const verdict = decide(example, before, moment, now);
          if (!isChange(verdict)) return;
          assert.deepEqual(throughJson(verdict.record), withoutUndefined(verdict.record));
          assert.deepEqual(throughJson(verdict.effects ?? []), withoutUndefined(verdict.effects ?? []));
        });
      });

      const { isOver } = example.workflow;
      if (isOver)
        it('never leaves its final state', () => {
          everyStep(example, (before, moment, now) => {
            const verdict = decide(example, before, moment, now);
            if (before && isOver(before) && isChange(verdict)) assert.ok(isOver(verdict.record), moment.event.type);
          });
        });

      it('has no two pending effects with one key', () => {
        everyStep(example, (_before, _moment, _now, after) => {
          const keys = after?.pending.map(({ key }) => key) ?? [];
          assert.equal(new Set(keys).size, keys.length, keys.join(', '));
        });
      });

      it('moves on with time until nothing is due anymore', () => {
        const { wake } = example;
        everyStep(example, (_before, _moment, now, after) => {
          if (after?.wakeAt === undefined) return;
          assert.ok(wake, 'it wants to be woken, and nobody wakes it');
          const at = Math.max(now, after.wakeAt);
          let record: Kept = after;
          for (let wakes = 0; record.wakeAt !== undefined && record.wakeAt <= at; wakes++) {
            assert.ok(wakes < maxWakesAtOnce, 'time has always something more to say at one moment');
            const verdict = decide(example, record, { ...wake, afterMs: 0 }, at);
            assert.ok(isChange(verdict), 'time changes nothing, and is asked again at once');
            record = withEffects(record, verdict.record, verdict.effects ?? [], at);
          }
        });
      });
    });

    describe('in a real store', () => {
      let temporary: TemporaryStore;
      before(() => void (temporary = temporaryStore()));
      after(() => temporary.remove());

      it('performs each effect once, and writes each audit line once', async () => {
        for (const [index, life] of sampleLives(example, 10).entries()) {
          const story = createStory(example, temporary, `whole ${index}`);
          const process = story.processes.begin();
          for (const moment of life) {
            await story.play(process, moment);
            await process.performAll();
          }
          assert.deepEqual(story.processes.performed, story.processes.asked);
          await story.assertSettled();
        }
      });

      it('loses nothing and repeats only what it must if it dies at any of its writes', async () => {
        for (const [index, life] of sampleLives(example, 4, 6).entries()) {
          const whole = createStory(example, temporary, `counted ${index}`);
          const counting = whole.processes.begin();
          for (const moment of life) await whole.play(counting, moment);
          await counting.performAll();
          await whole.assertSettled();
          for (let atWrite = 1; atWrite <= counting.writes(); atWrite++)
            for (const when of ['before', 'after'] as const)
              await assertSurvives(example, temporary, life, `${index} ${when} ${atWrite}`, { atWrite, when });
        }
      });

      it('is one record if two instances decide at the same moment', async () => {
        for (const [index, life] of sampleLives(example, 10).entries()) {
          const story = createStory(example, temporary, `raced ${index}`);
          const racers = [story.processes.begin(), story.processes.begin()] as const;
          for (let at = 0; at < life.length; at += 2) {
            const pair = life.slice(at, at + 2);
            await Promise.all(pair.map((moment, lane) => story.play(racers[lane] as Process, moment)));
            await Promise.all(racers.map((racer) => racer.performAll()));
          }
          for (const [key, times] of story.processes.performed)
            assert.equal(times, story.processes.asked.get(key), key);
          await story.assertSettled();
        }
      });
    });
  });

interface Story {
  readonly processes: Processes;
  /** Lets time pass and applies an event. An error because the process dies isn't a failure. */
  play(process: Process, moment: Moment): Promise<void>;
  /** All effects of the record were performed and recorded. */
  assertSettled(): Promise<void>;
}

function createStory(example: AnyExample, { store }: TemporaryStore, id: string): Story {
  const clock: MovableClock = createMovableClock(beganAt);
  const processes = createProcesses(example, store, clock, id);
  return {
    processes,
    async play(process, { event, context, afterMs }) {
      clock.advance(afterMs);
      try {
        await process.workflow.apply(id, event, context);
      } catch (error) {
        if (!process.isDead()) throw error;
      }
    },
    async assertSettled() {
      const record = await store.collection(example.workflow.spec).get(id);
      assert.deepEqual(record?.value.pending ?? [], []);
      for (const key of processes.asked.keys()) assert.ok(processes.performed.has(key), `${key} was never performed`);
      const entries = await store.audit.read({ limit: 1000 });
      const written = entries.flatMap(({ key }) => (key !== undefined && processes.lines.has(key) ? [key] : []));
      assert.deepEqual(written.sort(), [...processes.lines].sort());
      // This life must not keep the next one on this store busy.
      await store.collection(example.workflow.spec).remove(id);
    },
  };
}

async function assertSurvives(
  example: AnyExample,
  temporary: TemporaryStore,
  life: readonly Moment[],
  id: string,
  crash: Crash,
): Promise<void> {
  const story = createStory(example, temporary, id);
  let process = story.processes.begin(crash);
  for (const moment of life) {
    await story.play(process, moment);
    if (process.isDead()) process = story.processes.begin();
  }
  await process.performAll();
  if (process.isDead()) await story.processes.begin().performAll();
  await story.assertSettled();
  const again = [...story.processes.performed].filter(([key, times]) => times > (story.processes.asked.get(key) ?? 0));
  assert.ok(again.length <= 1, `more than what was in work is done again: ${again.map(([key]) => key).join(', ')}`);
}

function sampleLives(example: AnyExample, howMany: number, maxEvents?: number): readonly (readonly Moment[])[] {
  return fc.sample(livesOf(example, maxEvents), { numRuns: howMany, seed });
}

/** Plays random lives, and checks each step of each. */
function everyStep(
  example: AnyExample,
  look: (before: Kept | undefined, moment: Moment, now: number, after: Kept | undefined) => void,
): void {
  fc.assert(
    fc.property(livesOf(example), (life) => {
      let now = beganAt;
      let record: Kept | undefined;
      for (const moment of life) {
        now += moment.afterMs;
        const verdict = decide(example, record, moment, now);
        const after = isChange(verdict) ? withEffects(record, verdict.record, verdict.effects ?? [], now) : record;
        look(record, moment, now, after);
        record = after;
      }
    }),
    { numRuns: 200, seed },
  );
}

function decide(example: AnyExample, record: Kept | undefined, { event, context }: Moment, now: number): unknown {
  const waiting = (record?.pending ?? []).slice(1).map(({ kind }) => kind);
  return example.workflow.transition(record, event, { ...context, id: 'one', now, waiting });
}

function isChange(verdict: unknown): verdict is Change<WorkflowRecord, WorkflowEffect> {
  return typeof verdict === 'object' && verdict !== null && 'record' in verdict;
}

function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutUndefined(each)]));
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
