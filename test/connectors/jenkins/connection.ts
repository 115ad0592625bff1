import assert from 'node:assert/strict';
import type { ApprovalSource, PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import { jenkinsConnector } from '../../../src/connectors/jenkins';
import type { Clock } from '../../../src/core/time/clock';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import { automation } from './double';
import type { Jenkins } from './double';

interface Options {
  readonly settings?: object;
  readonly clock?: Clock;
  readonly targets?: OpenParts['targets'];
}

/** With the API token of the automation account. */
export function openJenkins(
  { url }: Pick<Jenkins, 'url'>,
  { settings = {}, clock, targets }: Options = {},
): OpenConnection {
  const own = { url, user: automation.user, credential: 'GAVEL_JENKINS', run: ['*'] };
  return openConnection(
    jenkinsConnector,
    { ...own, ...settings },
    {
      ...{ secrets: { GAVEL_JENKINS: automation.token }, limits: testLimits },
      ...(clock && { clock }),
      ...(targets && { targets }),
    },
  );
}

export function pipelinesOf(connection: OpenConnection): PipelineSource {
  return connection.pipelines ?? assert.fail('it has some');
}

export function approvalsOf(connection: OpenConnection): ApprovalSource {
  return connection.approvals ?? assert.fail('it has some');
}
