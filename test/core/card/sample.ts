import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardContent } from '../../../src/chat/contract';

/** A card with the data of its first sample. */
export function sampleOf<Name extends CardContent['card']>(card: Name): CardContent<Name> {
  const data: unknown = JSON.parse(readFileSync(join(__dirname, '../../../cards', `${card}.sample.json`), 'utf8'));
  return { card, data } as CardContent<Name>;
}
