/** The sections of docs/proof.md, one for each proof. */

const nameIn = (section: string): string | undefined => /^`npm run prove ([a-z0-9-]+)`/m.exec(section)?.[1];
/** Written by a command of its own, such as `npm run test:kubernetes`. */
const isOfTests = (section: string): boolean => /^`npm run test:[a-z]+`/m.test(section);
const titleIn = (section: string): string => /^## (.*)$/m.exec(section)?.[1] ?? section.slice(0, 60);

export interface Page {
  /** One for each proof that has one, in the order of the proofs, and then those of tests that `npm run prove` doesn’t run. */
  readonly sections: readonly string[];
  /** The titles of dropped sections, because no proof with their name exists. */
  readonly dropped: readonly string[];
}

/** The page with these sections in place of the earlier ones of the same proofs; `names` are all existing proofs. */
export function pageWith(before: string, fresh: ReadonlyMap<string, string>, names: readonly string[]): Page {
  const all = before.split(/^(?=## )/m).slice(1);
  const ofTests = all.filter(isOfTests);
  const old = all.filter((section) => !isOfTests(section));
  const dropped = old.filter((section) => !names.includes(nameIn(section) ?? '')).map(titleIn);
  const sections = names.flatMap((name) => fresh.get(name) ?? old.find((section) => nameIn(section) === name) ?? []);
  return { sections: [...sections, ...ofTests], dropped };
}
