import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { idFrom, lookUp } from '../../core/keys';
import { registerSecret } from '../../core/text/secrets';
import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { runIdOf } from '../machine/run-folder';
import { checkFolders, commandOf, offeredSuites, Suite, suitesOf } from '../machine/suites';
import { bindSuites, createMachineTests } from '../machine/tests';
import type { SuiteCommand } from '../machine/tests';
import { checkGrid, findGridObstacle } from './check';
import { createGridClient } from './client';
import { createLeftovers } from './leftovers';

const seleniumKind = 'selenium';

const GridConnection = httpConnection
  .safeExtend({
    /** The Grid starts its nodes when a session waits for one, so it’s ready without any. */
    nodesOnDemand: z.boolean().default(false),
  })
  .refine(({ user, credential }) => credential === undefined || user !== undefined, {
    path: ['credential'],
    error: 'needs a user, too: browsers are started with a user and password',
  });

const GridSuite = Suite.extend({
  /** Where the service is, for the browser. */
  address: text.optional(),
}).refine(({ environment }) => !Object.keys(environment).some(isGiven), {
  path: ['environment'],
  error: 'SELENIUM_REMOTE_URL and names that begin with GAVEL_ are set by Gavel',
});
type GridSuite = z.output<typeof GridSuite>;

function isGiven(name: string): boolean {
  return name === 'SELENIUM_REMOTE_URL' || name.startsWith('GAVEL_');
}

/** A team’s WebDriver suites, which run on Gavel’s own server with browsers of a Selenium Grid 4. */
export const seleniumConnector = defineConnector({
  kind: seleniumKind,
  title: 'Selenium Grid',
  connection: GridConnection,
  bindings: { tests: suitesOf(GridSuite) },
  open(settings, parts) {
    const { name, machine, targets, clock, logger } = parts;
    const { dataDir, environment } = machine;
    const { nodesOnDemand, ...connection } = settings;
    const http = openHttpClient(connection, parts);
    const client = createGridClient(http);
    const endLeftovers = createLeftovers(client);
    const tests = createMachineTests({
      ...{ connectorName: seleniumKind, dataDir, clock, logger, environment },
      followUp: {
        owner: name,
        words: 'Sessions of a test run can’t be ended; the Grid ends them at its session timeout',
        perform: (id, say) => endLeftovers(sessionNameOf(tests.executor, id), (count) => say(describeEnded(count))),
      },
    });
    const remote = addressWithSignIn(connection, parts.secret);

    function runOf(
      suite: GridSuite,
      start: Parameters<typeof commandOf>[2],
      target: Parameters<typeof commandOf>[1],
    ): SuiteCommand {
      const command = commandOf(suite, target, start);
      const sessionName = sessionNameOf(tests.executor, runIdOf(start.key));
      return {
        ...command,
        environment: {
          ...command.environment,
          ...{ GAVEL_SESSION_NAME: sessionName, GAVEL_SERVICE: target.service, GAVEL_ENVIRONMENT: target.environment },
          ...(suite.address && { GAVEL_SERVICE_URL: fillTemplate(suite.address, target) }),
        },
        secretEnvironment: { SELENIUM_REMOTE_URL: remote },
      };
    }

    return {
      bind: {
        tests: ({ suites }, target) =>
          bindSuites(
            tests,
            offeredSuites(suites, target),
            (start) => {
              const suite = lookUp(suites, start.suite);
              if (!suite) throw new ConnectorError(seleniumKind, 'not found', 'there is no such test suite');
              return runOf(suite, start, target);
            },
            async () => findGridObstacle(await client.look(), nodesOnDemand),
          ),
      },
      tests,
      check: async () => [
        ...(await checkGrid(client, nodesOnDemand)),
        ...targets('tests').flatMap(({ binding, ...target }) => checkFolders(binding.suites, target)),
      ],
      async close() {
        await Promise.all([tests.close(), http.close()]);
      },
    };
  },
});

/** What the sessions of a run are found by. Two installations of Gavel that share a Grid have different ones for the same key. */
function sessionNameOf(executor: string | undefined, runId: string): string {
  return `gavel-${idFrom('grid session', executor ?? '', runId)}`;
}

function describeEnded(count: number): string {
  return count === 1
    ? 'Gavel closed a browser that the suite had left open.'
    : `Gavel closed ${count} browsers that the suite had left open.`;
}

/** The address that WebDriver’s clients take, with the user and password. */
function addressWithSignIn(
  { url, user, credential }: Pick<z.output<typeof GridConnection>, 'url' | 'user' | 'credential'>,
  secret: (setting: string) => string,
): string {
  if (user === undefined || credential === undefined) return url;
  const signIn = `${encodeURIComponent(user)}:${encodeURIComponent(secret(credential))}`;
  registerSecret(signIn);
  return url.replace('://', `://${signIn}@`);
}
