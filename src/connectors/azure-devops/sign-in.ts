import { z } from 'zod';
import type { OpenParts } from '../contract/kinds';
import type { HttpClient } from '../http';
import type { Authentication } from '../http/authentication';
import { openHttpClient } from '../http/settings';

/** Signs in with a personal access token, or as an application of Microsoft Entra with a client secret. */

const word = z.string().regex(/^[\w.-]{1,100}$/);

export const entraSetting = z.strictObject({
  /** The directory: its ID, or one of its domains. */
  tenant: word,
  /** The ID of the application. */
  client: word,
  /** Where it signs in, for a cloud other than the public one. */
  authority: z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'https://')
    .default('https://login.microsoftonline.com'),
});
type EntraSetting = z.output<typeof entraSetting>;

/** Azure DevOps itself, in every directory: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
const renewBeforeMs = 5 * 60_000;
/** Azure DevOps holds calls back before it refuses them, for up to 30 s. */
const headersMs = 40_000;

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

type Parts = Pick<OpenParts, 'name' | 'clock' | 'logger' | 'telemetry' | 'secret' | 'limits' | 'tap'>;
type Settings = Parameters<typeof openHttpClient>[0] & { readonly entra?: EntraSetting | undefined };

/** A client that signs in as the connection says. `close` ends it, with what it signs in with. */
export function openAzureHttp(
  settings: Settings,
  given: Parts,
): { readonly http: HttpClient; readonly close: () => Promise<void> } {
  const { entra, credential, user, ca, proxy, ...connection } = settings;
  const parts = { ...given, limits: { headersMs, ...given.limits } };
  const common = { ...connection, ...(ca !== undefined && { ca }), ...(proxy !== undefined && { proxy }) };
  if (credential === undefined) {
    const http = openHttpClient(common, parts);
    return { http, close: () => http.close() };
  }
  const secret = parts.secret(credential);
  if (!entra) {
    // Any name will do.
    const http = openHttpClient({ ...common, credential }, parts, {
      ...{ by: 'basic', user: user ?? 'gavel', password: secret },
    });
    return { http, close: () => http.close() };
  }
  const signIn = openHttpClient({ ...common, url: entra.authority }, { ...parts, tap: undefined });
  const http = openHttpClient({ ...common, credential }, parts, tokenOf(signIn, entra, secret, parts));
  return { http, close: async () => void (await Promise.all([http.close(), signIn.close()])) };
}

/** One token at a time. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function tokenOf(
  signIn: HttpClient,
  { tenant, client }: EntraSetting,
  secret: string,
  { clock }: Pick<Parts, 'clock'>,
): Authentication {
  let known: { readonly token: string; readonly endsAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const askedAt = clock.elapsed();
    const form = { grant_type: 'client_credentials', client_id: client, client_secret: secret, scope };
    const answer = await signIn.json(
      // Another token does no harm.
      { kind: 'read', method: 'POST', path: [tenant, 'oauth2', 'v2.0', 'token'], body: { form } },
      TokenAnswer,
    );
    known = { token: answer.access_token, endsAt: askedAt + answer.expires_in * 1_000 };
    return answer.access_token;
  }

  return {
    by: 'bearer',
    async token() {
      if (known && clock.elapsed() < known.endsAt - renewBeforeMs) return known.token;
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
  };
}
