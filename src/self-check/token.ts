import { tokenRequest } from '../chat/teams';
import type { TeamsRegistration, TokenSource } from '../chat/teams';
import { jsonIn } from '../core/text';
import { registerSecret } from '../core/text/secrets';
import type { Clock } from '../core/time/clock';
import { causeOf } from './finding';
import type { Finding } from './finding';

/** Whether Gavel gets its own token, tested with a real request; the answer also shows whether the clock is right. */

const limitMs = 10_000;
const skewLimitMs = 2 * 60_000;
const about = 'the bot’s token';

interface TokenLook {
  readonly registration: TeamsRegistration;
  readonly source: TokenSource;
  readonly clock: Clock;
}

export async function lookAtToken({ registration, source, clock }: TokenLook): Promise<Finding[]> {
  const { url, init } = tokenRequest(registration, source);
  const { host } = new URL(url);
  const askedAt = clock.now();
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(limitMs) });
  } catch (error) {
    return [{ about, problem: unreachable(registration, host, causeOf(error)) }];
  }
  const text = await answer.text().catch(() => '');
  const skew = skewFinding(answer.headers.get('date'), (askedAt + clock.now()) / 2, host);
  if (!answer.ok) return [{ about, problem: describeRefusal(registration, answer.status, text) }, ...skew];
  const token = tokenIn(text);
  if (token === undefined)
    return [{ about, problem: `${host} responded without a token. Check whether a proxy is responding instead.` }];
  registerSecret(token);
  return [{ about }, ...skew];
}

function unreachable({ appType }: TeamsRegistration, host: string, reason: string): string {
  return appType === 'SingleTenant'
    ? `${host} can’t be reached (${reason}), so Gavel can’t reply to anyone. Allow outgoing HTTPS to it.`
    : `No managed identity responded at ${host} (${reason}). Run Gavel in Azure with the identity assigned to it, or use SingleTenant.`;
}

/** Explains the errors of the token service. Codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /AADSTS7000215/,
    'Microsoft rejected the client secret. Create a new one under Certificates & secrets, and set MicrosoftAppPassword to its value, not to its ID.',
  ],
  [
    /AADSTS7000222/,
    'The client secret has expired. Create a new one under Certificates & secrets, and set MicrosoftAppPassword to its value.',
  ],
  [
    /AADSTS700016/,
    'The tenant in MicrosoftAppTenantId doesn’t have the application in MicrosoftAppId. Copy both from the Overview page of the app registration.',
  ],
  [
    /AADSTS(90002|900023|900021)/,
    'The tenant in MicrosoftAppTenantId doesn’t exist. Copy the Directory (tenant) ID from the Overview page of the app registration.',
  ],
  [
    /AADSTS7000112/,
    'The application in MicrosoftAppId is disabled. Enable it under Enterprise applications, Properties, in Entra.',
  ],
  [
    /identity.*not.*found|No User Assigned|Unable to load the proper Managed Identity|invalid_resource|unauthorized_client/i,
    'The managed identity in MicrosoftAppId isn’t assigned to this host. Assign it under Identity, User assigned.',
  ],
];

function describeRefusal({ appType }: TeamsRegistration, status: number, text: string): string {
  const cases = appType === 'SingleTenant' ? known.slice(0, -1) : known.slice(-1);
  const found = cases.find(([pattern]) => pattern.test(text));
  if (found) return found[1];
  const code = /AADSTS\d+/.exec(text)?.[0];
  return `The token service returned ${status}${code ? ` (${code})` : ''}. Check MicrosoftAppType, MicrosoftAppId, and MicrosoftAppTenantId against the app registration.`;
}

function skewFinding(date: string | null, now: number, host: string): Finding[] {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  const offMs = now - theirs;
  if (Math.abs(offMs) < skewLimitMs) return [{ about: 'the clock' }];
  const minutes = Math.round(Math.abs(offMs) / 60_000);
  const way = offMs > 0 ? 'ahead of' : 'behind';
  const problem = `This machine’s clock is ${minutes} minutes ${way} ${host}’s. Beyond 5 minutes, every message is rejected. Turn on time synchronization.`;
  return [{ about: 'the clock', problem }];
}

function tokenIn(text: string): string | undefined {
  const { access_token: token } = (jsonIn(text) ?? {}) as { access_token?: unknown };
  return typeof token === 'string' ? token : undefined;
}
