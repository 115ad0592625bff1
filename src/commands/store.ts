import { createApp } from '../app';
import type { Config } from '../config';
import { collectionOf, longerRetentionMs, retentionDays, retentionKinds } from '../core/catalog/retention';
import type { RetentionKind } from '../core/catalog/retention';
import type { CollectionSize, Store } from '../store/contract';
import type { LineCommand } from './contract';
import { withStore } from './with-store';

const dayMs = 86_400_000;

/** One kind of record, as `npx gavel store` shows it. */
interface StoredKind {
  readonly name: string;
  readonly records: number;
  readonly bytes: number | undefined;
  /** `180 days`, `forever`; undefined for records that Gavel keeps for its own work. */
  readonly kept: string | undefined;
  /** When the next of them expires, in milliseconds since 1970. */
  readonly nextAt: number | undefined;
}

export const storeSizes: LineCommand = {
  name: 'store',
  summary: 'show how much of each kind of record is stored, how long it is kept, and what is removed when',
  readsSettings: true,
  run: (call) => withStore(call, (store, config) => showStore(config, store, call.print)),
};

async function showStore(config: Config, store: Store, print: (line: string) => void): Promise<number> {
  await createApp(config, { childEnvironment: {}, store, connectors: new Map() });
  const kinds = storedKinds(await store.sizes(), config.catalog);
  const audit = await store.audit.search({ limit: 1 });
  const days = retentionDays(config.catalog, 'audit');
  const lines = kinds.map((kind) => [
    kind.name,
    count(kind.records),
    kind.bytes === undefined ? '' : describeSize(kind.bytes),
    kind.kept ?? 'for its own work',
    kind.nextAt === undefined ? 'nothing' : `next on ${dayOf(kind.nextAt)}`,
  ]);
  lines.push([
    'audit',
    `${audit.isCountExact ? '' : 'more than '}${count(audit.count)}`,
    '',
    describeRetention(days),
    days === undefined ? 'nothing' : 'exported, then removed',
  ]);
  const head = ['kind', 'records', 'size', 'kept', 'removed'];
  const widths = head.map((word, column) => Math.max(word.length, ...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of [head, ...lines])
    print(
      line
        .map((word, column) => word.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return 0;
}

/** What is stored and for how long, the largest first. Pure. */
export function storedKinds(sizes: readonly CollectionSize[], catalog: Config['catalog']): readonly StoredKind[] {
  const longer = longerRetentionMs(catalog);
  const kindOf = new Map<string, RetentionKind>(retentionKinds.map((kind) => [collectionOf(kind), kind]));
  return sizes
    .map(({ name, records, bytes, firstExpiresAt }) => {
      const kind = kindOf.get(name);
      const days = kind && retentionDays(catalog, kind);
      const stays = kind !== undefined && days === undefined;
      return {
        name: kind ?? name,
        records,
        bytes,
        kept: kind && describeRetention(days),
        nextAt: firstExpiresAt === undefined || stays ? undefined : firstExpiresAt + (longer.get(name) ?? 0),
      };
    })
    .toSorted((a, b) => (b.bytes ?? b.records) - (a.bytes ?? a.records));
}

const describeRetention = (days: number | undefined): string => (days === undefined ? 'forever' : `${days} days`);
const count = (value: number): string => value.toLocaleString('en-US');
const dayOf = (at: number): string => new Date(Math.ceil(at / dayMs) * dayMs).toISOString().slice(0, 10);

function describeSize(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;
}
