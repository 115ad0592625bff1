import { ConnectorError } from '../../core/errors';
import { registerSecret } from '../../core/text/secrets';
import type { HttpClient } from '../http';
import { SessionAnswer } from './schema';

/** Sessions of people, and of the automation account if it has a token. */

/** Who signs in: with a password, or with an access token. */
export type Account = { readonly userName: string; readonly password: string } | { readonly token: string };

export type Sessions = ReturnType<typeof createSessions>;

/** `http`: a client that signs in with nothing. */
export function createSessions(http: HttpClient) {
  const known = new Map<Account, Promise<string>>();

  async function open(account: Account): Promise<string> {
    // An extra session does no harm, so opening one may be tried again.
    const call = { kind: 'read', method: 'POST', path: 'rest/v1.0/sessions', body: { json: account } } as const;
    const { sessionId } = await http.json(call, SessionAnswer);
    registerSecret(sessionId);
    return sessionId;
  }

  async function idOf(account: Account): Promise<string> {
    const found = known.get(account) ?? open(account);
    known.set(account, found);
    try {
      return await found;
    } catch (error) {
      if (known.get(account) === found) known.delete(account);
      throw error;
    }
  }

  const isExpired = (error: unknown): boolean => error instanceof ConnectorError && error.failure === 'unauthorized';

  return {
    /** A session that has expired is refused before anything is done, so the call is made once more with a new one. */
    async with<T>(account: Account, call: (headers: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
      const wasKnown = known.has(account);
      const session = await idOf(account);
      try {
        return await call({ cookie: `sessionId=${session}` });
      } catch (error) {
        if (!wasKnown || !isExpired(error)) throw error;
        if ((await known.get(account)?.catch(() => undefined)) === session) known.delete(account);
        return await call({ cookie: `sessionId=${await idOf(account)}` });
      }
    },
  };
}
