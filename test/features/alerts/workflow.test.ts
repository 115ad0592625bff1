import assert from 'node:assert/strict';
import type { SourceAlert } from '../../../src/connectors/contract';
import type { Alert } from '../../../src/features/alerts/record';
import { alertTransition } from '../../../src/features/alerts/workflow';
import type { AlertEvent } from '../../../src/features/alerts/workflow';
import { people } from '../fakes';
import { shopAlert } from './world';

const began = Date.UTC(2026, 10, 20, 13);
const minuteMs = 60_000;
const begin = { problem: { service: 'shop', environment: 'production', name: 'DiskFull' }, number: 101 };
const turn = { by: people.noor, comment: 'on it', correlationId: 'turn', placeId: 'channel:deployments' };

/** A life, and the kinds of its effects by minute. */
function live() {
  let alert: Alert | undefined;
  const life = {
    alert: (): Alert => alert ?? assert.fail('there is none'),
    apply(minute: number, event: AlertEvent): readonly string[] {
      const verdict = alertTransition(alert, event, { now: began + minute * minuteMs });
      if (!verdict) return [];
      if ('refusal' in verdict) return [`refused: ${verdict.refusal}`];
      alert = verdict.record;
      return verdict.effects.map((each) => {
        if (each.kind === 'say') return `say ${each.what}`;
        return each.kind === 'notify' ? `notify ${each.what}` : each.kind;
      });
    },
    see: (minute: number, alerts: readonly SourceAlert[]): readonly string[] =>
      life.apply(minute, {
        ...{
          type: 'observe',
          connection: 'monitoring',
          alerts,
          isComplete: true,
          at: began + minute * minuteMs,
          begin,
        },
      }),
    end: (minute: number): readonly string[] =>
      life.apply(minute, { type: 'end', connection: 'monitoring', keys: ['shop-disk'], at: began + minute * minuteMs }),
    time: (minute: number): readonly string[] => life.apply(minute, { type: 'time' }),
  };
  return life;
}

describe('the life of an alert', () => {
  it('begins with a card and a notification, and says nothing while nothing changes', () => {
    const life = live();
    assert.deepEqual(life.see(0, [shopAlert()]), ['card', 'notify alert']);
    assert.deepEqual(life.see(1, [shopAlert()]), []);
  });

  it('has never begun later than it was seen', () => {
    const life = live();
    life.see(0, [shopAlert({ since: began + 60 * minuteMs })]);
    assert.equal(life.alert().signals[0]?.alert.since, began);
  });

  it('ends after a minute of calm, and its end is always told', () => {
    const life = live();
    life.see(0, [shopAlert()]);
    assert.deepEqual(life.end(5), ['card']);
    assert.deepEqual(life.time(6), ['say resolved', 'card', 'notify resolved']);
    assert.deepEqual([life.alert().state, life.alert().resolved?.how], ['resolved', 'by source']);
    life.time(16);
    assert.equal(life.alert().closed, true);
  });

  it('loses its acknowledgement when it gets worse than what somebody took on', () => {
    const life = live();
    life.see(0, [shopAlert({ severity: 'warning' })]);
    assert.ok(life.apply(1, { type: 'acknowledge', ...turn }).includes('say acknowledged'));
    assert.equal(life.alert().state, 'acknowledged');
    const worse = life.see(2, [shopAlert({ severity: 'critical' })]);
    assert.deepEqual([life.alert().state, worse.includes('say worse')], ['firing', true]);
    assert.ok(worse.includes('notify alert'));
  });

  it('flaps after four changes in half an hour, is quiet meanwhile, and ends once it is stable', () => {
    const life = live();
    life.see(0, [shopAlert()]);
    life.end(2);
    life.see(2.5, [shopAlert()]);
    assert.ok(life.end(4).includes('say flapping'));
    assert.deepEqual(
      life.see(5, [shopAlert()]).filter((each) => each.startsWith('notify')),
      [],
    );
    life.end(6);
    assert.deepEqual(life.time(7), []);
    assert.ok(life.time(36).includes('notify resolved'));
  });

  it('flaps if its source says so, whatever its changes say', () => {
    const life = live();
    assert.ok(!life.see(0, [shopAlert({ isFlapping: true })]).includes('notify alert'));
    assert.ok(life.see(1, [shopAlert({ isFlapping: false })]).includes('notify alert'));
  });

  it('notifies nobody while it is silenced or in maintenance, and once if it still fires then', () => {
    const life = live();
    life.see(0, [shopAlert()]);
    life.apply(1, { type: 'silence', ...turn, until: began + 61 * minuteMs });
    assert.ok(!life.see(2, [shopAlert(), shopAlert({ key: 'two' })]).includes('notify alert'));
    assert.ok(life.time(61).includes('notify alert'));
    const maintenance = { id: 'm', by: 'Noor', reason: 'new disks', until: began + 200 * minuteMs };
    life.apply(100, { type: 'maintain', maintenance });
    assert.ok(life.time(200).includes('notify alert'));
  });
});
