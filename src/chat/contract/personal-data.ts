/** One kind of data that is kept of a person: they can read it and have it deleted. */
export interface PersonalData {
  /** As people call it, in the plural: `memories`, `aliases`. */
  readonly name: string;
  /** What of it stays after a deletion and why, as a sentence; left out when nothing does. */
  readonly stays?: string;
  /** All of it stays, as `stays` says. */
  readonly isKept?: true;
  /** How much there is, where that can be told without reading all of it; where it isn't exact, there's more. */
  countOf?(personId: string): Promise<{ readonly count: number; readonly isExact: boolean }>;
  /** All of it, as JSON shows it. */
  exportOf(personId: string): Promise<readonly object[]>;
  /** Deletes it; how many entries. Called again with the same person, it finds nothing more. */
  deleteOf(personId: string): Promise<number>;
}
