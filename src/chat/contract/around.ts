import type { Act } from '../../core/operations';
import type { Reply, Turn } from './turn';

/** What surrounds every command and click: who may stop it, what an alias stands for, who records how it ended. */

/** What somebody typed or clicked, complete enough to be done later exactly as it was asked. */
export interface Asked {
  /** The command's name, or the button's verb. */
  readonly action: string;
  /** What it does, and to what, as of when it was asked. */
  readonly acts: readonly Act[];
  /** The line as typed; undefined for a click. */
  readonly line?: string;
  /** The line with people's names instead of their ids; undefined if that's the same. */
  readonly words?: string;
  /** What the button sent; undefined for a line. */
  readonly input?: unknown;
}

/**
 * Called before something is done. If it gives a reply, nothing is done now. `preview` says what would change, or gives undefined if the command or button
 * has no preview.
 */
export type Guard = (
  turn: Turn,
  asked: Asked,
  preview: () => Promise<string | undefined>,
) => Promise<Reply | undefined>;

/** A line that somebody else wrote. It's shown first and runs only if the reader confirms it, unless it only looks. */
export interface Prepared {
  readonly line: string;
  /** What it is called: `standup`. */
  readonly title: string;
  /** A sentence about who wrote it and for whom, with outside text escaped. */
  readonly by: string;
}

/** Called once for a line that isn't a command. Gives the line that the alias stands for, or undefined if it isn't an alias either. */
export type ResolveAlias = (turn: Turn, text: string) => Promise<string | Prepared | undefined>;

/** How a turn ended, for the history. */
export interface EndedTurn {
  /** The typed line, or the verb of a button. */
  readonly said: string;
  /** The line that an alias stood for. */
  readonly meant?: string;
  /** `deployments.deploy`, `approvals.approve`, or `chat.turn` if the line wasn't understood. */
  readonly what: string;
  /** `done`, `refused`, `failed`, `not understood`, … */
  readonly outcome: string;
  readonly reply: Reply;
}

/** Called after every turn that a person caused. Returns immediately and never throws. */
export type RecordTurn = (turn: Turn, ended: EndedTurn) => void;
