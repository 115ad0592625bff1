/** The sections of docs/proof.md, each of one proof. */

const nameIn = (section: string): string | undefined => /^`npm run prove ([a-z0-9-]+)`/m.exec(section)?.[1];
const titleIn = (section: string): string => /^## (.*)$/m.exec(section)?.[1] ?? section.slice(0, 60);

export interface Page {
  /** One for each proof that has one, in the order of the proofs. */
  readonly sections: readonly string[];
  /** The titles of those that are left out, because no proof of their name exists. */
  readonly dropped: readonly string[];
}

/** The page with these sections in place of what it said of the same proofs before; `names` are all proofs that exist. */
export function pageWith(before: string, fresh: ReadonlyMap<string, string>, names: readonly string[]): Page {
  const old = before.split(/^(?=## )/m).slice(1);
  const dropped = old.filter((section) => !names.includes(nameIn(section) ?? '')).map(titleIn);
  const sections = names.flatMap((name) => fresh.get(name) ?? old.find((section) => nameIn(section) === name) ?? []);
  return { sections, dropped };
}
