/** A dialog from a `*-dialog.ts` file. `chat/inbox/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether the open dialog takes this line as an answer even though it's a command. Other commands run while the dialog waits. */
  takes?(said: string): boolean;
}

/** The key under which a dialog's context holds the current turn. */
export const dialogTurn = Symbol('the turn of a dialog');
