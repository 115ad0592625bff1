import { lookUp } from './keys';

/** Composes parts that declare what they need of each other. Pure, apart from what the parts do when they are created. */

/** One part: the names of those it needs, and how it's created from them. */
interface Part<Offers, Need extends keyof Offers, Offer> {
  readonly needs: readonly Need[];
  create(needed: Pick<Offers, Need>): Offer;
}

/** A part for each name of `Offers`. */
export type Parts<Offers> = { readonly [Name in keyof Offers]: Part<Offers, keyof Offers, Offers[Name]> };

/**
 * Gives the function that declares parts of `Offers`, each of which sees nothing but what it needs.
 *
 * @example
 * const part = partsOf<{ locks: Locks; policy: Policy }>();
 * compose({ locks: part([], () => createLocks()), policy: part(['locks'], ({ locks }) => createPolicy(locks)) });
 */
export function partsOf<Offers>() {
  return <Need extends keyof Offers, Offer>(
    needs: readonly Need[],
    create: (needed: Pick<Offers, Need>) => Offer,
  ): Part<Offers, Need, Offer> => ({ needs, create });
}

/** Creates each part once, after those that it needs. The result has them in the order of `parts`. Throws as `orderByNeed` does. */
export function compose<Offers extends object>(parts: Parts<Offers>): Offers {
  const made = new Map<string, unknown>();
  const byName = parts as unknown as Readonly<Record<string, Part<Record<string, unknown>, string, unknown>>>;
  for (const name of orderByNeed(byName)) {
    const part = lookUp(byName, name);
    made.set(name, part?.create(Object.fromEntries(part.needs.map((each) => [each, made.get(each)]))));
  }
  return Object.fromEntries(Object.keys(parts).map((name) => [name, made.get(name)])) as Offers;
}

/** The names in an order in which each comes after everything it needs. Throws an error with a sentence for a missing name and for a cycle. */
export function orderByNeed(parts: Readonly<Record<string, { readonly needs: readonly string[] }>>): readonly string[] {
  const ordered = new Set<string>();
  const known = new Map(Object.entries(parts));
  const visit = (name: string, path: readonly string[]): void => {
    if (ordered.has(name)) return;
    const circle = path.slice(path.indexOf(name));
    if (path.includes(name))
      throw new Error(`Parts can’t need each other in a circle: ${[...circle, name].join(' needs ')}.`);
    const part = known.get(name);
    if (!part) throw new Error(`${path.at(-1)} needs ${name}, and nobody offers that.`);
    for (const need of part.needs) visit(need, [...path, name]);
    ordered.add(name);
  };
  for (const name of known.keys()) visit(name, []);
  return [...ordered];
}
