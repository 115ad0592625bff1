/** The sections of docs/proof.md, one for each proof. */

const nameIn = (section: string): string | undefined => /^`npm run prove ([a-z0-9-]+)`/m.exec(section)?.[1];
const titleIn = (section: string): string => /^## (.*)$/m.exec(section)?.[1] ?? section.slice(0, 60);

export interface Page {
  /** One for each proof that has one, in the order of the proofs. */
  readonly sections: readonly string[];
  /** The titles of dropped sections, because no proof with their name exists. */
  readonly dropped: readonly string[];
}

/** The page with these sections in place of the earlier ones of the same proofs; `names` are all existing proofs. */
export function pageWith(before: string, fresh: ReadonlyMap<string, string>, names: readonly string[]): Page {
  const old = before.split(/^(?=## )/m).slice(1);
  const dropped = old.filter((section) => !names.includes(nameIn(section) ?? '')).map(titleIn);
  const sections = names.flatMap((name) => fresh.get(name) ?? old.find((section) => nameIn(section) === name) ?? []);
  return { sections, dropped };
}
