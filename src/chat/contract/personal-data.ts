/** One kind of data that Gavel keeps about a person, who can read it and have it deleted. */
export interface PersonalData {
  /** What people call it, in the plural: `memories`, `aliases`. */
  readonly name: string;
  /** A sentence about what stays after a deletion and why; undefined if nothing does. */
  readonly stays?: string;
  /** Nothing of it is deleted; `stays` says why. */
  readonly isKept?: true;
  /** How many entries there are, if that's known without reading all of them. If `isExact` is false, there are more. */
  countOf?(personId: string): Promise<{ readonly count: number; readonly isExact: boolean }>;
  /** Every entry, as it appears in the exported JSON. */
  exportOf(personId: string): Promise<readonly object[]>;
  /** Deletes the entries and gives their number. Safe to call again: the second call finds nothing. */
  deleteOf(personId: string): Promise<number>;
}
