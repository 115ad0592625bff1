import type { IncomingMessage } from 'node:http';

/** Reads what somebody posts, before anybody knows who it is: never more, longer or deeper than it may be. */

interface BodyLimits {
  readonly bytes: number;
  /** The whole body is there by then. */
  readonly withinMs: number;
}

/** The bytes, or the status that the request is to be answered with. */
type ReadBody = Buffer | 408 | 413;

/** What comes after a refusal is dropped so long and so much, then nothing is taken: the sender reads the answer instead of a broken pipe. */
const lingerMs = 2_000;
const lingerBytes = 1024 * 1024;
const deepestNesting = 100;

/** Never rejects. A body that says it is too large is not waited for; one that breaks off counts as late. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<ReadBody> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) {
    linger(request);
    return Promise.resolve(413);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    const timer = setTimeout(() => end(408), limits.withinMs);
    const end = (result: ReadBody): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.removeListener('data', onData);
      if (typeof result === 'number') linger(request);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > limits.bytes) end(413);
      else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('close', () => end(408));
    request.once('error', () => end(408));
  });
}

function linger(request: IncomingMessage): void {
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

/** The JSON object, or undefined for whatever is none, also for one nested so deeply that walking over it would end badly. */
export function parseObject(text: string): object | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const quote = 0x22;
const backslash = 0x5c;

function isTooDeep(text: string): boolean {
  if (!opensOften(text, '{') && !opensOften(text, '[')) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) index = endOfString(text, index);
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepestNesting) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** Whether there is enough of it to nest too deeply: most texts need no closer look. */
function opensOften(text: string, sign: string): boolean {
  let at = -1;
  for (let found = 0; found <= deepestNesting / 2; found++) if ((at = text.indexOf(sign, at + 1)) === -1) return false;
  return true;
}

/** The place of the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
