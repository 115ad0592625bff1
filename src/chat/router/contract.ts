import type { Catalog } from '../../core/catalog';
import type { Telemetry } from '../../core/telemetry';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { AuditLog } from '../../store/contract';
import type { Asked, Feature, Guard, Prepared, RecordTurn, Reply, ResolveAlias, Turn } from '../contract';
import type { PeopleFinder } from './people';
import type { WarnAboutSecret } from './sentences';

/** What the router does, and what it needs for that. */

export interface Router {
  /** Never rejects: whatever happens, the person gets an answer. `ended` hears how: `done`, `refused`, `not understood`, … */
  handleText(turn: Turn, text: string, ended?: TurnLog['ended']): Promise<Reply>;
  /** Never rejects. `input` is what the client sent, trusted in nothing. */
  handleAction(turn: Turn, verb: string, input: unknown): Promise<Reply>;
  /** What the button with this verb asks before it does anything: a card of `chat/dialog`, or why it can't be done. Changes nothing, never rejects. */
  handleQuestion(turn: Turn, verb: string, input: unknown): Promise<Reply>;
  /** Does what was asked for earlier and has been approved since; every right is checked anew. Never rejects. */
  handleApproved(turn: Turn, asked: Asked): Promise<Reply>;
  /** The name of the command that this line means, by its name or in a sentence; undefined if it means none. */
  commandFor(text: string): string | undefined;
}

export interface RouterOptions {
  readonly features: readonly Feature[];
  readonly catalog: () => Catalog;
  /** Asked before anything that changes something is done. */
  readonly guard?: Guard;
  /** Asked once about a line that is no command. */
  readonly resolveAlias?: ResolveAlias;
  /** Hears how each turn of a person ended. */
  readonly recordTurn?: RecordTurn;
  /** Who is offered as help to somebody who was not understood several times; undefined for the time being. */
  readonly personToAsk?: (turn: Turn) => Promise<string | undefined>;
  /** Tells somebody that what they wrote held a secret, which was masked. */
  readonly warnAboutSecret?: WarnAboutSecret;
  /** Finds people who are not in the catalog. */
  readonly people?: PeopleFinder;
  /** Takes over, before each turn, what other instances have changed of the catalog. */
  readonly refresh?: () => Promise<void>;
  readonly telemetry?: Telemetry;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a turn turns out to be, for its audit entry. */
export interface TurnLog {
  what: string;
  target: string;
  changes: boolean;
  /** The command that was typed or chosen; undefined for a button. */
  command?: string;
  /** What this is the doing of, when somebody confirmed or approved it. */
  approved?: Asked;
  /** What was said and meant, and how it ended where the reply does not say so; for the history. */
  said: string;
  meant?: string;
  outcome?: string;
  /** Who prepared the line, when that is somebody else: it is shown before it runs. */
  prepared?: Omit<Prepared, 'line'>;
  /** Whoever asked to hear how it ended. */
  ended?: ((outcome: string) => void) | undefined;
}
