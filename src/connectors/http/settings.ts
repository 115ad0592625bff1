import { z } from 'zod';
import type { OpenParts } from '../contract/kinds';
import { createHttpClient } from '.';
import type { HttpClient } from '.';
import type { Authentication } from './authentication';

/** What the catalog says of every connection that speaks HTTP. What is secret has a setting, and the catalog only names it. */

const setting = z.string().regex(/^GAVEL_[A-Z0-9_]+$/, 'the name of a setting, such as GAVEL_PROMETHEUS');

export const httpConnection = z
  .strictObject({
    /** Everything is at this address or below it. */
    url: z.string().refine(isSystemAddress, 'https:// or http://, without a password or query'),
    /** Names the setting with the password of `user`, or without one with the token. */
    credential: setting.optional(),
    user: z
      .string()
      .regex(/^[^:\u0000-\u001F]{1,200}$/)
      .optional(),
    /** Names the setting with the certificates, as PEM, that are trusted instead of the usual ones. */
    ca: setting.optional(),
    /** Names the setting with the address of the proxy. */
    proxy: setting.optional(),
  })
  .refine(({ user, credential }) => user === undefined || credential !== undefined, {
    path: ['user'],
    error: 'needs a credential, too: the setting with the password',
  });

type HttpConnection = z.output<typeof httpConnection>;

function isSystemAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((each) => each === '');
}

/**
 * A client for the connection that signs in as the catalog says: with a user and password (`digest`: by that scheme), or with a bearer token.
 * `authentication`: how it signs in instead.
 */
export function openHttpClient(
  { url, credential, user, ca, proxy, digest = false }: HttpConnection & { readonly digest?: boolean },
  parts: Pick<OpenParts, 'name' | 'clock' | 'logger' | 'telemetry' | 'secret' | 'limits' | 'tap'>,
  authentication?: Authentication,
): HttpClient {
  const { name, clock, logger, telemetry, secret, limits = {}, tap } = parts;
  return createHttpClient({
    ...{ name, base: url, clock, logger, telemetry, limits, tap },
    ...(authentication !== undefined
      ? { authentication }
      : credential !== undefined && { authentication: authenticationOf(secret(credential), user, digest) }),
    ...(ca !== undefined && { ca: secret(ca) }),
    ...(proxy !== undefined && { proxy: secret(proxy) }),
  });
}

const authenticationOf = (value: string, user: string | undefined, isDigest: boolean): Authentication =>
  user === undefined ? { by: 'bearer', token: value } : { by: isDigest ? 'digest' : 'basic', user, password: value };
