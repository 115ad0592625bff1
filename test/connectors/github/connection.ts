import assert from 'node:assert/strict';
import type { PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import { githubConnector } from '../../../src/connectors/github';
import type { Clock } from '../../../src/core/time/clock';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import type { GitHub } from './double';
import { appId, appKey, installation, token } from './identities';

interface Options {
  readonly settings?: object;
  readonly clock?: Clock;
  /** The largest answer that is read, in bytes. */
  readonly maxBytes?: number;
  readonly targets?: OpenParts['targets'];
}

/** With the token of a person. */
export function openWithToken(
  github: GitHub,
  { settings = {}, clock, maxBytes = testLimits.maxBytes, targets }: Options = {},
): OpenConnection {
  return openConnection(
    githubConnector,
    { url: github.url, credential: 'GAVEL_GITHUB', repositories: ['acme/shop'], run: ['*'], ...settings },
    {
      secrets: { GAVEL_GITHUB: token },
      limits: { ...testLimits, maxBytes },
      ...(clock && { clock }),
      ...(targets && { targets }),
    },
  );
}

/** As an App. */
export function openAsApp(
  github: GitHub,
  { settings = {}, clock, maxBytes = testLimits.maxBytes, targets }: Options = {},
): OpenConnection {
  return openConnection(
    githubConnector,
    {
      ...{ url: github.url, credential: 'GAVEL_GITHUB', app: { id: appId, installation } },
      ...{ repositories: ['acme/shop'], run: ['*'], ...settings },
    },
    {
      secrets: { GAVEL_GITHUB: appKey },
      limits: { ...testLimits, maxBytes },
      ...(clock && { clock }),
      ...(targets && { targets }),
    },
  );
}

export function pipelinesOf(connection: OpenConnection): PipelineSource {
  return connection.pipelines ?? assert.fail('it has some');
}

/** A clock that a test moves. */
export function createTestClock() {
  let passed = 0;
  return {
    clock: { now: () => Date.now() + passed, elapsed: () => performance.now() + passed } satisfies Clock,
    pass: (ms: number): void => void (passed += ms),
  };
}

/** Reads a run whenever it's asked for, as if some time had passed each time. */
export function unpaced(source: PipelineSource, time: ReturnType<typeof createTestClock>): PipelineSource {
  return {
    ...source,
    runStatus(id) {
      time.pass(16_000);
      return source.runStatus(id);
    },
  };
}
