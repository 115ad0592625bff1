import type { CardContent } from '../../src/chat/contract';

/** A sample of a card that the code draws, so that it never shows what the product can't. */
export interface DrawnSample {
  /** Of its file: `rejected`. Empty for the usual state. */
  readonly state: string;
  draw(): Promise<CardContent> | CardContent;
}

/** The file of this sample below `cards`. */
export const sampleFile = (card: string, state: string): string =>
  `cards/${card}${state === '' ? '' : `.${state}`}.sample.json`;

/** Outside text that tries everything. */
export const hostileText =
  '*Bold* [free](https://evil.example) <at>all</at> ${title} {{DATE(2026-11-20T13:00:00Z,SHORT)}} \u202Ereversed\u200Bzerowidth @[0]';
export const hostileName = 'dana *b* [x](https://evil.example) <at>all</at> ${t} {{TIME(1)}}';
