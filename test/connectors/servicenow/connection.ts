import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { servicenowConnector } from '../../../src/connectors/servicenow';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import { account } from './double';

/** As the catalog opens it, with the password of the account. */
export function openServiceNow({ url }: { readonly url: string }): OpenConnection {
  const settings = { url, user: account.user, credential: 'GAVEL_SERVICENOW' };
  return openConnection(servicenowConnector, servicenowConnector.connection.parse(settings), {
    ...{ secrets: { GAVEL_SERVICENOW: account.password }, limits: testLimits },
  });
}
