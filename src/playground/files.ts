import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './http';

/** Where accepted files are uploaded, instead of somebody's OneDrive. The newest few are kept in memory. */

const maxFiles = 20;
const maxBytes = 5 * 1024 * 1024;

export type UploadedFiles = ReturnType<typeof createUploads>;

export function createUploads() {
  const files = new Map<string, { readonly name: string; body: Buffer | undefined }>();

  /** All bytes at once, as small files are uploaded: the range says how many there are. */
  async function take(id: string, request: IncomingMessage): Promise<number> {
    const file = files.get(id);
    if (!file || request.method !== 'PUT') return 404;
    if (file.body) return 409;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return 413;
      chunks.push(chunk);
    }
    const range = /^bytes 0-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '');
    if (Number(range?.[1]) !== bytes - 1 || Number(range?.[2]) !== bytes) return 416;
    file.body = Buffer.concat(chunks);
    return 201;
  }

  return {
    /** A place for one file: what a client tells the bot when somebody accepts. */
    open(name: string, serviceUrl: string): object {
      const id = randomUUID();
      files.set(id, { name, body: undefined });
      for (const old of [...files.keys()].slice(0, -maxFiles)) files.delete(old);
      const fileType = name.split('.').at(-1) ?? '';
      const contentUrl = new URL(`files/${id}`, serviceUrl).href;
      return { contentUrl, name, uploadUrl: new URL(`v3/uploads/${id}`, serviceUrl).href, uniqueId: id, fileType };
    },
    async upload(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
      const status = await take(path.split('/').at(-1) ?? '', request);
      answerJson(
        response,
        status,
        status === 201 ? {} : { error: { code: 'NotTaken', message: 'The playground rejected the file.' } },
      );
    },
    download(path: string, response: ServerResponse): void {
      const file = files.get(path.split('/').at(-1) ?? '');
      if (!file?.body)
        return answerJson(response, 404, { error: { code: 'NotFound', message: 'There is no such file.' } });
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${file.name.replace(/[^\w.-]/g, '_')}"`,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      response.end(file.body);
    },
  };
}
