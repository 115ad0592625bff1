import { jiraConnector } from '../../../src/connectors/jira';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import type { Clock } from '../../../src/core/time/clock';
import { testLimits } from '../http/client-world';
import { openConnection } from '../open-connection';
import type { Edition } from './contract';
import { mail, token } from './double';

interface Options {
  readonly clock?: Clock;
  readonly targets?: OpenParts['targets'];
}

/** As the catalog opens it: with the token of an account in Cloud, with a personal access token in Data Center. */
export function openJira(
  { url, edition }: { readonly url: string; readonly edition: Edition },
  { clock, targets }: Options = {},
): OpenConnection {
  const account = edition === 'cloud' ? { user: mail } : {};
  return openConnection(
    jiraConnector,
    jiraConnector.connection.parse({ url, edition, credential: 'GAVEL_JIRA', ...account }),
    { secrets: { GAVEL_JIRA: token }, limits: testLimits, ...(clock && { clock }), ...(targets && { targets }) },
  );
}
