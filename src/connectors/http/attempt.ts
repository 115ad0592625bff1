import { cleanText, jsonIn } from '../../core/text';
import { maskSecrets } from '../../core/text/secrets';
import { followRedirect } from './address';
import type { SignIn } from './authentication';
import type { HttpAnswer, HttpCall, HttpLimits, HttpOptions } from './contract';
import { CallError } from './guards';
import { isSignInPage, judgeAnswer, judgeSilence } from './rules';
import type { Verdict } from './rules';
import { WireError } from './transport';
import type { Transport, WireRequest } from './transport';

/** One attempt of a call: signed in, redirects followed, its answer judged. */

/** A call on its way. */
export interface Outgoing {
  readonly call: HttpCall;
  readonly url: URL;
  readonly limits: HttpLimits;
  readonly signal: AbortSignal;
  /** What to throw when the signal ends it. */
  readonly whyStopped: () => unknown;
  readonly onSend: () => void;
}

/** What all calls of a connection share. */
export type AttemptParts = Pick<HttpOptions, 'name' | 'headers' | 'clock' | 'correlationHeader' | 'personHeader'> & {
  readonly transport: Transport;
  readonly signIn: SignIn;
};

const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Rejects with `CallError` when the answer isn't one to read. */
export async function attemptCall(parts: AttemptParts, outgoing: Outgoing): Promise<HttpAnswer> {
  const { call, signal, whyStopped } = outgoing;
  const { signIn, clock } = parts;
  if (signal.aborted) throw whyStopped();
  try {
    let answer = await send(parts, outgoing, outgoing.url, true);
    if (signIn.learn(answer.status, answer.headers.get('www-authenticate')))
      answer = await send(parts, outgoing, outgoing.url, true);
    answer = await follow(parts, outgoing, answer);
    const verdict = isAccepted(call, answer.status) ? undefined : judge(outgoing, answer, clock.now());
    if (verdict) throw callError(parts.name, outgoing, verdict, answer);
    return answer;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (signal.aborted) throw whyStopped();
    throw callError(parts.name, outgoing, judgeSilence(call.kind, error));
  }
}

const isAccepted = ({ accept = [] }: HttpCall, status: number): boolean => accept === 'any' || accept.includes(status);

function judge(
  { call: { kind }, url: { pathname: path } }: Outgoing,
  { status, headers, body }: HttpAnswer,
  now: number,
): Verdict | undefined {
  const page = isSignInPage(kind, status, headers.get('content-type'), body.subarray(0, 100_000).toString('latin1'));
  return judgeAnswer(kind, { path, status, headers, isSignInPage: page }, now);
}

/** Where a read is redirected to; stops at the first answer that isn't followed. */
async function follow(parts: AttemptParts, outgoing: Outgoing, first: HttpAnswer): Promise<HttpAnswer> {
  const { call } = outgoing;
  let answer = first;
  let at = outgoing.url;
  let isSame = true;
  for (let count = 0; count < maxRedirects && call.kind === 'read'; count++) {
    if (!redirects.has(answer.status) || isAccepted(call, answer.status)) break;
    // Other methods than these would have to be guessed from the status.
    if (!['GET', 'HEAD'].includes(methodOf(call)) && answer.status < 307) break;
    if (judge(outgoing, answer, parts.clock.now())?.failure === 'unauthorized') break;
    const next = followRedirect(at, answer.headers.get('location'));
    if (!next || (!next.isSame && !call.mayLeave)) break;
    // Once it has left, nothing that belongs to the connection goes along, even if it comes back.
    isSame &&= next.isSame;
    if (!isSame && call.body) break;
    at = next.url;
    answer = await send(parts, outgoing, at, isSame);
  }
  return answer;
}

async function send(parts: AttemptParts, outgoing: Outgoing, url: URL, isSame: boolean): Promise<HttpAnswer> {
  const { call, limits, signal, onSend } = outgoing;
  const method = methodOf(call);
  const { type, text } = bodyOf(call);
  const own = isSame && {
    ...lowerCase({ ...parts.headers, ...call.headers }),
    ...namesOf(parts, call),
    ...(await parts.signIn.headers({ method, path: `${url.pathname}${url.search}` })),
  };
  // Signing in can take a while.
  if (signal.aborted) throw outgoing.whyStopped();
  const headers = {
    'user-agent': 'Gavel',
    ...(type !== undefined && { 'content-type': type }),
    ...own,
  };
  const isShared = call.kind === 'read' && !call.isProbe;
  const connection: WireRequest['connection'] = isSame ? (isShared ? 'kept' : 'fresh') : 'elsewhere';
  const keepEnd = call.keepEnd ?? false;
  return parts.transport.exchange({
    ...{ url, method, headers, body: text, keepEnd, limits, signal, connection, onSend, onChunk: call.onChunk },
  });
}

const methodOf = ({ method, kind, body }: HttpCall): WireRequest['method'] =>
  method ?? (kind === 'read' && !body ? 'GET' : 'POST');

function bodyOf({ body }: HttpCall): { readonly type?: string; readonly text: string | undefined } {
  if (!body) return { text: undefined };
  if ('json' in body) return { type: 'application/json', text: JSON.stringify(body.json) };
  if ('text' in body) return body;
  return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(body.form).toString() };
}

/** Whom and what the call belongs to, where the system keeps that. */
function namesOf(
  { correlationHeader, personHeader }: AttemptParts,
  { correlationId, person }: HttpCall,
): Record<string, string> {
  return {
    ...(correlationHeader !== undefined &&
      correlationId !== undefined && { [correlationHeader.toLowerCase()]: headerText(correlationId) }),
    ...(personHeader !== undefined && person !== undefined && { [personHeader.toLowerCase()]: headerText(person) }),
  };
}

/** A header holds only ASCII; a name with other letters goes percent-encoded. */
const headerText = (text: string): string => (/^[\u0020-\u007E]*$/.test(text) ? text : encodeURIComponent(text));

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The failure with its line for the log: what was called without its query, what is known, and what the system said about it; secrets masked. */
export function callError(
  name: string,
  { call, url }: Pick<Outgoing, 'call' | 'url'>,
  verdict: Verdict,
  answer?: HttpAnswer,
): CallError {
  const said = answer ? reasonIn(answer) : '';
  const line = `${methodOf(call)} ${url.pathname}: ${verdict.words}${said === '' ? '' : `: ${said}`}`;
  return new CallError(name, verdict, maskSecrets(line).text);
}

/** Where systems say in JSON what's wrong. */
const reasonFields = ['message', 'error_description', 'errorMessages', 'error', 'errors', 'detail', 'reason'];

function reasonIn({ headers, body }: HttpAnswer): string {
  const type = headers.get('content-type') ?? '';
  const text = body.subarray(0, 20_000).toString('utf8');
  // Masked before it's cut: half a secret looks like none.
  if (/^text\/plain/i.test(type)) return cleanText(maskSecrets(text).text, 200);
  if (!/json/i.test(type)) return '';
  const found = jsonIn(text);
  const entries = new Map<string, unknown>(typeof found === 'object' && found ? Object.entries(found) : []);
  const words = reasonFields.map((field) => entries.get(field)).find((each) => each !== undefined && each !== null);
  if (words === undefined) return '';
  return cleanText(maskSecrets(typeof words === 'string' ? words : JSON.stringify(words)).text, 200);
}
