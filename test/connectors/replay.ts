import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { jsonIn } from '../../src/core/text';

interface Recorded {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly answer: { readonly status: number; readonly contentType: string; readonly body: unknown };
}

/**
 * A server that answers as a recording of `npx gavel connectors record` says: each call with what the real system answered to it, in the order of the
 * recording, the last answer again and again. Where the same address is asked for different things, each gets the answer to what was sent. `unknown` are
 * the calls that weren't recorded; they get 404.
 */
export async function startReplay(folder: string) {
  const answers = new Map<string, Recorded['answer'][]>();
  for (const name of readdirSync(folder).sort()) {
    const { request, answer } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded;
    const call = `${request.method} ${withCommas(request.path)}`;
    const whole = `${call} ${JSON.stringify(request.body)}`;
    for (const each of request.body === undefined ? [call] : [call, whole])
      answers.set(each, [...(answers.get(each) ?? []), answer]);
  }
  const unknown: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = `${request.method} ${withCommas(request.url ?? '')}`;
      const left =
        answers.get(`${call} ${JSON.stringify(jsonIn(Buffer.concat(chunks).toString('utf8')))}`) ?? answers.get(call);
      const answer = left && left.length > 1 ? left.shift() : left?.[0];
      if (!answer) {
        unknown.push(call);
        response.writeHead(404, { 'content-type': 'application/json' });
        return void response.end('{}');
      }
      const { status, contentType, body } = answer;
      response.writeHead(status, { 'content-type': contentType });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    unknown: unknown as readonly string[],
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A recording may have them encoded or not. */
const withCommas = (path: string): string => path.replaceAll('%2C', ',');
