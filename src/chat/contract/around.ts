import type { Act } from '../../core/operations';
import type { Reply, Turn } from './turn';

/** What stands around every command and click: what may hold it, what a line stands for, who hears how it ended. */

/** What somebody typed or clicked, so that it can be done later just the same. */
export interface Asked {
  /** The command or the verb: the door it came through. */
  readonly action: string;
  /** What it does and to what, as it was when it was asked. */
  readonly acts: readonly Act[];
  /** The whole line that was typed. */
  readonly line?: string;
  /** The line as people read it, with names in place of ids; left out where it is the same. */
  readonly words?: string;
  /** What was sent with the click. */
  readonly input?: unknown;
}

/** Looks at what is about to be done; a reply means that it is not done now. `effect` says what it would change, where anybody can say. */
export type Guard = (turn: Turn, asked: Asked, effect: () => Promise<string | undefined>) => Promise<Reply | undefined>;

/** A line that somebody else prepared. It is shown first and runs only when the reader says so, unless it only looks. */
export interface Prepared {
  readonly line: string;
  /** What it is called: `standup`. */
  readonly title: string;
  /** Who prepared it and for whom, in a sentence with outside words escaped. */
  readonly by: string;
}

/** What stands behind a line that is no command: the line that is meant, by whoever made it. Asked once for each line. */
export type ResolveAlias = (turn: Turn, text: string) => Promise<string | Prepared | undefined>;

/** One turn that has ended, for the history. */
export interface EndedTurn {
  /** The typed line, or the verb of a button. */
  readonly said: string;
  /** The line it stood for, where that is another one. */
  readonly meant?: string;
  /** `deployments.deploy`, `approvals.approve`; `chat.turn` when nothing was understood. */
  readonly what: string;
  /** `done`, `refused`, `failed`, `not understood`, … */
  readonly outcome: string;
  readonly reply: Reply;
}

/** Hears of every turn that a person caused; returns at once and never throws. */
export type RecordTurn = (turn: Turn, ended: EndedTurn) => void;
