import assert from 'node:assert/strict';
import { everything, may, mayEverywhere } from '../../../src/core/catalog/rights';
import type { Scope } from '../../../src/core/catalog/rights';
import { effectiveCatalog, withFirstAdmins } from '../../../src/features/roles/effective';
import { hasAdmin, widest } from '../../../src/features/roles/judge';
import { ledgerLife } from '../../../src/features/roles/life';
import type { LedgerVerdict } from '../../../src/features/roles/life';
import { emptyLedger } from '../../../src/features/roles/record';
import type { GrantLedger, StoredGrant } from '../../../src/features/roles/record';
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
const having = (...grants: StoredGrant[]): GrantLedger => ({ ...emptyLedger, serial: 1, grants });
const change = (by: typeof ada, to: StoredGrant['to'], role: string, scope: Scope = {}) => ({
  by,
  to,
  role,
  reason: '',
  turn: `t${++turns}`,
  ...scope,
});
const refusalOf = (verdict: LedgerVerdict): string | undefined => ('refusal' in verdict ? verdict.refusal : undefined);

describe('the life of granted rights', () => {
  it('keeps the last admin: neither revoked nor given an end, whoever asks', () => {
    const ledger = having(granted({ person: nico }, 'admin'));
    const revoke = { type: 'revoke', ...change(nico, { person: nico }, 'admin') } as const;
    const shorten = { type: 'grant', id: 'x', until: now + hour, ...change(nico, { person: nico }, 'admin') } as const;
    assert.equal(refusalOf(ledgerLife(ledger, revoke, now, withoutAdmins)), 'last admin');
    assert.equal(refusalOf(ledgerLife(ledger, shorten, now, withoutAdmins)), 'last admin');
    assert.equal(refusalOf(ledgerLife(ledger, revoke, now, file)), undefined, 'the file has another');
  });

  it('does not count an admin whose time ends, nor one of another service', () => {
    const passing = having(
      granted({ person: nico }, 'admin'),
      granted({ person: noor }, 'admin', { until: now + hour }),
    );
    const revoke = { type: 'revoke', ...change(noor, { person: nico }, 'admin') } as const;
    assert.equal(refusalOf(ledgerLife(passing, revoke, now, withoutAdmins)), 'last admin');
    const narrow = having(
      granted({ person: nico }, 'admin'),
      granted({ person: noor }, 'admin', { services: ['shop'], environments: ['staging'] }),
    );
    assert.equal(refusalOf(ledgerLife(narrow, { ...revoke, by: nico }, now, withoutAdmins)), 'last admin');
  });

  it('lets nobody make their own passing right a lasting one', () => {
    const ledger = having(granted({ person: nico }, 'admin', { until: now + hour }));
    for (const until of [undefined, now + 2 * hour]) {
      const event = { type: 'grant', id: 'x', until, ...change(nico, { person: nico }, 'admin') } as const;
      assert.deepEqual(ledgerLife(ledger, event, now, withoutAdmins), {
        refusal: 'longer than you have',
        until: now + hour,
      });
    }
    const within = { type: 'grant', id: 'x', until: now + hour, ...change(nico, { person: noor }, 'viewer') } as const;
    assert.equal(refusalOf(ledgerLife(ledger, within, now, withoutAdmins)), undefined);
  });

  it('gives to a group of the catalog, tells each of it, and no member twice of an end that is none', () => {
    const event = {
      type: 'grant',
      id: 'x',
      until: now + hour,
      ...change(ada, { group: 'board' }, 'developer'),
    } as const;
    const verdict = ledgerLife(emptyLedger, event, now, base);
    assert.ok('next' in verdict && verdict.next);
    const { catalog } = effectiveCatalog(base, verdict.next.grants, now);
    assert.ok(may(catalog, nico.id, 'deploy', { service: 'shop', environment: 'production' }));
    const told = verdict.next.pending.filter(({ kind }) => kind === 'tell');
    assert.deepEqual(
      told.map(({ detail }) => detail?.['who']),
      [nico.id, noor.id],
    );
    assert.match(String(told[0]?.detail?.['text']), /through the group board/);
    const kept = {
      ...verdict.next,
      pending: [],
      grants: [...verdict.next.grants, granted({ person: noor }, 'developer')],
    };
    const ended = ledgerLife(kept, { type: 'time' }, now + hour, base);
    assert.ok('next' in ended && ended.next);
    assert.deepEqual(
      ended.next.pending.filter(({ kind }) => kind === 'tell').map(({ detail }) => detail?.['who']),
      [nico.id],
    );
  });

  it('counts to the millisecond and wakes when the next one ends', () => {
    const event = { type: 'grant', id: 'x', until: now + hour, ...change(ada, { person: nico }, 'developer') } as const;
    const verdict = ledgerLife(emptyLedger, event, now, base);
    assert.ok('next' in verdict && verdict.next);
    assert.equal(verdict.next.wakeAt, now + hour);
    const at = (moment: number): boolean =>
      may(effectiveCatalog(base, verdict.next?.grants ?? [], moment).catalog, nico.id, 'deploy', {
        service: 'shop',
        environment: 'staging',
      });
    assert.deepEqual([at(now), at(now + hour - 1), at(now + hour)], [true, true, false]);
  });

  it('makes those admins whom the settings name, and nobody who writes first', () => {
    const empty = { ...withoutAdmins, people: {}, grants: [] };
    assert.equal(hasAdmin(empty), false);
    const first = withFirstAdmins(() => empty, [{ id: nico.id, name: 'Nico Newcomer' }]);
    assert.ok(mayEverywhere(first(), nico.id, 'admin', everything));
    assert.ok(!mayEverywhere(first(), noor.id, 'admin', everything));
    assert.equal(first(), first(), 'one object as long as the file stays');
  });

  it('says where a right reaches without repeating what lies within', () => {
    const [staging, shop, all] = [{ environments: ['staging'] }, { services: ['shop'] }, {}];
    assert.deepEqual(widest([staging, all, shop]), [all]);
    assert.deepEqual(widest([staging, shop, staging]), [staging, shop]);
  });
});
