import type { ConnectorFailure } from '../../core/errors';

/** What an answer, or the lack of one, means for a call. Pure. */

/**
 * What sending a call again would do. `read`: nothing, it changes nothing. `idempotent`: the same as once. `once`: the same thing a second time,
 * so it's sent again only when the system provably never got it.
 */
export type CallKind = 'read' | 'idempotent' | 'once';

/** What is known when a call didn't work. */
export interface Verdict {
  readonly failure: ConnectorFailure;
  /** Completes “GET /path: …” in the log. */
  readonly words: string;
  /** In how many milliseconds it may be sent again on its own; left out: it mustn't. */
  readonly againInMs?: number;
  /** How long the system asks to be left alone. */
  readonly retryAfterMs?: number;
  /** Whether it says that the system is in trouble, so that several in a row open the circuit. */
  readonly isOutage: boolean;
}

export type Headers = ReadonlyMap<string, string>;

/** The head of an answer, and whether its body is a page for people to sign in. */
interface AnswerHead {
  /** The path that was called. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly isSignInPage: boolean;
}

const maxRetryAfterMs = 24 * 3_600_000;
/** The longest that a system is left alone without a look whether it takes requests again, whatever time it named. */
export const maxRestMs = 15 * 60_000;
/** A pause that somebody who waits for the answer doesn't mind. */
const maxOwnPauseMs = 10_000;

/** Undefined when the answer is one to read. `now` is in milliseconds since 1970. */
export function judgeAnswer(kind: CallKind, head: AnswerHead, now: number): Verdict | undefined {
  const { status, headers, isSignInPage } = head;
  const isGood = status >= 200 && status < 300;
  // Azure DevOps answers a wrong token with 203 and a page.
  const asksToSignIn = isGood ? isSignInPage : status < 400 && leadsToSignIn(headers.get('location'), head.path);
  if (asksToSignIn) return final('unauthorized', `asks Gavel to sign in instead of answering (${status})`);
  if (isGood) return undefined;
  if (status < 400)
    return uncertain(kind, 'invalid answer', `redirects to an address that Gavel doesn’t follow (${status})`);
  const limited = limitOf(status, headers, now);
  if (limited !== undefined) return rateLimited(kind, limited, status);
  const failure = failureByStatus.get(status);
  if (failure) return final(failure, `answered ${status}`);
  // A proxy answers so before it passes anything on.
  if (status === 407) return final('unreachable', 'the proxy asks for a user and password (407)');
  if (status < 500 && status !== 408) return final('refused', `answered ${status}`);
  const askedMs = readRetryAfter(headers, now);
  const pause = kind === 'once' ? undefined : { againInMs: pauseFor(askedMs ?? 0) };
  const asked = askedMs === undefined ? undefined : { retryAfterMs: askedMs };
  return { ...uncertain(kind, 'unreachable', `answered ${status}`), ...pause, ...asked, isOutage: true };
}

const failureByStatus: ReadonlyMap<number, ConnectorFailure> = new Map([
  [401, 'unauthorized'],
  [403, 'refused'],
  [404, 'not found'],
  [409, 'conflict'],
  [410, 'not found'],
  [412, 'conflict'],
  [423, 'conflict'],
  [501, 'refused'],
  [505, 'refused'],
]);

const final = (failure: ConnectorFailure, words: string): Verdict => ({ failure, words, isOutage: false });

/** A read that went wrong changed nothing; anything else may have acted. */
function uncertain(kind: CallKind, forRead: ConnectorFailure, words: string): Verdict {
  return final(kind === 'read' ? forRead : 'unclear', words);
}

/** A system that limits requests refuses before it acts. */
function rateLimited(kind: CallKind, retryAfterMs: number, status: number): Verdict {
  const waits = kind !== 'once' && retryAfterMs <= maxOwnPauseMs;
  return {
    ...final('rate limited', `is limiting requests for ${Math.ceil(retryAfterMs / 1_000)} s (${status})`),
    ...(waits && { againInMs: retryAfterMs }),
    retryAfterMs,
  };
}

const defaultRestMs = 60_000;

/** How long to leave the system alone; undefined when it isn't about that. GitHub says it with 403, too. */
function limitOf(status: number, headers: Headers, now: number): number | undefined {
  if (status !== 429 && status !== 403) return undefined;
  const asked = readRetryAfter(headers, now);
  if (asked !== undefined) return asked;
  const resetAt = Number(headers.get('x-ratelimit-reset'));
  if (headers.get('x-ratelimit-remaining') === '0' && resetAt > 0) return bounded(resetAt * 1_000 - now);
  return status === 429 ? defaultRestMs : undefined;
}

/** The header in milliseconds from `now`, at most a day; undefined without one that can be read. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const words = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}(\.\d{1,3})?$/.test(words)) return bounded(Number(words) * 1_000);
  // `Date.parse` reads almost anything as a date; the header begins with a weekday.
  const at = /^[A-Z][a-z]{2}/.test(words) ? Date.parse(words) : NaN;
  return Number.isNaN(at) ? undefined : bounded(at - now);
}

const bounded = (ms: number): number => Math.min(maxRetryAfterMs, Math.max(0, Math.ceil(ms)));

/** A longer one isn't waited for: 503 may hold for hours. */
const pauseFor = (askedMs: number): number | undefined => (askedMs <= maxOwnPauseMs ? askedMs : undefined);

/** What became of a call that has no whole answer. */
interface Silence {
  /** What Node or undici calls it: `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`; or `TOO_LARGE`, `ENCODED`, `TOTAL_TIMEOUT`, `STOPPED`. */
  readonly code: string;
  /** False only when the system provably never got the request. */
  readonly isSent: boolean;
}

/** What it means that the answer didn't come, or not to its end. */
export function judgeSilence(kind: CallKind, { code, isSent }: Silence): Verdict {
  const isNoHttp = code.startsWith('HPE_');
  const words = `${isNoHttp ? 'the answer isn’t HTTP' : (wordsByCode.get(code) ?? 'the connection failed')} (${code})`;
  if (unreadable.has(code) || isNoHttp) return uncertain(kind, 'invalid answer', words);
  const isOutage = code !== 'STOPPED';
  const again = passing.has(code) && (!isSent || kind !== 'once') && { againInMs: 0 };
  if (!isSent) return { ...final('unreachable', words), ...again, isOutage };
  return { ...uncertain(kind, 'unreachable', words), ...again, isOutage };
}

const unreadable = new Set(['TOO_LARGE', 'ENCODED', 'UND_ERR_HEADERS_OVERFLOW']);

/** What may be gone a moment later. Whoever waited for a time limit doesn't wait for it twice. */
const passing = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  ...['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
]);

