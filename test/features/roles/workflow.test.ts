import assert from 'node:assert/strict';
import { everything, may, mayEverywhere } from '../../../src/core/catalog/rights';
import type { Scope } from '../../../src/core/catalog/rights';
import { withFirstAdmins } from '../../../src/features/roles';
import { effectiveCatalog, hasAdmin, nothingGranted, widest } from '../../../src/features/roles/record';
import type { GrantedRights, StoredGrant } from '../../../src/features/roles/record';
import { grantTransition, grantWorkflow } from '../../../src/features/roles/workflow';
import type { GrantEvent, GrantVerdict } from '../../../src/features/roles/workflow';
import { people, sampleCatalog } from '../fakes';

const now = Date.UTC(2026, 10, 20, 13, 0);
const hour = 3_600_000;
const { ada, nico, noor } = people;
const file = sampleCatalog();
const withoutAdmins = { ...file, grants: file.grants.filter(({ role }) => role !== 'admin') };
const base = { ...file, groups: { board: ['nico', 'noor'] } };

let turns = 0;
function granted(to: StoredGrant['to'], role: string, more: Scope & { until?: number } = {}): StoredGrant {
  return { id: `g${++turns}`, to, role, by: ada, at: now - hour, reason: '', ...more };
}
function decide(rights: GrantedRights, event: GrantEvent, base: typeof file = withoutAdmins, at = now): GrantVerdict {
  return grantTransition(rights, event, { base, now: at });
}
function told(verdict: GrantVerdict): { readonly who: string; readonly text: string }[] {
  assert.ok('record' in verdict);
  return (verdict.effects ?? []).flatMap((effect) => (effect.kind === 'tell' ? [effect] : []));
}
const having = (...grants: StoredGrant[]): GrantedRights => ({ ...nothingGranted, serial: 1, grants });
const change = (by: typeof ada, to: StoredGrant['to'], role: string, scope: Scope = {}) => ({
  by,
  to,
  role,
  reason: '',
  turn: `t${++turns}`,
  ...scope,
});
const refusalOf = (verdict: GrantVerdict): string | undefined => ('refusal' in verdict ? verdict.refusal : undefined);

