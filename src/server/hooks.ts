import type { Request, Response } from 'restify';
import { hookLimitBytes, isPlain, linger, readBody } from './body';

/** One call of an outside system. */
interface ArrivedHook {
  /** What the address names. */
  readonly connection: string;
  /** `name` in lower case. */
  header(name: string): string | undefined;
  /** The raw body, or the status to refuse it with. Nothing is read before this. */
  body(): Promise<Buffer | 408 | 413>;
}

interface HookResult {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** Handles one call of an outside system; never rejects. */
export type ReceiveHook = (call: ArrivedHook) => Promise<HookResult>;

/** Answers a call; never rejects. `beforeAnswer` is called when the headers are about to be sent. */
export async function answerHook(
  request: Request,
  response: Response,
  receive: ReceiveHook,
  beforeAnswer: () => void,
): Promise<void> {
  const { status, retryAfterSeconds } = await resultFor(request, receive);
  if (response.headersSent || response.destroyed) return;
  beforeAnswer();
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  response.statusCode = status;
  response.end();
}

async function resultFor(request: Request, receive: ReceiveHook): Promise<HookResult> {
  const { connection } = request.params as { readonly connection?: unknown };
  let isRead = false;
  function body(): Promise<Buffer | 408 | 413> {
    isRead = true;
    return readBody(request, hookLimitBytes);
  }
  const result = await receiveUnlessForeign();
  if (!isRead) linger(request);
  return result;

  async function receiveUnlessForeign(): Promise<HookResult> {
    // A page of another site could call Gavel from the browser of somebody who reaches it.
    if (request.headers.origin !== undefined) return { status: 403 };
    if (!isPlain(request)) return { status: 415 };
    return receive({
      connection: typeof connection === 'string' ? connection : '',
      header: (name) => request.header(name),
      body,
    });
  }
}
