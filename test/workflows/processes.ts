import { silentLogger } from '../../src/core/telemetry/logger';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Store } from '../../src/store/contract';
import { openWorkflow } from '../../src/workflows';
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

/** One instance of Gavel with one workflow, whose effects are only written down. */
export interface Process {
  readonly workflow: Workflow<WorkflowRecord, { readonly type: string }, object, unknown>;
  /** Performs all that is due; ends early when the process dies. */
  performAll(): Promise<void>;
  isDead(): boolean;
  /** How many writes were begun. */
  writes(): number;
}

/** Processes that come and go on one store. */
export interface Processes {
  /** How often each effect was stored anew, by the key under which it's performed, audit lines aside. */
  readonly asked: ReadonlyMap<string, number>;
  /** How often each effect was performed, in whichever process. */
  readonly performed: ReadonlyMap<string, number>;
  /** The keys of the audit lines that were stored in the record. */
  readonly lines: ReadonlySet<string>;
  begin(crash?: Crash): Process;
}

export function createProcesses(example: AnyExample, store: Store, clock: MovableClock, id: string): Processes {
  const { workflow: definition, wake } = example;
  const asked = new Map<string, number>();
  const performed = new Map<string, number>();
  const lines = new Set<string>();
  const living: (() => boolean)[] = [];
  let pending: readonly string[] = [];

  function onStored(collection: string, value: unknown): void {
    if (collection !== definition.collection.name) return;
    const effects = (value as Bookkeeping).pending;
    for (const { key, kind } of effects.filter((effect) => !pending.includes(effect.key))) {
      const fullKey = `${definition.keyPrefix ?? definition.name}:${id}:${key}`;
      if (kind === 'audit') lines.add(fullKey);
      else count(asked, fullKey);
    }
    pending = effects.map(({ key }) => key);
  }

  return {
    asked,
    performed,
    lines,
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

/** Handlers for whatever kind of effect. */
function handlersFor(perform: (key: string) => void): EffectHandlers<WorkflowRecord, WorkflowEffect> {
  const handle = async ({ key }: EffectCall<WorkflowRecord, WorkflowEffect>): Promise<void> => perform(key);
  const property = { value: handle, configurable: true, enumerable: true };
  return new Proxy({}, { get: () => handle, getOwnPropertyDescriptor: () => property });
}
