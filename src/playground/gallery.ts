import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AdaptiveCards } from '@microsoft/adaptivecards-tools';
import { cardLimitBytes, completeCard, renderCard, weightBytes } from '../core/card';
import type { CardJson } from '../core/card';
import { answerJson, answerNotFound, serveHere } from './http';
import type { LocalServer } from './http';
import { servePage } from './page-files';

/**
 * Every card with each of its samples on one page, as Teams would draw it, for authors of cards. Microsoft's tools fill them, next to what Gavel
 * sends.
 */

interface SampleCard {
  /** `approvals/approval` */
  readonly name: string;
  /** Empty for the first sample, or else its state: `rejected`. */
  readonly state: string;
  /** As `@microsoft/adaptivecards-tools` fills the template, completed as Gavel does it. */
  readonly card: CardJson | undefined;
  /** As Gavel fills it; undefined if that is the same. */
  readonly own: CardJson | undefined;
  /** Outside text in the data that looks like a missing value. */
  readonly outside: readonly string[];
  readonly weightBytes: number;
  readonly limitBytes: number;
  /** Why it couldn't be filled. */
  readonly problem: string;
}

const folder =
  ['../../cards', '../../../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';

/** Reads everything again, so that a card that was just changed is current. */
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
    const data = readCard(path);
    const sent = renderCard(name, data);
    const card = completeCard(AdaptiveCards.declare<object>(readCard(`${name}.json`)).render(data) as CardJson);
    const isSame = isDeepStrictEqual(sent, card);
    const outside = JSON.stringify(data).match(/\$\{[^}"]*\}/g) ?? [];
    return { ...known, outside, card, own: isSame ? undefined : sent, weightBytes: weightBytes(sent), problem: '' };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...known, card: undefined, own: undefined, outside: [], weightBytes: 0, problem };
  }
}

function readCard(path: string): object {
  return JSON.parse(readFileSync(join(folder, path), 'utf8')) as object;
}

/** Serves the page on this machine only. Port 0 takes a free one. */
export function startGallery(port: number): Promise<LocalServer> {
  return serveHere(port, async ({ pathname }, _request, response) => {
    if (pathname === '/api/cards') return answerJson(response, 200, sampleCards());
    if (!(await servePage(pathname === '/' ? '/cards.html' : pathname, response))) answerNotFound(response);
  });
}
