import type { TappedExchange } from '../http/contract';
import type { createMask } from './mask';

/** One file of a recording: a call with its answer, both masked. */
interface RecordedFile {
  /** Sorted by it, the files are in the order of the calls. */
  readonly name: string;
  /** The masked path of the call, with its query. */
  readonly path: string;
  /** JSON: `{ request: { method, path, body? }, answer: { status, contentType, body } }`. A body that is JSON stands there as such. */
  readonly text: string;
}

/** What a recording keeps of these calls. */
export function recordedFiles(
  exchanges: readonly TappedExchange[],
  mask: ReturnType<typeof createMask>,
): readonly RecordedFile[] {
  return exchanges.map(({ method, path, requestBody, status, contentType, body }, index) => {
    const request = {
      method,
      path: mask.path(path),
      ...(requestBody !== undefined && { body: mask.body(requestBody) }),
    };
    const text = JSON.stringify({ request, answer: { status, contentType, body: mask.body(body) } }, undefined, 2);
    return { name: `${String(index + 1).padStart(3, '0')}.json`, path: request.path, text: `${text}\n` };
  });
}
