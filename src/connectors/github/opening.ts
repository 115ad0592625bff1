import type { OpenParts } from '../contract/kinds';
import { openHttpClient } from '../http/settings';
import { createGithubClient } from './client';
import { AppAnswer, DeliveriesAnswer } from './schema';
import { createAppProof, createInstallationTokens } from './sign-in';
import type { AppSetting } from './sign-in';

/** Opens the client of a connection, which signs in with a token or as an App. */

type Settings = Parameters<typeof openHttpClient>[0] & { readonly app?: AppSetting | undefined };

const deliveriesPath = ['app', 'hook', 'deliveries'] as const;
const maxDeliveryPages = 5;

export function openClient(settings: Settings, parts: Omit<OpenParts, 'targets'>) {
  const { name, clock, secret, limits } = parts;
  // GitHub wants writes one after the other.
  const bounded = { ...parts, limits: { maxWrites: 1, ...limits } };
  const { app, credential } = settings;
  if (!app || credential === undefined) {
    const http = openHttpClient(settings, bounded);
    return { client: createGithubClient(http), app: undefined, close: () => http.close() };
  }
  const appHttp = openHttpClient(settings, bounded, {
    by: 'bearer',
    token: createAppProof(name, app, secret(credential), clock),
  });
  const tokens = createInstallationTokens(appHttp, app, clock);
  const http = openHttpClient(settings, bounded, { by: 'bearer', token: () => tokens.token() });
  const read = () => appHttp.json({ kind: 'read', path: 'app' }, AppAnswer);
  let known: ReturnType<typeof read> | undefined;
  /** Its number never changes. */
  const self = (): ReturnType<typeof read> => {
    known ??= read();
    known.catch(() => (known = undefined));
    return known;
  };
  async function deliveries() {
    const call = { kind: 'read', path: [...deliveriesPath], query: { per_page: 100 } } as const;
    const { pages } = await appHttp.pages(call, DeliveriesAnswer, { by: 'link' }, maxDeliveryPages);
    return pages.flat();
  }
  const redeliver = async (id: number): Promise<void> =>
    void (await appHttp.bytes({ kind: 'once', path: [...deliveriesPath, id, 'attempts'] }));
  return {
    client: createGithubClient(http, () => tokens.ageMs()),
    app: { read, self, tokens, deliveries, redeliver },
    async close(): Promise<void> {
      await Promise.all([http.close(), appHttp.close()]);
    },
  };
}
export type GithubApp = NonNullable<ReturnType<typeof openClient>['app']>;
