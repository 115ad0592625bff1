import type { Catalog } from '../../core/catalog';

/** What may follow a command's name. */

/**
 * What kind of value an argument takes. A `person` is a mention or a name and arrives as an id; `turn.people` has the whole person. `text`, `phrase` and
 * `moment` take several words, up to the next named argument. `text` arrives exactly as typed, to be kept. `phrase` and `moment` arrive with straight quotes,
 * single spaces and no trailing period, to be parsed.
 */
export type ArgumentKind =
  'service' | 'environment' | 'release' | 'deployment' | 'person' | 'word' | 'moment' | 'phrase' | 'text';

/** One typed argument. It can also be written as `name=value`, `keyword=value` or `--name value`, in any order. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly summary: string;
  /** A word that may come before it: `to`, `in`, `on`. */
  readonly keyword?: string;
  /** If it's missing, the router asks for it with a form before the command runs. */
  readonly required?: boolean;
  /** The choices in that form, if they don't follow from the kind. */
  readonly choices?: (catalog: Catalog) => readonly string[];
  /** Whether a group from the catalog is accepted instead of a person. It arrives as `group:<name>`. */
  readonly groups?: true;
}

/** What was typed or filled in for each argument of a command, by its name; undefined where it was left out. */
export type Arguments = Readonly<Record<string, string | undefined>>;
