/**
 * What Gavel asks a person before a button does something. The feature declares it; chat draws it as a dialog, or as a card if the client has no
 * dialogs.
 */

export interface Question {
  /** `Cancel shop 2.14.0 to production?` Plain text; outside text isn't escaped. */
  readonly title: string;
  /** What will happen, in Markdown with outside text escaped. */
  readonly sentence: string;
  /** Facts that help to decide, in Markdown with outside text escaped. */
  readonly facts?: readonly { readonly title: string; readonly value: string }[];
  readonly fields?: readonly QuestionField[];
  /** The button that does it, a verb with its object: `Cancel deployment`. Omitted if only `rows` lead on. */
  readonly go?: string;
  /** The button that leaves everything as it is; `Cancel` by default. */
  readonly keep?: string;
  /** The state that the question was drawn from. It arrives in `input`, so that an outdated answer can't change something the person didn't see. */
  readonly revision?: string;
  readonly rows?: readonly QuestionRow[];
  /** Pages elsewhere, with checked addresses. */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

/** A text of up to 500 characters, or one of the choices. */
interface QuestionField {
  /** The name of the field in the action's `input`. */
  readonly name: string;
  readonly label: string;
  /** The error if it's left empty: `Enter a reason.` Without it, the field is optional. */
  readonly error?: string;
  readonly value?: string;
  /** Its text is a name or a time, so one line is enough. */
  readonly isShort?: boolean;
  readonly choices?: readonly { readonly title: string; readonly value: string }[];
}

/** Something else to do, one click away. */
interface QuestionRow {
  /** Plain text; outside text isn't escaped. */
  readonly title: string;
  /** In Markdown with outside text escaped. */
  readonly detail: string;
  readonly verb: string;
  readonly id: string;
  /** Whether the action asks something first, too. */
  readonly asks?: true | undefined;
}
