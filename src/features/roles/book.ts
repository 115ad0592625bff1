import { createFreshLook } from '../../core/in-flight';
import type { Catalog } from '../../core/catalog';
import type { Scope } from '../../core/catalog/rights';
import type { PendingEffect } from '../../jobs/contract';
import type { Store } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { effectiveCatalog } from './effective';
import type { Effective } from './effective';
import { lastingRefusal } from './judge';
import type { GrantRefusal } from './judge';
import { ledgerLife } from './life';
import type { GrantEvent, LedgerVerdict } from './life';
import { emptyLedger, isActive, ledgerId, ledgerSpec } from './record';
import type { GrantLedger, StoredGrant } from './record';

/** The granted rights in the store, and the catalog with them. */
export interface GrantBook {
  /** The catalog that counts now; the same object until something changes. */
  catalog(): Catalog;
  /** Takes over what other instances have changed: one short question while nothing has. */
  refresh(): Promise<void>;
  /** What was granted in chat and has not run out, in the order in which it was granted. */
  grants(): readonly StoredGrant[];
  apply(event: GrantEvent): Promise<LedgerVerdict>;
  /** What `apply` would make of it now; nothing is changed. */
  foresee(event: GrantEvent): LedgerVerdict;
  /** Why this person may not give that now. */
  refusal(giver: string, wanted: Scope & { role: string; until?: number }): GrantRefusal | undefined;
}

const sweepName = 'roles';

/** The catalog with what was granted in chat, for whoever only looks at a store. */
export async function catalogWithGrants(base: Catalog, store: Store, now: number): Promise<Catalog> {
  const ledger = await store.collection<GrantLedger>(ledgerSpec).get(ledgerId);
  return effectiveCatalog(base, ledger?.value.grants ?? [], now).catalog;
}

/** `deps.catalog` is the catalog as its file says it. */
export function createGrantBook(deps: FeatureDependencies): GrantBook {
  const { catalog: base, clock, outbox, store, sweeper } = deps;
  const ledgers = store.collection<GrantLedger>(ledgerSpec);
  let known = emptyLedger;
  let memo: (Effective & { readonly of: Catalog; readonly serial: number }) | undefined;

  function take(ledger: GrantLedger | undefined): void {
    if (ledger && ledger.serial > known.serial) known = ledger;
  }

  const refresh = createFreshLook(async () => {
    const { items } = await ledgers.find({
      where: { serial: { atLeast: known.serial + 1 } },
      orderBy: 'serial',
      limit: 1,
    });
    take(items[0]?.value);
  });

  function catalog(): Catalog {
    const of = base();
    const now = clock.now();
    if (memo && memo.of === of && memo.serial === known.serial && memo.from <= now && now < memo.until)
      return memo.catalog;
    memo = { ...effectiveCatalog(of, known.grants, now), of, serial: known.serial };
    return memo.catalog;
  }

  async function apply(event: GrantEvent): Promise<LedgerVerdict> {
    let verdict: LedgerVerdict = { next: undefined, became: 'as it was' };
    const change = (ledger: GrantLedger): GrantLedger | undefined => {
      verdict = ledgerLife(ledger, event, clock.now(), base());
      return 'next' in verdict && verdict.next !== ledger ? verdict.next : undefined;
    };
    let stored = await ledgers.update(ledgerId, change);
    if (!stored && change(emptyLedger))
      stored = {
        ...(await ledgers.upsert(ledgerId, (ledger = emptyLedger) => change(ledger) ?? ledger)),
        changed: true,
      };
    take(stored?.value);
    if (stored?.changed) sweeper.kick(sweepName, ledgerId);
    return verdict;
  }

  sweeper.register<GrantLedger>({
    name: sweepName,
    collection: ledgers,
    perform: async (_record, effect) => perform(effect),
    wake: async () => void (await apply({ type: 'time' })),
  });

  async function perform({ key, kind, detail = {} }: PendingEffect): Promise<void> {
    if (kind === 'audit') return writeAudit(key, detail);
    await outbox.put({
      key: `roles:${key}`,
      destination: { to: 'person', personId: String(detail['who']) },
      content: { text: String(detail['text']) },
      revision: 1,
      final: true,
    });
  }

  async function writeAudit(key: string, detail: NonNullable<PendingEffect['detail']>): Promise<void> {
    const { who, outcome, target, turn, at, ...facts } = detail;
    await store.audit.append({
      at: Number(at),
      who: String(who),
      what: 'roles.change',
      target: String(target),
      from: 'gavel',
      outcome: String(outcome),
      detail: facts as Readonly<Record<string, string | number | boolean>>,
      correlationId: String(turn),
      key: `roles:${key}`,
    });
  }

  return {
    catalog,
    refresh,
    grants: () => known.grants.filter((grant) => isActive(grant, clock.now())),
    apply,
    foresee: (event) => ledgerLife(known, event, clock.now(), base()),
    refusal: (giver, wanted) => lastingRefusal(base(), known.grants, giver, wanted, clock.now()),
  };
}
