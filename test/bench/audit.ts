import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { AuditEntry, Store } from '../../src/store/contract';
import { openSqliteStore } from '../../src/store/sqlite';
import { figure, times } from './contract';
import type { Measurement, Row } from './contract';
import { seedYear } from './year-seed';

const lines = 400_000;
const yearMs = 365 * 86_400_000;

interface Cost {
  readonly ms: number;
  readonly longestWaitMs: number;
  readonly memoryMb: number;
}

/** The cost of `audit verify` and of pruning half the log, in the process that also answers people. */
export const auditLog: Measurement = {
  how: 'An audit log of 400,000 lines and one of 100,000, in one whole chain: verifying all of it, then exporting and removing the older half, in one process with nothing else to do. Processor time, so that a busy machine changes little. The wait is the longest stretch of it in which nobody else got a turn; the memory is what the process took beyond that of the open store. The peer is the log of 100,000 lines.',
  async measure({ folder }) {
    // In this order, because the second reuses the memory of the first.
    const large = await measureLog(join(folder, 'large'), lines);
    const small = await measureLog(join(folder, 'small'), lines / 4);
    return (['verify', 'prune'] as const).flatMap((work): Row[] => {
      const [few, many] = [small[work], large[work]];
      const what = work === 'verify' ? 'audit verify, 400,000 lines' : 'pruning 200,000 lines of 400,000';
      const [took, tookFew] = [many.ms / 1_000, few.ms / 1_000];
      return [
        {
          what: `${what}: processor time`,
          gavel: `${figure(took)} s`,
          peer: `${figure(tookFew)} s`,
          ratio: times(took / tookFew),
          aim: 'at most 5×: linear',
          holds: took <= 5 * tookFew,
        },
        {
          what: `${what}: longest wait for anybody else`,
          gavel: `${figure(many.longestWaitMs)} ms`,
          peer: `${figure(few.longestWaitMs)} ms`,
          aim: 'under 100 ms',
          holds: many.longestWaitMs < 100,
        },
        {
          what: `${what}: memory`,
          gavel: `${figure(many.memoryMb)} MB`,
          peer: `${figure(few.memoryMb)} MB`,
          aim: 'under 100 MB',
          holds: many.memoryMb < 100,
        },
      ];
    });
  },
};

async function measureLog(folder: string, auditEntries: number): Promise<Record<'verify' | 'prune', Cost>> {
  const now = Date.now();
  mkdirSync(folder);
  seedYear(folder, { deployments: 0, auditEntries, messages: 0, replies: 0, approvals: 0, history: 0 }, now);
  const store = openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor.ndjson'),
    instance: 'gavel',
    logger: silentLogger,
  });
  try {
    const verify = await costOf(() => verifyWhole(store, auditEntries));
    const prune = await costOf(async () => {
      const pruned = await store.audit.prune({
        before: now - yearMs / 2,
        folder: join(folder, 'audit-export'),
        record: () => entryAt(now),
        mayGoOn: () => true,
      });
      if (pruned.removed !== auditEntries / 2) throw new Error(`${pruned.removed} lines were removed`);
    });
    await verifyWhole(store, auditEntries / 2 + 1);
    return { verify, prune };
  } finally {
    await store.close();
  }
}

async function verifyWhole(store: Store, lineCount: number): Promise<void> {
  const { entries, breaks } = await store.audit.verify();
  if (entries !== lineCount || breaks.length > 0) throw new Error(`${entries} lines, ${breaks[0]?.problem}`);
}

/** Processor time, and the periods in which nothing else got a turn; time taken by other processes doesn't count. */
async function costOf(work: () => Promise<void>): Promise<Cost> {
  const processorMs = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1_000;
  const begun = { processorMs: processorMs(), memory: process.memoryUsage().rss };
  let last = { wallMs: performance.now(), processorMs: begun.processorMs };
  let [longestWaitMs, most] = [0, begun.memory];
  const look = (): void => {
    const now = { wallMs: performance.now(), processorMs: processorMs() };
    longestWaitMs = Math.max(longestWaitMs, Math.min(now.wallMs - last.wallMs, now.processorMs - last.processorMs));
    most = Math.max(most, process.memoryUsage().rss);
    last = now;
  };
  const looks = setInterval(look, 1);
  await work();
  clearInterval(looks);
  return { ms: processorMs() - begun.processorMs, longestWaitMs, memoryMb: (most - begun.memory) / 1e6 };
}

function entryAt(at: number): AuditEntry {
  return {
    at,
    who: 'gavel',
    what: 'audit.prune',
    target: 'audit log',
    from: 'bench',
    outcome: 'x',
    correlationId: '-',
  };
}
