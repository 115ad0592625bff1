import type { RunRequest } from '../../src/connectors/contract';

/** Who a run is for, and when it was first asked for. */
export const asked = { by: { name: 'Noor Ferreira', id: 'entra:noor' }, askedAt: 1 };

/** A request, for a look whether a run was started with this key. */
export function sought(key: string): RunRequest {
  const release = { service: 'shop', environment: 'production', version: '2.14.0', commit: 'a'.repeat(40) };
  return { key, ...release, ...asked, timeLimitMs: 60_000 };
}
