import { createHash } from 'node:crypto';
import type { FoundRun, Release, Running, RunStatus } from '../../../src/connectors/contract';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { ConnectorError } from '../../../src/core/errors';
import type { StartedRun } from './run-ledger';

const timeLimitMs = 5_000;

/** Calls a run ledger in another process; every service is healthy and has every requested release. */
export function createLedgerConnector(url: string): ServicesByName {
  async function call(path: string, body?: unknown): Promise<unknown> {
    try {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeLimitMs),
      });
      return await response.json();
    } catch (cause) {
      throw new ConnectorError('ledger', body === undefined ? 'unreachable' : 'unclear', 'did not answer', { cause });
    }
  }
  const wells = { p50Ms: 10, p95Ms: 20, errorPercent: 0, requestsPerSecond: 10 };
  const begun = Date.now();
  return {
    sourceControl: {
      releases: async () => ['1.0.2', '1.0.1'].map(releaseOf),
      release: async (_, version) => releaseOf(version),
      commitsBetween: async () => ({ commits: [], direction: 'forward' }),
    },
    environments: {
      running: async (service, environment) =>
        ((await call(`/running?${new URLSearchParams({ service, environment })}`)) as Running | null) ?? undefined,
    },
    pipelines: {
      startRun: async (request) => (await call('/runs', request)) as { id: string },
      async findRun({ key }): Promise<FoundRun> {
        const run = (await call(`/runs?${new URLSearchParams({ key })}`)) as StartedRun | null;
        return run ? { found: 'run', id: run.id } : { found: 'none' };
      },
      runStatus: async (id) => ((await call(`/runs/${id}`)) as RunStatus | null) ?? undefined,
      cancelRun: async () => undefined,
      runLog: async () => [],
    },
    metrics: {
      probe: async () => ({ at: Date.now(), answers: true }),
      figures: async () => ({ at: Date.now(), ...wells }),
      history: async () => [],
      answeringSince: async () => ({ well: true, since: begun }),
    },
    check: async () => [],
    close: async () => undefined,
  };
}

function releaseOf(version: string): Release {
  return { version, commit: createHash('sha1').update(version).digest('hex'), createdAt: 1_760_000_000_000 };
}