const wordsByCode: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there’s no host with this name'],
  ['ECONNRESET', 'the connection was cut'],
  ['UND_ERR_SOCKET', 'the connection was cut'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'the answer stopped in the middle'],
  ['TOTAL_TIMEOUT', 'not finished in time'],
  ['STOPPED', 'canceled'],
  ['UND_ERR_ABORTED', 'the proxy can’t connect'],
  ['TOO_LARGE', 'the answer is too large'],
  ['ENCODED', 'the answer is compressed although Gavel didn’t offer that'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate isn’t valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate isn’t signed by an authority that Gavel trusts'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate isn’t signed by an authority that Gavel trusts'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate isn’t signed by an authority that Gavel trusts'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate isn’t signed by an authority that Gavel trusts'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

const firstPauseMs = 250;

/** The pause before the next try: what the system asked for, else growing, with a fifth more or less so that not all come at once. */
export function pauseBefore(attempt: number, againInMs: number, random: number, firstMs = firstPauseMs): number {
  return Math.max(againInMs, Math.round(firstMs * 2 ** (attempt - 1) * (0.8 + random * 0.4)));
}

const signInWords = /(?<![a-z])(?:log-?in|sign-?in|sso|saml2?|oauth2?|adfs)(?![a-z])/gi;

/**
 * Whether an address that a system redirects to is where people sign in. A word that the call's own path has, such as the name of a job, says nothing:
 * that would tell of a write that was done that it wasn't.
 */
function leadsToSignIn(location: string | undefined, path: string): boolean {
  const own = new Set(path.toLowerCase().match(signInWords));
  return (location?.slice(0, 500).toLowerCase().match(signInWords) ?? []).some((word) => !own.has(word));
}

/** Whether this page of HTML is one on which people sign in. A write that was done may be answered with a page that only offers to sign in. */
export function isSignInPage(kind: CallKind, status: number, contentType: string | undefined, text: string): boolean {
  if (!/^(?:text\/html|application\/xhtml)/i.test(contentType ?? '')) return false;
  const page = text.slice(0, 100_000);
  if (status === 203 || /type=["']?password\b/i.test(page)) return true;
  return kind === 'read' && /\b(?:sign|log)[ -]?in\b/i.test(page);
}
