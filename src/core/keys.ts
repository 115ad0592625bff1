import { createHash, randomBytes } from 'node:crypto';

/** Ids, lookups by name, and bounded maps. */

/** 128 random bits as 32 hexadecimal digits: unguessable, and safe to use in a card. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/** Eight hexadecimal digits that connect what a person sees with the log ("ref 4f2a91c0"). */
export function newReference(): string {
  return randomBytes(4).toString('hex');
}

/** Always the same id for the same parts: for effects that can be performed again after a crash. */
export function idFrom(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
}

/** The value with exactly this name; undefined for any other word, including `__proto__`. Use this or a Map for names from outside. */
export function lookUp<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  word: string | undefined,
): Value | undefined {
  return record !== undefined && word !== undefined && Object.hasOwn(record, word) ? record[word] : undefined;
}

/** Adds the value to the map as its newest entry, and removes the oldest ones if there are more than `max`. */
export function keepRecent<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}
