import assert from 'node:assert/strict';
import { lockTransition } from '../../../src/features/locks/workflow';
import type { Lock, LockChange, LockEvent } from '../../../src/features/locks/workflow';

const dana = { id: 'p:dana', name: 'Dana' };
const avery = { id: 'p:avery', name: 'Avery' };
const noor = { id: 'p:noor', name: 'Noor' };
const target = { service: 'shop', environment: 'production' };
const contextAt = (now: number, turn = now) => ({ target, askAfterMs: 1_000, correlationId: `turn ${turn}`, now });

const lock = (by = dana, until?: number, reason = 'a reason'): LockEvent => ({ type: 'lock', by, reason, until });

interface Played extends Lock {
  readonly effects: NonNullable<LockChange['effects']>;
}

/** Plays events in turn at 0, 1, 2, …; each must have an effect. */
function after(...events: readonly (LockEvent | [number, LockEvent])[]): Played {
  let record: Lock | undefined;
  const effects: Played['effects'][number][] = [];
  for (const [index, each] of events.entries()) {
    const [at, event] = Array.isArray(each) ? each : [index, each];
    const verdict = lockTransition(record, event, contextAt(at, index));
    assert.ok('record' in verdict, JSON.stringify(verdict));
    ({ record } = verdict);
    effects.push(...(verdict.effects ?? []));
  }
  assert.ok(record);
  return { ...record, effects };
}

const told = ({ effects }: Played): unknown[] =>
  effects.flatMap((each) =>
    each.kind === 'audit' ? [] : [[each.kind, each.who, each.kind === 'tell' ? each.what : undefined]],
  );
const recorded = ({ effects }: Played): unknown[] =>
  effects.flatMap((each) => (each.kind === 'audit' ? [[each.who, each.outcome]] : []));

