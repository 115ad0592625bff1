import type { AddressInfo } from 'node:net';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication, MessageFactory } from 'botbuilder';
import type { TurnContext } from 'botbuilder';
import {
  AppCredentials,
  AuthenticationConfiguration,
  BotFrameworkAuthenticationFactory,
  PasswordServiceClientCredentialFactory,
} from 'botframework-connector';
import restify from 'restify';
import { appId } from './login';
import { answerQuestions, usage } from './process';

// The peer: the echo bot of the botbuilder samples on restify, as somebody would write it on the first day.

const openIdUrl = process.env['BENCH_OPENID'];
const loginUrl = process.env['BENCH_LOGIN'] ?? '';
const scope = 'https://api.botframework.com';

function createAdapter(): CloudAdapter {
  if (openIdUrl === undefined) return new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
  keepBotToken();
  return new CloudAdapter(
    BotFrameworkAuthenticationFactory.create(
      '',
      true,
      `${loginUrl}/tenant`,
      scope,
      scope,
      scope,
      openIdUrl,
      openIdUrl,
      'urn:botframework:azure',
      new PasswordServiceClientCredentialFactory(appId, 'secret', ''),
      new AuthenticationConfiguration(),
    ),
  );
}

/** The steady state: the SDK keeps its own token and requests none. */
function keepBotToken(): void {
  const { cache } = AppCredentials as unknown as { cache: Map<string, object> };
  const token = { accessToken: 'a'.repeat(1_200), expiresOn: new Date(Date.now() + 3_600_000) };
  for (const audience of [scope, `${scope}/.default`]) cache.set(`${appId}${audience}-cache`, token);
}

const adapter = createAdapter();
adapter.onTurnError = async (_, error) => {
  console.error(error);
};
const server = restify.createServer();
server.use(restify.plugins.bodyParser());
server.post('/api/messages', async (request: restify.Request, response: restify.Response) => {
  await adapter.process(request, response as never, async (context: TurnContext) => {
    const words = `Echo: ${context.activity.text}`;
    await context.sendActivity(MessageFactory.text(words, words));
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  answerQuestions(
    (question: { readonly usage?: true }) => (question.usage ? usage() : { port }),
    () => server.server.closeAllConnections(),
  );
});
