import type { CardContent } from '../../src/chat/contract';

/** A sample of a card that the code draws, so that it never shows what the product can't. */
export interface DrawnSample {
  /** Of its file: `rejected`. Empty for the usual state. */
  readonly state: string;
  draw(): Promise<CardContent> | CardContent;
}

/** Several samples of what happens one after another in one small Gavel. */
export interface DrawnScene {
  draw(): Promise<readonly { readonly state: string; readonly content: CardContent }[]>;
}

/** The file of this sample below `cards`. */
export const sampleFile = (card: string, state: string): string =>
  `cards/${card}${state === '' ? '' : `.${state}`}.sample.json`;

/** Outside text that tries everything. */
export const hostileText =
  '*Bold* [free](https://evil.example) <at>all</at> ${title} {{DATE(2026-11-20T13:00:00Z,SHORT)}} \u202Ereversed\u200Bzerowidth @[0]';
export const hostileName = 'dana *b* [x](https://evil.example) <at>all</at> ${t} {{TIME(1)}}';
export const longName = 'Maximiliana Wilhelmina Featherstonehaugh-Cholmondeley of Upper Wolverhampton';
export const longText =
  'the partners in Frankfurt can’t settle their invoices before the weekend, their finance department has called three times today, and the on-call engineer has looked at every number that there is';
