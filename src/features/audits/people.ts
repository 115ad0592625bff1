import type { Catalog } from '../../core/catalog';

/**
 * The one person that bare words of a filter name: by mention or whole name, by key, or by a first name that only one has. A word that names a
 * service or an environment stays what it is. Pure.
 */
export function personIn(
  catalog: Catalog,
  words: readonly string[],
  me: string,
): { readonly who: string; readonly rest: readonly string[] } | undefined {
  const taken = new Set([...Object.keys(catalog.services), ...Object.keys(catalog.environments)]);
  const people = Object.entries(catalog.people).map(([key, { id, name }]) => ({ key, id, name: name.toLowerCase() }));
  for (const { id, name } of people) {
    const parts = name.split(/\s+/);
    const at = words.findIndex((_, index) => parts.every((part, offset) => words[index + offset] === part));
    if (at >= 0) return { who: id, rest: words.toSpliced(at, parts.length) };
  }
  for (const [at, word] of words.entries()) {
    if (taken.has(word)) continue;
    const rest = words.toSpliced(at, 1);
    if (word === 'me') return { who: me, rest };
    if (word === 'gavel') return { who: 'gavel', rest };
    const byKey = people.find(({ key }) => key.toLowerCase() === word);
    const byName = people.filter(({ name }) => name.split(/\s+/).includes(word));
    const found = byKey ?? (byName.length === 1 ? byName[0] : undefined);
    if (found) return { who: found.id, rest };
  }
  return undefined;
}
