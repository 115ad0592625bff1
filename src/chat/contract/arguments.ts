import type { Catalog } from '../../core/catalog';

/** What a command takes behind its name. */

/**
 * `person` is a mention or a name, and arrives as an id (`turn.people` has the whole person). The last three take several words, up to the next
 * argument that is named: `text` arrives to the letter, for what is kept; `phrase` and `moment` arrive with straight quotes, single spaces and no full
 * stop behind, for what is read.
 */
export type ArgumentKind =
  'service' | 'environment' | 'release' | 'deployment' | 'person' | 'word' | 'moment' | 'phrase' | 'text';

/** One typed argument. Every one may also be written as `name=value`, `keyword=value` or `--name value`, in any order. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly summary: string;
  /** A word that may stand before it: `to`, `in`, `on`. */
  readonly keyword?: string;
  /** Without it the router asks with a card of choices before the command runs. */
  readonly required?: boolean;
  /** What a card offers to choose from, where the kind does not say it. */
  readonly choices?: (catalog: Catalog) => readonly string[];
  /** Whether a group of the catalog will do in place of a person; it arrives as `group:<name>`. */
  readonly groups?: true;
}

export type Arguments = Readonly<Record<string, string | undefined>>;
