/** A dialog of `*-dialog.ts`; `chat/inbox/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether an open dialog wants this line as its answer although it is a command; all other commands run and the dialog waits. */
  takes?(said: string): boolean;
}

/** Under this key the context of a dialog holds the turn that it is in. */
export const dialogTurn = Symbol('the turn of a dialog');
