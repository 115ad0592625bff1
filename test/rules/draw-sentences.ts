import { parseArgs } from 'node:util';
import { allSourceSentences, cardSentences } from './sentences';
import type { Sentence } from './sentences';

// `npm run sentences -- --seed 7` prints 200 sentences that people read, for an editor. The same seed draws the same ones.

/** The given number of sentences, drawn by seed from the cards and the replies, each text once, with its source. */
export function drawSentences(seed: number, count = 200): Sentence[] {
  const all = new Map<string, Sentence>();
  for (const each of [...cardSentences(), ...allSourceSentences()])
    if (each.kind === 'sentence' && isWhole(each.text)) all.set(each.text, { ...each, text: asShown(each.text) });
  const random = numbersFrom(seed);
  return [...all.values()]
    .map((sentence) => ({ sentence, order: random() }))
    .sort((one, other) => one.order - other.order)
    .slice(0, count)
    .map(({ sentence }) => sentence);
}

/** Teams doesn't show the backslashes of Markdown. */
function asShown(text: string): string {
  return text.replace(/\\([\\`*_[\]()<>#~|!])/g, '$1');
}

/** Begins and ends like a sentence, has at least three words, and isn't a card's footer. */
function isWhole(text: string): boolean {
  const words = text.replace(/‹[^›]*›/g, '').match(/\p{L}{2,}/gu) ?? [];
  return words.length >= 3 && /^[\p{Lu}\d‹“*@▣❅]/u.test(text.trim()) && /[.?!…”)*]$/.test(text.trim());
}

/** The same numbers from 0 to 1 for the same seed: mulberry32. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function main(): void {
  const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('Type npm run sentences -- --seed and a whole number.');
  for (const { source, text } of drawSentences(seed)) console.log(`${source}  ${text.replaceAll('\n', '\\n')}`);
}

if (require.main === module) main();
