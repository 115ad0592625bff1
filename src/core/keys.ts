import { createHash, randomBytes } from 'node:crypto';

/** Ids, and what is looked up or kept by a name. */

/** 128 random bits as 32 hexadecimal digits: can't be guessed, may stand in a card. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Eight hexadecimal digits that tie what a person sees to the log ("ref 4f2a91c0"). */
export function newReference(): string {
  return randomBytes(4).toString('hex');
}

/** The same id for the same parts, always: for effects that may be performed again after a crash. */
export function idFrom(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
}

/** The value of this very name; undefined for any other word, `__proto__` too. What comes from outside is looked up here or in a Map. */
export function lookUp<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  word: string | undefined,
): Value | undefined {
  return record !== undefined && word !== undefined && Object.hasOwn(record, word) ? record[word] : undefined;
}

/** Puts the value into the map as its newest entry, and forgets the oldest ones when there are more than `max`. */
export function keepRecent<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}
