import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Clock } from '../../core/time/clock';
import type { HttpClient } from '../http';
import { TokenAnswer } from './schema';

/** Signs in as a GitHub App: with its private key it gets a token of its installation, which lives for an hour. */

export const appSetting = z.strictObject({
  /** The client id or the number of the App. */
  id: z.union([z.number().int().positive(), z.string().regex(/^[\w.]{1,60}$/)]),
  /** The number at the end of the address of its installation. */
  installation: z.number().int().positive(),
});
export type AppSetting = z.output<typeof appSetting>;

/** GitHub refuses more than ten minutes, by its own clock. */
const lifeSeconds = 9 * 60;
const skewSeconds = 60;
const renewBeforeMs = 5 * 60_000;

/** Proves that a call comes from the App. Rejects with `ConnectorError` if the key can’t be used. */
export function createAppProof(name: string, app: AppSetting, privateKey: string, clock: Clock): () => Promise<string> {
  return async () => {
    const now = Math.floor(clock.now() / 1_000);
    try {
      return await new SignJWT({ iss: String(app.id), iat: now - skewSeconds, exp: now + lifeSeconds - skewSeconds })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .sign(createPrivateKey(privateKey));
    } catch {
      // The reason could quote the key.
      throw new ConnectorError(name, 'unauthorized', 'the credential isn’t the private key of a GitHub App, as PEM');
    }
  };
}

/** `http`: a client that signs in as the App. One token at a time, renewed five minutes before it ends. */
export function createInstallationTokens(http: HttpClient, { installation }: AppSetting, clock: Clock) {
  let known:
    | {
        readonly token: string;
        readonly madeAt: number;
        readonly endsAt: number;
        readonly permissions: Readonly<Record<string, string>>;
      }
    | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const madeAt = clock.elapsed();
    const answer = await http.json(
      // Another token does no harm.
      { kind: 'read', method: 'POST', path: ['app', 'installations', installation, 'access_tokens'] },
      TokenAnswer,
    );
    const lifeMs = (answer.expires_at ?? clock.now()) - clock.now();
    known = { token: answer.token, madeAt, endsAt: madeAt + lifeMs, permissions: answer.permissions };
    return answer.token;
  }

  return {
    async token(): Promise<string> {
      if (known && clock.elapsed() < known.endsAt - renewBeforeMs) return known.token;
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    /** Whether the token may write what a permission is for; no before it was asked for. */
    mayWrite: (permission: string): boolean => lookUp(known?.permissions ?? {}, permission) === 'write',
    ageMs: (): number | undefined => known && clock.elapsed() - known.madeAt,
  };
}