describe('the workflow of a lock', () => {
  it('belongs to the first person, and the next ones are in line in order', () => {
    const held = after(lock(dana), lock(avery), lock(noor));
    assert.equal(held.holder?.person.name, 'Dana');
    assert.deepEqual(
      held.queue.map(({ person }) => person.name),
      ['Avery', 'Noor'],
    );
    assert.deepEqual(recorded(held), [
      ['p:dana', 'locked'],
      ['p:avery', 'queued'],
      ['p:noor', 'queued'],
    ]);
  });

  it('goes to the next in line, who is told, and is free at the end', () => {
    const handed = after(lock(dana), lock(avery), { type: 'unlock', by: dana });
    assert.equal(handed.holder?.person.name, 'Avery');
    assert.deepEqual(told(handed), [['tell', 'p:avery', 'yours']]);
    const free = after(lock(dana), { type: 'unlock', by: dana });
    assert.equal(free.holder, undefined);
    assert.equal(free.wakeAt, undefined);
  });

  it('ends when its time is over, skips people whose request has expired, and tells both', () => {
    const lapsed = after(lock(dana, 100), lock(avery, 50), lock(noor), [200, { type: 'time' }]);
    assert.equal(lapsed.holder?.person.name, 'Noor');
    assert.deepEqual(told(lapsed), [
      ['tell', 'p:dana', 'lapsed'],
      ['tell', 'p:noor', 'yours'],
    ]);
  });

  it('is free for the next person as soon as its time is over, before that is recorded', () => {
    const taken = after(lock(dana, 100), [200, lock(avery)]);
    assert.equal(taken.holder?.person.name, 'Avery');
  });

  it('is broken with a reason, and its holder is told by whom', () => {
    const broken = after(lock(dana), { type: 'break', by: noor, reason: 'on leave' });
    assert.equal(broken.holder, undefined);
    assert.deepEqual(told(broken), [['tell', 'p:dana', 'broken']]);
    assert.deepEqual(recorded(broken).at(-1), ['p:noor', 'broken']);
  });

  it('asks somebody who holds it for long, repeatedly, until it is kept or released', () => {
    const asked = after(lock(dana), [1_000, { type: 'time' }]);
    assert.deepEqual(told(asked), [['ask', 'p:dana', undefined]]);
    assert.equal(asked.wakeAt, 2_000);
    const kept = after(lock(dana), [1_500, { type: 'keep', by: dana }]);
    assert.equal(kept.wakeAt, 2_500);
  });

  it('asks within its usual time after a clock that was ahead is set back', () => {
    const ahead = after(lock(dana), [172_800_000, { type: 'time' }]);
    const back = lockTransition(ahead, { type: 'time' }, contextAt(500));
    assert.ok('record' in back);
    assert.equal(back.record.wakeAt, 1_500);
    assert.equal(back.record.holder?.person.name, 'Dana');
  });

  it('is freed and kept by the card that asks about it, whatever reason it has by now', () => {
    const longer = lock(dana, undefined, 'longer');
    assert.equal(after(lock(dana), longer, { type: 'unlock', by: dana, since: 0 }).holder, undefined);
    assert.equal(after(lock(dana), longer, { type: 'keep', by: dana, since: 0 }).holder?.reason, 'longer');
  });

  it('can be left by people in line, and its holder can change reason and end', () => {
    assert.deepEqual(after(lock(dana), lock(avery), { type: 'unlock', by: avery }).queue, []);
    assert.equal(after(lock(dana), lock(dana, 500, 'longer')).holder?.until, 500);
  });

  const refused: [string, readonly LockEvent[], LockEvent, string][] = [
    ['without a reason', [], lock(dana, undefined, ' '), 'no reason'],
    ['twice for the same', [lock(dana)], lock(dana), 'yours already'],
    ['twice in line', [lock(dana), lock(avery)], lock(avery), 'waiting already'],
    ['unlocked by another', [lock(dana)], { type: 'unlock', by: avery }, 'not yours'],
    ['unlocked when free', [], { type: 'unlock', by: avery }, 'free'],
    ['broken when free', [], { type: 'break', by: avery, reason: 'x' }, 'free'],
    ['broken without a reason', [lock(dana)], { type: 'break', by: avery, reason: '' }, 'no reason'],
    [
      'broken when it is another one than was approved',
      [lock(dana), { type: 'unlock', by: dana }, lock(dana)],
      { type: 'break', by: avery, reason: 'x', only: { personId: avery.id, since: 0 } },
      'another lock',
    ],
    [
      'unlocked by who no longer waits',
      [lock(dana), lock(avery), { type: 'unlock', by: avery }],
      { type: 'unlock', by: avery },
      'not yours',
    ],
    [
      'unlocked by the card of an earlier lock of the same person',
      [lock(dana), { type: 'unlock', by: dana }, lock(dana)],
      { type: 'unlock', by: dana, since: 0 },
      'another lock',
    ],
    [
      'kept by the card of an earlier lock of the same person',
      [lock(dana), { type: 'unlock', by: dana }, lock(dana)],
      { type: 'keep', by: dana, since: 0 },
      'another lock',
    ],
    [
      'unlocked by the card of a lock that somebody else has by now, also for who is back in line',
      [lock(dana), lock(avery), { type: 'unlock', by: dana }, lock(dana)],
      { type: 'unlock', by: dana, since: 0 },
      'another lock',
    ],
    [
      'unlocked by the card of somebody else',
      [lock(dana), lock(avery)],
      { type: 'unlock', by: avery, since: 0 },
      'not yours',
    ],
    ['kept by another', [lock(dana)], { type: 'keep', by: avery }, 'not yours'],
    ['kept when free', [], { type: 'keep', by: avery }, 'free'],
  ];
  for (const [what, before, event, refusal] of refused)
    it(`refuses to be ${what}`, () => {
      const record = before.length === 0 ? undefined : after(...before);
      assert.deepEqual(lockTransition(record, event, contextAt(10)), { refusal });
    });

  it('changes nothing more for a message that arrives twice', () => {
    const held = after(lock(dana));
    const again = lockTransition(held, lock(dana), contextAt(5, 0));
    assert.deepEqual(['record' in again && again.record, 'effects' in again], [held, false]);
  });
});
