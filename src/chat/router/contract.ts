import type { Catalog } from '../../core/catalog';
import type { Telemetry } from '../../core/telemetry';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { AuditLog } from '../../store/contract';
import type { Asked, Feature, Guard, Prepared, RecordTurn, Reply, ResolveAlias, Turn } from '../contract';
import type { PeopleFinder } from './people';
import type { WarnAboutSecret } from './sentences';

/** What the router does and what it needs. */

export interface Router {
  /** Never rejects: whatever happens, the person gets an answer. `ended` is called with the outcome: `done`, `refused`, `not understood`, … */
  handleText(turn: Turn, text: string, ended?: TurnLog['ended']): Promise<Reply>;
  /** Never rejects. `input` comes from the client and isn't trusted. */
  handleAction(turn: Turn, verb: string, input: unknown): Promise<Reply>;
  /** What the button with this verb asks before it does anything: a card of `chat/dialog`, or why it can't be done. Changes nothing, never rejects. */
  handleQuestion(turn: Turn, verb: string, input: unknown): Promise<Reply>;
  /** Does what was requested earlier and approved since; every right is checked again. Never rejects. */
  handleApproved(turn: Turn, asked: Asked): Promise<Reply>;
  /** The name of the command that this line means, by its name or in a sentence; undefined if it means none. */
  commandFor(text: string): string | undefined;
}

export interface RouterOptions {
  readonly features: readonly Feature[];
  readonly catalog: () => Catalog;
  /** Called before anything that changes something. */
  readonly guard?: Guard;
  /** Called once for a line that isn't a command. */
  readonly resolveAlias?: ResolveAlias;
  /** Called with the outcome of each turn of a person. */
  readonly recordTurn?: RecordTurn;
  /** The person to offer as help after several lines weren't understood; undefined for now. */
  readonly personToAsk?: (turn: Turn) => Promise<string | undefined>;
  /** Tells somebody that their message contained a secret, which was masked. */
  readonly warnAboutSecret?: WarnAboutSecret;
  /** Finds people who aren't in the catalog. */
  readonly people?: PeopleFinder;
  /** Loads changes of the catalog by other instances, before each turn. */
  readonly refresh?: () => Promise<void>;
  readonly telemetry?: Telemetry;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What happened in a turn, for its audit entry. */
export interface TurnLog {
  what: string;
  target: string;
  changes: boolean;
  /** The typed or chosen command; undefined for a button. */
  command?: string;
  /** The request behind it, if somebody confirmed or approved it. */
  approved?: Asked;
  /** What was said and meant, and how it ended if the reply doesn't say so; for the history. */
  said: string;
  meant?: string;
  outcome?: string;
  /** Who prepared the line, if that was somebody else: it is shown before it runs. */
  prepared?: Omit<Prepared, 'line'>;
  /** Called with the outcome. */
  ended?: ((outcome: string) => void) | undefined;
}
