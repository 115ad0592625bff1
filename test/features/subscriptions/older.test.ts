import assert from 'node:assert/strict';
import type { Tally } from '../../../src/features/subscriptions/record';
import { subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import { noon, rule, said, wake } from './samples';

describe('subscribers of earlier schemas', () => {
  it('are upgraded from before there were rules', () => {
    const first = {
      to: 'person',
      services: ['shop'],
      environments: [],
      outcomes: 'everything',
      digest: true,
      hours: '22:00-07:00',
      zone: 'UTC',
      held: ['**shop failed**'],
      left: 0,
      failing: [],
      heard: ['1'],
      effectsMade: 3,
      pending: [],
      wakeAt: noon,
    };
    const record = subscriberWorkflow.spec.upgrade?.(first, 1);
    assert.ok(record);
    assert.deepEqual(record.rules, [
      rule({ from: 'setup', outcomes: ['alert', 'failure', 'recovery', 'resolved', 'success'] }),
    ]);
    assert.deepEqual([record.digest, record.hours, record.heard, record.wakeAt], ['daily', '22:00-07:00', ['1'], noon]);
    assert.deepEqual((said(wake(record, noon)).at(-1) as Tally).lines, ['**shop failed**']);
  });

  it('keep their pending messages, under their names', () => {
    const tally: Tally = { groups: [], lines: ['**shop failed**'] };
    const pendingOf = (key: string, kind: string, detail: object) => ({ key, kind, detail, attempts: 1, dueAt: noon });
    const upgrade = (fromSchema: number, pending: object[]) =>
      subscriberWorkflow.spec.upgrade?.({ to: 'place', held: [], rules: [], pending }, fromSchema).pending;
    assert.deepEqual(upgrade(1, [pendingOf('4:tell', 'tell', { text: 'shop failed' })]), [
      pendingOf('4:tell', 'say', { text: 'shop failed', what: '4:tell', revision: 1 }),
    ]);
    const burst = { what: 's:2', revision: 7, why: 'burst' };
    assert.deepEqual(upgrade(2, [pendingOf('9:sum up', 'sum up', { ...burst, tally: JSON.stringify(tally) })]), [
      pendingOf('9:sum up', 'sum up', { ...burst, topic: 's:2', tally }),
    ]);
  });
});
