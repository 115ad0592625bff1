import assert from 'node:assert/strict';
import { lockLife } from '../../../src/features/locks/life';
import type { LockEvent } from '../../../src/features/locks/life';
import { freeLock } from '../../../src/features/locks/record';
import type { Lock } from '../../../src/features/locks/record';

const dana = { id: 'p:dana', name: 'Dana' };
const avery = { id: 'p:avery', name: 'Avery' };
const noor = { id: 'p:noor', name: 'Noor' };
const context = { askAfterMs: 1_000, correlationId: 'c' };
const target = { service: 'shop', environment: 'production' };

const lock = (by = dana, until?: number, reason = 'a reason'): LockEvent => ({ type: 'lock', by, reason, until });

/** Plays events in turn at 0, 1, 2, …; each must have its effect. */
function after(...events: readonly (LockEvent | [number, LockEvent])[]): Lock {
  return events.reduce((before, each, index) => {
    const [at, event] = Array.isArray(each) ? each : [index, each];
    const verdict = lockLife(before, event, at, context);
    assert.ok('next' in verdict, JSON.stringify(verdict));
    return verdict.next;
  }, freeLock(target));
}

const told = ({ pending }: Lock): unknown[] =>
  pending.filter(({ kind }) => kind !== 'audit').map(({ kind, detail }) => [kind, detail?.['who'], detail?.['what']]);
const recorded = ({ pending }: Lock): unknown[] =>
  pending.filter(({ kind }) => kind === 'audit').map(({ detail }) => [detail?.['who'], detail?.['outcome']]);

describe('the life of a lock', () => {
  it('is held by the first, and the next stand in line in their order', () => {
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

  it('ends by itself when its time is over, passes over who waited too long, and tells both', () => {
    const lapsed = after(lock(dana, 100), lock(avery, 50), lock(noor), [200, { type: 'time' }]);
    assert.equal(lapsed.holder?.person.name, 'Noor');
    assert.deepEqual(told(lapsed), [
      ['tell', 'p:dana', 'lapsed'],
      ['tell', 'p:noor', 'yours'],
    ]);
  });

  it('is free for the next person as soon as its time is over, before anybody has written that down', () => {
    const taken = after(lock(dana, 100), [200, lock(avery)]);
    assert.equal(taken.holder?.person.name, 'Avery');
  });

  it('is broken with a reason, and whoever held it is told by whom', () => {
    const broken = after(lock(dana), { type: 'break', by: noor, reason: 'on leave' });
    assert.equal(broken.holder, undefined);
    assert.deepEqual(told(broken), [['tell', 'p:dana', 'broken']]);
    assert.deepEqual(recorded(broken).at(-1), ['p:noor', 'broken']);
  });

  it('asks whoever holds it for long, again and again, until it is kept or freed', () => {
    const asked = after(lock(dana), [1_000, { type: 'time' }]);
    assert.deepEqual(told(asked), [['ask', 'p:dana', undefined]]);
    assert.equal(asked.wakeAt, 2_000);
    const kept = after(lock(dana), [1_500, { type: 'keep', by: dana }]);
    assert.equal(kept.wakeAt, 2_500);
  });

  it('can be left by who waits, and its holder may change reason and end', () => {
    assert.deepEqual(after(lock(dana), lock(avery), { type: 'leave', by: avery }).queue, []);
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
    ['left by who does not wait', [lock(dana)], { type: 'leave', by: avery }, 'not waiting'],
    ['kept by another', [lock(dana)], { type: 'keep', by: avery }, 'not yours'],
    ['kept when free', [], { type: 'keep', by: avery }, 'free'],
  ];
  for (const [what, before, event, refusal] of refused)
    it(`refuses to be ${what}`, () => assert.deepEqual(lockLife(after(...before), event, 10, context), { refusal }));
});