describe('the workflow of grants', () => {
  it('keeps the last admin: neither revoked nor given an end, whoever asks', () => {
    const rights = having(granted({ person: nico }, 'admin'));
    const revoke = { type: 'revoke', ...change(nico, { person: nico }, 'admin') } as const;
    const shorten = { type: 'grant', id: 'x', until: now + hour, ...change(nico, { person: nico }, 'admin') } as const;
    assert.equal(refusalOf(decide(rights, revoke)), 'last admin');
    assert.equal(refusalOf(decide(rights, shorten)), 'last admin');
    assert.equal(refusalOf(decide(rights, revoke, file)), undefined, 'the file has another');
  });

  it('does not count an admin whose grant ends, nor one of another service', () => {
    const passing = having(
      granted({ person: nico }, 'admin'),
      granted({ person: noor }, 'admin', { until: now + hour }),
    );
    const revoke = { type: 'revoke', ...change(noor, { person: nico }, 'admin') } as const;
    assert.equal(refusalOf(decide(passing, revoke)), 'last admin');
    const narrow = having(
      granted({ person: nico }, 'admin'),
      granted({ person: noor }, 'admin', { services: ['shop'], environments: ['staging'] }),
    );
    assert.equal(refusalOf(decide(narrow, { ...revoke, by: nico })), 'last admin');
  });

  it('lets nobody make their own temporary right permanent', () => {
    const rights = having(granted({ person: nico }, 'admin', { until: now + hour }));
    for (const until of [undefined, now + 2 * hour]) {
      const event = { type: 'grant', id: 'x', until, ...change(nico, { person: nico }, 'admin') } as const;
      assert.deepEqual(decide(rights, event), {
        refusal: 'longer than you have',
        until: now + hour,
      });
    }
    const within = { type: 'grant', id: 'x', until: now + hour, ...change(nico, { person: noor }, 'viewer') } as const;
    assert.equal(refusalOf(decide(rights, within)), undefined);
  });

  it('grants to a group of the catalog, tells each member, and no member twice about an expiry that is none', () => {
    const event = {
      type: 'grant',
      id: 'x',
      until: now + hour,
      ...change(ada, { group: 'board' }, 'developer'),
    } as const;
    const verdict = decide(nothingGranted, event, base);
    assert.ok('record' in verdict);
    const { grants } = verdict.record;
    const { catalog } = effectiveCatalog(base, grants, now);
    assert.ok(may(catalog, nico.id, 'deploy', { service: 'shop', environment: 'production' }));
    assert.deepEqual(
      told(verdict).map(({ who }) => who),
      [nico.id, noor.id],
    );
    assert.match(told(verdict)[0]?.text ?? '', /through the group board/);
    const kept = { ...verdict.record, grants: [...grants, granted({ person: noor }, 'developer')] };
    const ended = decide(kept, { type: 'time' }, base, now + hour);
    assert.deepEqual(
      told(ended).map(({ who }) => who),
      [nico.id],
    );
  });

  it('counts to the millisecond and wakes when the next one ends', () => {
    const event = { type: 'grant', id: 'x', until: now + hour, ...change(ada, { person: nico }, 'developer') } as const;
    const verdict = decide(nothingGranted, event, base);
    assert.ok('record' in verdict);
    const { grants, wakeAt } = verdict.record;
    assert.equal(wakeAt, now + hour);
    const at = (moment: number): boolean =>
      may(effectiveCatalog(base, grants, moment).catalog, nico.id, 'deploy', {
        service: 'shop',
        environment: 'staging',
      });
    assert.deepEqual([at(now), at(now + hour - 1), at(now + hour)], [true, true, false]);
  });

  it('makes the people in the settings admins, and nobody who writes first', () => {
    const empty = { ...withoutAdmins, people: {}, grants: [] };
    assert.equal(hasAdmin(empty), false);
    const first = withFirstAdmins(() => empty, [{ id: nico.id, name: 'Nico Newcomer' }]);
    assert.ok(mayEverywhere(first(), nico.id, 'admin', everything));
    assert.ok(!mayEverywhere(first(), noor.id, 'admin', everything));
    assert.equal(first(), first(), 'one object as long as the file stays');
  });

  it('names the scope of a right without repeating what is inside it', () => {
    const [staging, shop, all] = [{ environments: ['staging'] }, { services: ['shop'] }, {}];
    assert.deepEqual(widest([staging, all, shop]), [all]);
    assert.deepEqual(widest([staging, shop, staging]), [staging, shop]);
  });

  it('changes nothing more when the same turn comes again', () => {
    const event = { type: 'grant', id: 'x', until: undefined, ...change(ada, { person: nico }, 'developer') } as const;
    const verdict = decide(nothingGranted, event, base);
    assert.ok('record' in verdict);
    assert.deepEqual(decide(verdict.record, event, base), { became: 'again' });
  });

  it('writes the audit lines that the first schema left pending', () => {
    const detail = {
      who: ada.id,
      outcome: 'granted',
      target: nico.id,
      role: 'viewer',
      services: 'all',
      turn: 't',
      at: now,
    };
    const pending = [{ key: '1:audit', kind: 'audit', detail, attempts: 0, dueAt: now }];
    const upgraded = grantWorkflow.spec.upgrade?.({ ...nothingGranted, effectsMade: 1, pending }, 1);
    assert.deepEqual(upgraded?.pending, [
      {
        ...pending[0],
        detail: {
          at: now,
          who: ada.id,
          what: 'roles.change',
          target: nico.id,
          from: 'gavel',
          outcome: 'granted',
          detail: { role: 'viewer', services: 'all' },
          correlationId: 't',
        },
      },
    ]);
  });
});
