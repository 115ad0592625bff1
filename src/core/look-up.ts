/**
 * The value of this very name; undefined for any other word, `__proto__` and `constructor` included. Whatever comes from outside is looked up here or in a
 * Map.
 */
export function lookUp<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  word: string | undefined,
): Value | undefined {
  return record !== undefined && word !== undefined && Object.hasOwn(record, word) ? record[word] : undefined;
}
