/** What is kept of an OpenAPI description. */

/** A schema of JSON Schema draft 7: `nullable` has become a choice. References lead to `schemas`. */
export type Schema = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
  /** Whether it stands for several parts of the path. */
  readonly spansParts: boolean;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly isRequired: boolean; readonly schema: Schema };
  /** By status, then by content type; without any where there is no body. */
  readonly responses: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
}

export interface Description {
  /** The package that it was taken from. */
  readonly source: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly hooks: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}
