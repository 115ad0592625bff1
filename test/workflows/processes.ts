import { silentLogger } from '../../src/core/telemetry/logger';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Store, Stored } from '../../src/store/contract';
import { effectKey, openWorkflow } from '../../src/workflows';
import type {
  Bookkeeping,
  EffectCall,
  EffectHandlers,
  Workflow,
  WorkflowEffect,
  WorkflowRecord,
} from '../../src/workflows';
import type { MovableClock } from '../core/time/movable-clock';
import { crashingStore } from './crashing-store';
import type { Crash } from './crashing-store';
import type { AnyExample } from './example';

/** One instance of Gavel with one workflow, whose effects are only recorded. */
export interface Process {
  readonly workflow: Workflow<WorkflowRecord, { readonly type: string }, object, unknown>;
  /** Performs everything that is due; ends early if the process dies. */
  performAll(): Promise<void>;
  isDead(): boolean;
  /** How many writes were started. */
  writes(): number;
}

/** Processes that come and go on one store. */
export interface Processes {
  /** How often each effect was newly stored, by its key, without audit lines and effects that a later one replaced. */
  readonly asked: ReadonlyMap<string, number>;
  /** How often each effect was performed, in any process. */
  readonly performed: ReadonlyMap<string, number>;
  /** The keys of the audit lines that were stored in the record. */
  readonly lines: ReadonlySet<string>;
  begin(crash?: Crash): Process;
}

export function createProcesses(example: AnyExample, store: Store, clock: MovableClock, id: string): Processes {
  const { workflow: definition, wake } = example;
  const performed = new Map<string, number>();
  const living: (() => boolean)[] = [];
  /** What was pending in each version of the record; two processes don't always see them in order. */
  const pendingAt = new Map<number, Bookkeeping['pending']>();

  function onStored(collection: string, { version, value }: Stored<unknown>): void {
    if (collection === definition.collection.name) pendingAt.set(version, (value as Bookkeeping).pending);
  }

  function storedAnew(): { readonly fullKey: string; readonly kind: string }[] {
    const versions = [...pendingAt].sort(([one], [other]) => one - other).map(([, pending]) => pending);
    // Only the first one is removed because it was performed.
    const gaveWay = new Set(
      [...pendingAt].flatMap(([version, pending]) =>
        pending
          .slice(1)
          .map(({ key }) => key)
          .filter((key) => pendingAt.get(version + 1)?.some((each) => each.key === key) === false),
      ),
    );
    return versions.flatMap((pending, index) =>
      pending
        .filter(({ key }) => !gaveWay.has(key) && !versions[index - 1]?.some((before) => before.key === key))
        .map(({ key, kind }) => ({ fullKey: effectKey(definition, id, key), kind })),
    );
  }

  return {
    get asked() {
      const asked = new Map<string, number>();
      for (const { fullKey, kind } of storedAnew()) if (kind !== 'audit') count(asked, fullKey);
      return asked;
    },
    get lines() {
      return new Set(storedAnew().flatMap(({ fullKey, kind }) => (kind === 'audit' ? [fullKey] : [])));
    },
    performed,
    begin(crash) {
      const owner = String(living.length);
      const dying = crashingStore(store, { crash, hasEnded: (each) => living[Number(each)]?.() === false, onStored });
      living.push(() => !dying.isDead());
      const leases = createLeases({ store: dying.store, clock, owner });
      const sweeper = createSweeper({ leases, clock, logger: silentLogger });
      const deps = { store: dying.store, sweeper, clock };
      const workflow = openWorkflow(deps, definition, ({ apply }) => ({
        effects: handlersFor((key) => count(performed, key)),
        ...(wake && { wake: async (record) => void (await apply(record.id, wake.event, wake.context)) }),
      }));
      return {
        workflow,
        isDead: dying.isDead,
        writes: dying.writes,
        async performAll() {
          await sweeper.idle().catch((error: unknown) => {
            if (!dying.isDead()) throw error;
          });
        },
      };
    },
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Handlers for any kind of effect. */
function handlersFor(perform: (key: string) => void): EffectHandlers<WorkflowRecord, WorkflowEffect> {
  const handle = async ({ key }: EffectCall<WorkflowRecord, WorkflowEffect>): Promise<void> => perform(key);
  const property = { value: handle, configurable: true, enumerable: true };
  return new Proxy({}, { get: () => handle, getOwnPropertyDescriptor: () => property });
}
