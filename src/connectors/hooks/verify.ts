import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HookProof } from '../contract/hooks';

/** Whether a call comes from the system that it says. Pure, apart from reading the secret. */

/** Clocks differ by some seconds, and senders try for a while. */
export const replayWindowMs = 5 * 60_000;

/** Why a call isn't taken; for the log. */
type HookRefusal = 'no proof' | 'wrong proof' | 'too old or too early' | 'the secret is missing';

interface HookHead {
  header(name: string): string | undefined;
}

/** What can be said before the body is read, so that strangers can't make Gavel read anything. `now` is in milliseconds since 1970. */
export function refuseHead(proof: HookProof, { header }: HookHead, now: number): HookRefusal | undefined {
  const secret = secretOf(proof);
  if (secret === '') return 'the secret is missing';
  if (proof.by === 'password') {
    const given = header('authorization');
    if (given === undefined) return 'no proof';
    return isSame(given.replace(/^(?:bearer|basic) +/i, ''), passwordOf(proof.user, secret)) &&
      new RegExp(`^${proof.user === undefined ? 'bearer' : 'basic'} `, 'i').test(given)
      ? undefined
      : 'wrong proof';
  }
  const { signatureHeader, timestamp } = proof.scheme;
  if (header(signatureHeader) === undefined) return 'no proof';
  if (!timestamp) return undefined;
  const at = header(timestamp.header);
  if (at === undefined) return 'no proof';
  if (!/^\d{1,12}$/.test(at) || Math.abs(now - Number(at) * 1_000) > replayWindowMs) return 'too old or too early';
  return undefined;
}

/** What can be said of the body as it was sent; `head` has passed. */
export function refuseBody(proof: HookProof, { header }: HookHead, body: Buffer): HookRefusal | undefined {
  if (proof.by === 'password') return undefined;
  const { signatureHeader, prefix } = proof.scheme;
  const secret = secretOf(proof);
  if (secret === '') return 'the secret is missing';
  const hmac = createHmac('sha256', secret).update(signedHead(proof, { header })).update(body).digest('hex');
  return isSame(header(signatureHeader) ?? '', `${prefix}${hmac}`) ? undefined : 'wrong proof';
}

/** The same for the same call sent again. With a signature, the time counts, too: the same words a minute later are news. */
export function digestOf(connection: string, proof: HookProof, head: HookHead, body: Buffer): string {
  return createHash('sha256')
    .update(`${connection}\u0000${proof.by === 'signature' ? signedHead(proof, head) : ''}`)
    .update(body)
    .digest('hex');
}

function signedHead({ scheme }: Extract<HookProof, { readonly by: 'signature' }>, { header }: HookHead): string {
  const { timestamp } = scheme;
  return timestamp ? `${header(timestamp.header) ?? ''}${timestamp.separator}` : '';
}

function secretOf({ secret }: HookProof): string {
  try {
    return secret();
  } catch {
    // Its file is gone since the start.
    return '';
  }
}

const passwordOf = (user: string | undefined, secret: string): string =>
  user === undefined ? secret : Buffer.from(`${user}:${secret}`).toString('base64');

/** In a time that says nothing about where they differ, or how long the right one is. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
