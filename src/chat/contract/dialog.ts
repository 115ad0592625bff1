import type { Dialog } from 'botbuilder-dialogs';

/** What dialogs are made of. It takes tens of megabytes, so it's loaded only when the first dialog begins. */
export type DialogLibrary = typeof import('botbuilder-dialogs');

/** A conversation over several turns, as a feature declares it. `chat/inbox/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether the open dialog takes this line as an answer even though it's a command. Other commands run while the dialog waits. */
  takes?(said: string): boolean;
  /** Made once in a process; has the id of this declaration. Throws nothing. */
  make(library: DialogLibrary): Dialog;
}

/** The key under which a dialog's context holds the current turn. */
export const dialogTurn = Symbol('the turn of a dialog');
