import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { cardLimitBytes, renderCard, weightBytes } from '../core/card';
import type { CardJson } from '../core/card';
import { answerJson, refusalOf } from './http';
import { servePage } from './page-files';

/** Every card with each of its samples, drawn as Teams would, in one page: for whoever writes cards. */

interface SampleCard {
  /** `approvals/approval` */
  readonly name: string;
  /** Empty for the first sample, else its state: `rejected`. */
  readonly state: string;
  readonly card: CardJson | undefined;
  readonly weightBytes: number;
  readonly limitBytes: number;
  /** Why it could not be filled. */
  readonly problem: string;
}

const folder =
  ['../../cards', '../../../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';

/** Reads all anew, so that a card that was just changed is seen. */
function sampleCards(): SampleCard[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sample.json'))
    .sort()
    .map(sampleCard);
}

function sampleCard(path: string): SampleCard {
  const [, name = '', state = ''] = /^([a-z-]+\/[a-z-]+)(?:\.([a-z-]+))?\.sample\.json$/.exec(path) ?? [];
  const known = { name, state, limitBytes: cardLimitBytes };
  try {
    const card = renderCard(name, JSON.parse(readFileSync(join(folder, path), 'utf8')) as object);
    return { ...known, card, weightBytes: weightBytes(card), problem: '' };
  } catch (error) {
    return {
      ...known,
      card: undefined,
      weightBytes: 0,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

export interface Gallery {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page on this machine only. Port 0 takes a free one. */
export async function startGallery(port: number): Promise<Gallery> {
  let open = port;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, open, request.url ?? '/');
    if (refusal) return answerJson(response, 403, { error: { code: 'Forbidden', message: refusal } });
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/api/cards') return answerJson(response, 200, sampleCards());
    if (await servePage(path === '/' ? '/cards.html' : path, response)) return;
    answerJson(response, 404, { error: { code: 'NotFound', message: 'No such address.' } });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      answerJson(response, 500, { error: { code: 'Failed', message: String(error) } }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address && typeof address === 'object') open = address.port;
  return {
    url: `http://127.0.0.1:${open}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
