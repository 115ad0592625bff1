import type { Activity } from 'botbuilder';
import { BotFrameworkAuthentication, ClaimsIdentity, ConnectorFactory, UserTokenClient } from 'botframework-connector';
import type { AuthenticateRequestResult, ConnectorClient as BotConnectorClient } from 'botframework-connector';
import type { ConnectorClient } from '../out/connector-client';
import { retryBriefly } from '../out/replies';
import { Unauthorized } from './token-check';
import type { TokenCheck } from './token-check';

/** What botbuilder's adapter is given instead of its own authentication and sender. */
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
    if (activity.channelId !== 'msteams') throw new Unauthorized('Only Microsoft Teams is listened to');
    if (!isAllowedAddress(activity.serviceUrl, rule)) throw new Unauthorized('The service address is not allowed');
    if (tokens) await tokens.verify(authHeader, activity.serviceUrl);
    const claimsIdentity = botIdentity(appId);
    return { audience: appId, claimsIdentity, connectorFactory: this.createConnectorFactory() };
  }

  override authenticateStreamingRequest(): Promise<AuthenticateRequestResult> {
    return Promise.reject(new Unauthorized('Streaming is not offered'));
  }

  override createConnectorFactory(): ConnectorFactory {
    return new TeamsConnectorFactory(this.options.client);
  }

  override createUserTokenClient(): Promise<UserTokenClient> {
    return Promise.resolve(new NoUserTokens());
  }
}

/** The identity that stands for the bot itself. */
export function botIdentity(appId: string): ClaimsIdentity {
  return new ClaimsIdentity(
    [
      { type: 'aud', value: appId },
      { type: 'appid', value: appId },
    ],
    'Bearer',
  );
}

/** The few calls that the adapter makes for dialogs, over the one sender. */
class TeamsConnectorFactory extends ConnectorFactory {
  constructor(private readonly client: ConnectorClient) {
    super();
  }

  override create(serviceUrl: string): Promise<BotConnectorClient> {
    const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> =>
      retryBriefly(() => this.client.call(serviceUrl, method, path, body));
    const at = (conversationId: string, rest: string): string =>
      `v3/conversations/${encodeURIComponent(conversationId)}/${rest}`;
    const conversations = {
      createConversation: (asked: object) => call('POST', 'v3/conversations', asked),
      sendToConversation: (id: string, activity: object) => call('POST', at(id, 'activities'), activity),
      replyToActivity: (id: string, activityId: string, activity: object) =>
        call('POST', at(id, `activities/${encodeURIComponent(activityId)}`), activity),
      updateActivity: (id: string, activityId: string, activity: object) =>
        call('PUT', at(id, `activities/${encodeURIComponent(activityId)}`), activity),
      deleteActivity: (id: string, activityId: string) =>
        call('DELETE', at(id, `activities/${encodeURIComponent(activityId)}`)),
      getConversationMembers: (id: string) => call('GET', at(id, 'members')),
      getConversationMember: (id: string, memberId: string) =>
        call('GET', at(id, `members/${encodeURIComponent(memberId)}`)),
      getConversationPagedMembers: (id: string, options?: { pageSize?: number; continuationToken?: string }) => {
        const query = new URLSearchParams({ pageSize: String(options?.pageSize ?? 200) });
        if (options?.continuationToken) query.set('continuationToken', options.continuationToken);
        return call('GET', at(id, `pagedmembers?${query}`));
      },
    };
    return Promise.resolve({ conversations } as unknown as BotConnectorClient);
  }
}

/** Gavel asks nobody to sign in, so there are no tokens of users to keep. */
class NoUserTokens extends UserTokenClient {
  override getUserToken = () => refuseTokens();
  override getSignInResource = () => refuseTokens();
  override signOutUser = () => refuseTokens();
  override getTokenStatus = () => refuseTokens();
  override getAadTokens = () => refuseTokens();
  override exchangeToken = () => refuseTokens();
}

function refuseTokens(): Promise<never> {
  return Promise.reject(new Error('Gavel keeps no tokens of users'));
}

/** Which service addresses may be spoken to. Checked when an address is stored and again when it is used. */

export interface AddressRule {
  readonly local: boolean;
  readonly hosts: readonly string[];
}

/** Local mode: this machine only. Else https, an allowed host, the standard port and no credentials. */
export function isAllowedAddress(address: string, { local, hosts }: AddressRule): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  if (local) return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
  return url.protocol === 'https:' && url.port === '' && hosts.includes(url.hostname.toLowerCase());
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
