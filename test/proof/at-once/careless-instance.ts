import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from '../../../src/app';
import { readConfig } from '../../../src/config';
import type { Approval } from '../../../src/features/approvals/record';
import type { Collection, Store } from '../../../src/store/contract';
import { openStoreOf } from '../killed/store-files';
import { createLedgerConnector } from '../runs/ledger-connector';
import { connectorsWith } from '../../systems';

// The negative control: an instance that decides on what it read a moment ago and writes without checking whether somebody was faster.

const othersReadMs = 500;

function careless(store: Store): Store {
  let decisions = 0;
  let audited = 0;
  const approvals = <T>(inner: Collection<T>): Collection<T> => ({
    ...inner,
    async update(id, change) {
      const read = await inner.get(id);
      const next = read && change(read.value, read.version);
      if (!read || !next || stateOf(next) === stateOf(read.value)) return inner.update(id, change);
      // Late enough that others have read the same record, and that the effects of the earlier decision have begun.
      const before = decisions;
      decisions += 1;
      await pause(othersReadMs);
      while (audited < before) await pause(10);
      return inner.update(id, () => next);
    },
  });
  return {
    ...store,
    audit: {
      ...store.audit,
      async append(entry) {
        await store.audit.append(entry);
        if (entry.what === 'approvals.approve') audited += 1;
      },
    },
    collection(spec) {
      const inner = store.collection(spec);
      return spec.name === 'approvals' ? approvals(inner) : inner;
    },
  };
}

const stateOf = (value: unknown) => (value as Approval).state;

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const { config } = result;
  const app = await createApp(
    { ...config, mode: 'teams' },
    {
      childEnvironment: {},
      store: careless(openStoreOf(config.dataDir)),
      connectors: connectorsWith(createLedgerConnector(process.env['PROOF_LEDGER'] ?? '')),
    },
  );
  await app.start();
  console.log('ready');
  process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
