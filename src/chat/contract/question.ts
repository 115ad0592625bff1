/** What a person is asked before a button does something. A feature says what; chat draws it as a dialog, or as a card where the client has none. */

export interface Question {
  /** `Cancel shop 2.14.0 to production?` Plain text, outside parts as they are. */
  readonly title: string;
  /** What will happen, in Markdown with outside text escaped. */
  readonly sentence: string;
  /** What decides it, in Markdown with outside text escaped. */
  readonly facts?: readonly { readonly title: string; readonly value: string }[];
  readonly fields?: readonly QuestionField[];
  /** The button that does it, a verb with its object: `Cancel deployment`. Left out where only `rows` lead on. */
  readonly go?: string;
  /** The button that leaves everything as it is; `Cancel` unless told. */
  readonly keep?: string;
  /** The state that the question was drawn from. It arrives in `input`, so that an outdated answer changes nothing unseen. */
  readonly revision?: string;
  readonly rows?: readonly QuestionRow[];
}

/** A text of up to 500 characters, or one of the choices. */
interface QuestionField {
  /** The name of the field in the action's `input`. */
  readonly name: string;
  readonly label: string;
  /** What is said when it's left empty: `Enter a reason.` Without it, the field is optional. */
  readonly error?: string;
  readonly value?: string;
  readonly choices?: readonly { readonly title: string; readonly value: string }[];
}

/** Something else to do, one click away. */
interface QuestionRow {
  /** Plain text, outside parts as they are. */
  readonly title: string;
  /** In Markdown with outside text escaped. */
  readonly detail: string;
  readonly verb: string;
  readonly id: string;
  /** Whether the action asks something in turn. */
  readonly asks?: true | undefined;
}
