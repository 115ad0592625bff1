import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { runningOf, workloadOf } from './connection';

/** Everything that a connection to Kubernetes reads of the service `shop`. */
export async function readAll(connection: OpenConnection) {
  const checked = await connection.check();
  const running = await runningOf(connection).read();
  const status = await workloadOf(connection).status();
  const ready = status?.pods.find(({ state }) => state === 'ready');
  const log = ready && (await workloadOf(connection).podLog(ready.name, 3, 'current'));
  return { checked, running, status, log };
}
