import assert from 'node:assert/strict';
import { cloudbeesCdConnector } from '../../../src/connectors/cloudbees-cd';
import type { ApprovalSource, PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import type { Clock } from '../../../src/core/time/clock';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import { automation, person } from './double';
import type { CloudBees } from './double';

interface Options {
  readonly settings?: object;
  readonly clock?: Clock;
  readonly targets?: OpenParts['targets'];
}

/** With the password of the automation account. */
export function openCloudBees(
  { url }: Pick<CloudBees, 'url'>,
  { settings = {}, clock, targets }: Options = {},
): OpenConnection {
  const own = { url, user: automation.user, credential: 'GAVEL_CD', projects: ['acme'], run: ['*'] };
  return openConnection(
    cloudbeesCdConnector,
    { ...own, ...settings },
    {
      secrets: { GAVEL_CD: automation.password, GAVEL_CD_NOOR: person.token },
      limits: testLimits,
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
