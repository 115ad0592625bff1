import assert from 'node:assert/strict';
import { azureDevopsConnector } from '../../../src/connectors/azure-devops';
import type { ApprovalSource, PipelineSource } from '../../../src/connectors/contract';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import type { Clock } from '../../../src/core/time/clock';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import { token } from './double';
import type { AzureDevops } from './double';

interface Options {
  readonly settings?: object;
  readonly clock?: Clock;
  readonly targets?: OpenParts['targets'];
  readonly secret?: string;
}

/** With the personal access token of the automation account. */
export function openAzure(
  { url }: Pick<AzureDevops, 'url'>,
  { settings = {}, clock, targets, secret = token }: Options = {},
): OpenConnection {
  const own = { url, project: 'Shop', credential: 'GAVEL_AZURE', run: ['*'] };
  return openConnection(
    azureDevopsConnector,
    { ...own, ...settings },
    {
      ...{ secrets: { GAVEL_AZURE: secret, GAVEL_AZURE_HOOK: 'secret-of-the-hook' }, limits: testLimits },
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
