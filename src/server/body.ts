import type { IncomingMessage } from 'node:http';

/** Reads what requests carry, within limits. */

export const activityLimitBytes = 256 * 1024;
/** A storm comes in one call: an alert has about a kilobyte. */
export const hookLimitBytes = 1024 * 1024;
/** How long a connection can take to send the headers, and then the rest of a request. */
export const requestLimitMs = 10_000;

/** Whether the body isn't compressed: what is verified and limited is what was sent. */
export function isPlain({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding'];
  return encoding === undefined || encoding.toLowerCase() === 'identity';
}

/**
 * After a refusal, the rest is discarded up to this time and size, then the connection closes: the sender reads the answer instead of a broken pipe.
 */
const lingerMs = 2_000;
const lingerBytes = 1024 * 1024;

/**
 * The bytes, or the status to answer with; never rejects. A body that declares a size over the limit is refused at once; one that breaks off counts
 * as late.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 408 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    linger(request);
    return Promise.resolve(413);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    const timer = setTimeout(() => end(408), requestLimitMs);
    const end = (result: Buffer | 408 | 413): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.removeListener('data', onData);
      if (typeof result === 'number') linger(request);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limitBytes) end(413);
      else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('close', () => end(408));
    request.once('error', () => end(408));
  });
}

/** Discards the rest of a request that is refused. */
export function linger(request: IncomingMessage): void {
  const { socket } = request;
  let bytes = 0;
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  request.once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > lingerBytes) request.pause();
  });
  request.once('end', () => clearTimeout(timer));
  request.resume();
}
