import assert from 'node:assert/strict';
import { alertCard, askMore } from '../../../src/features/alerts/cards';
import type { AlertEvidence } from '../../../src/features/alerts/facts';
import type { Alert } from '../../../src/features/alerts/record';
import { people, sampleCatalog } from '../fakes';
import { shopAlert } from './world';

const now = Date.UTC(2026, 10, 20, 13);
const target = { service: 'shop', environment: 'production' };
const firing: Alert = {
  ...target,
  ...{ name: 'DiskFull', number: 101, state: 'firing', stateSince: now, openedAt: now, severity: 'critical' },
  ...{ signals: [{ connection: 'monitoring', alert: shopAlert() }], changes: [now], reopened: 0, carried: [] },
};
const plain: AlertEvidence = {
  ...{ graph: undefined, lastChange: undefined, rollbackTo: '2.13.0', canRestart: true },
  reach: [target],
};
const resolved: Alert = { ...firing, state: 'resolved', resolved: { at: now, how: 'by source' } };

const acknowledge = 'alerts.acknowledge';
const restart = 'health.restart';
const rollBack = 'deployments.rollback-service';
const silence = 'alerts.silence';
const more = 'alerts.more';

function viewOf(viewer: string | undefined, evidence: Partial<AlertEvidence> = {}, alert = firing) {
  const shown = { id: 'f'.repeat(32), alert, evidence: { ...plain, ...evidence }, catalog: sampleCatalog() };
  return { ...shown, systems: { titleOf: (connection: string) => connection }, now, viewer };
}

describe('the buttons of an alert’s card', () => {
  const cases: readonly (readonly [
    name: string,
    viewer: string | undefined,
    evidence: Partial<AlertEvidence>,
    expected: readonly string[],
  ])[] = [
    ['a channel', undefined, {}, []],
    ['a viewer', people.avery.id, {}, []],
    ['an operator', people.noor.id, {}, [acknowledge, restart, more]],
    [
      'an operator of something without a remedy',
      people.noor.id,
      { canRestart: false, rollbackTo: undefined },
      [acknowledge, silence, more],
    ],
    ['a developer', people.dana.id, {}, [rollBack, more]],
    ['a developer without a release to roll back to', people.dana.id, { rollbackTo: undefined }, []],
    ['an admin', people.ada.id, {}, [acknowledge, restart, more]],
  ];
  for (const [name, viewer, evidence, expected] of cases)
    it(`${name} sees ${expected.length === 0 ? 'none' : expected.join(', ')}`, () => {
      assert.deepEqual(
        alertCard(viewOf(viewer, evidence)).data.buttons.map(({ verb }) => verb),
        expected,
      );
    });

  it('a developer finds in More only what a developer can do', () => {
    assert.deepEqual(
      askMore(viewOf(people.dana.id)).rows?.map(({ verb }) => verb),
      [rollBack, 'alerts.mute', 'alerts.recheck'],
    );
  });

  it('are drawn for those who can operate it first, then for those who can roll back, and for nobody once it’s over', () => {
    const drawnFor = (evidence: Partial<AlertEvidence>, alert = firing) =>
      alertCard(viewOf(undefined, evidence, alert)).data.refreshFor;
    assert.deepEqual(drawnFor({}), [people.noor.id, people.ada.id, people.dana.id]);
    assert.deepEqual(drawnFor({ rollbackTo: undefined }), [people.noor.id, people.ada.id]);
    assert.deepEqual(drawnFor({}, resolved), []);
    assert.deepEqual(alertCard(viewOf(people.dana.id, {}, resolved)).data.buttons, []);
  });
});
