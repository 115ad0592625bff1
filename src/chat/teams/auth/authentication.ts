import type { Activity } from 'botbuilder';
import { BotFrameworkAuthentication, ClaimsIdentity, ConnectorFactory } from 'botframework-connector';
import type {
  AuthenticateRequestResult,
  ConnectorClient as BotConnectorClient,
  UserTokenClient,
} from 'botframework-connector';
import { registerSecret } from '../../../core/text/secrets';
import type { Clock } from '../../../core/time/clock';
import { SendError } from '../../sender';
import type { TeamsOptions, TeamsRegistration } from '../connection';
import { isAllowedAddress } from '../in/inbound';
import type { AddressRule } from '../in/inbound';
import { conversationPath } from '../out/connector-client';
import type { ConnectorClient } from '../out/connector-client';
import { retryBriefly } from '../out/replies';
import { Unauthorized } from './token-check';
import type { TokenCheck } from './token-check';

/** Replaces botbuilder's own authentication and sender. */
interface AuthenticationOptions {
  readonly appId: string;
  readonly rule: AddressRule;
  /** Undefined in local mode. */
  readonly tokens: TokenCheck | undefined;
  readonly client: ConnectorClient;
}

export class TeamsAuthentication extends BotFrameworkAuthentication {
  constructor(private readonly options: AuthenticationOptions) {
    super();
  }

  override async authenticateRequest(activity: Activity, authHeader: string): Promise<AuthenticateRequestResult> {
    const { appId, rule, tokens } = this.options;
    if (activity.channelId !== 'msteams') throw new Unauthorized('Only Microsoft Teams is accepted');
    if (!isAllowedAddress(activity.serviceUrl, rule)) throw new Unauthorized('The service address isn’t allowed');
    if (tokens) await tokens.verify(authHeader, activity.serviceUrl);
    const claimsIdentity = botIdentity(appId);
    return { audience: appId, claimsIdentity, connectorFactory: this.createConnectorFactory() };
  }

  override authenticateStreamingRequest(): Promise<AuthenticateRequestResult> {
    return Promise.reject(new Unauthorized('Streaming isn’t supported'));
  }

  override createConnectorFactory(): ConnectorFactory {
    return new TeamsConnectorFactory(this.options.client);
  }

  /** Gavel asks nobody to sign in, so there are no user tokens to keep. */
  override createUserTokenClient(): Promise<UserTokenClient> {
    return Promise.resolve({} as UserTokenClient);
  }
}

/** The identity of the bot itself. */
export function botIdentity(appId: string): ClaimsIdentity {
  return new ClaimsIdentity(
    [
      { type: 'aud', value: appId },
      { type: 'appid', value: appId },
    ],
    'Bearer',
  );
}

/** The few calls that the adapter makes for dialogs, through the one client. */
class TeamsConnectorFactory extends ConnectorFactory {
  constructor(private readonly client: ConnectorClient) {
    super();
  }

  override create(serviceUrl: string): Promise<BotConnectorClient> {
    const post = (path: string, activity: object): Promise<unknown> =>
      retryBriefly(() => this.client.call(serviceUrl, 'POST', path, activity));
    const conversations = {
      sendToConversation: (id: string, activity: object) => post(conversationPath(id, 'activities'), activity),
      replyToActivity: (id: string, activityId: string, activity: object) =>
        post(conversationPath(id, 'activities', activityId), activity),
    };
    return Promise.resolve({ conversations } as unknown as BotConnectorClient);
  }
}

/** The token that Gavel uses for Teams. */
export type BotToken = ReturnType<typeof createBotToken>;

const botResource = 'https://api.botframework.com';
/** Microsoft Graph: a separate token for the same identity. */
export const graphResource = 'https://graph.microsoft.com';
const metadataService = 'http://169.254.169.254/metadata/identity/oauth2/token';
const renewBeforeMs = 5 * 60_000;
const timeLimitMs = 10_000;

/** Where tokens come from. */
export type TokenSource = Pick<TeamsOptions, 'loginUrl' | 'identityEndpoint'>;

interface HeldToken {
  readonly value: string;
  readonly until: number;
}

/** Fetched once for everybody who waits, kept until shortly before it expires. */
export function createBotToken(
  options: Pick<TeamsOptions, 'registration' | 'clock' | 'loginUrl' | 'identityEndpoint'>,
  resource = botResource,
) {
  const { registration, clock } = options;
  let held: HeldToken | undefined;
  let fetching: Promise<HeldToken> | undefined;

  return {
    /** A token that is valid for some minutes; undefined in local mode. Rejects with a `SendError`: nothing was sent. */
    async get(): Promise<string | undefined> {
      if (!registration) return undefined;
      if (held && held.until - renewBeforeMs > clock.elapsed()) return held.value;
      fetching ??= fetchToken(tokenRequest(registration, options, resource), clock).finally(
        () => (fetching = undefined),
      );
      held = await fetching;
      return held.value;
    },
    /** Teams rejected the token. */
    forget: (): void => void (held = undefined),
  };
}

async function fetchToken(request: TokenRequest, clock: Clock): Promise<HeldToken> {
  let answer: Response;
  try {
    answer = await fetch(request.url, { ...request.init, redirect: 'error', signal: AbortSignal.timeout(timeLimitMs) });
  } catch (cause) {
    throw new SendError('retry', 'The token service didn’t respond', { cause });
  }
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new SendError('retry', `The token service returned ${answer.status}`);
  }
  const { access_token: value, expires_in: seconds } = (await answer.json()) as Record<string, unknown>;
  if (typeof value !== 'string') throw new SendError('retry', 'The token service sent no token');
  registerSecret(value);
  return { value, until: clock.elapsed() + (Number(seconds) || 3_600) * 1_000 };
}

/** How and where this registration requests its token: with its password, or as the managed identity of the machine. */
export function tokenRequest(
  { appType, appId, tenantId, password = '' }: TeamsRegistration,
  { loginUrl = 'https://login.microsoftonline.com', identityEndpoint }: TokenSource,
  resource = botResource,
): TokenRequest {
  if (appType === 'SingleTenant') {
    const client = { grant_type: 'client_credentials', client_id: appId, client_secret: password };
    const body = new URLSearchParams({ ...client, scope: `${resource}/.default` });
    return { url: `${loginUrl}/${tenantId}/oauth2/v2.0/token`, init: { method: 'POST', body } };
  }
  const version = identityEndpoint ? '2019-08-01' : '2018-02-01';
  const query = new URLSearchParams({ 'api-version': version, resource, client_id: appId });
  const headers: Record<string, string> = identityEndpoint
    ? { 'X-IDENTITY-HEADER': identityEndpoint.header }
    : { Metadata: 'true' };
  return { url: `${identityEndpoint?.url ?? metadataService}?${query}`, init: { headers } };
}

interface TokenRequest {
  readonly url: string;
  readonly init: RequestInit;
}
