import type { CardContent, Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import type { Authors } from '../../core/catalog/authors';
import type { Reach } from '../../core/catalog/rights';
import { idFrom } from '../../core/keys';

/** The decision that a risky action waits for. Any feature can request one: it registers a subject and is told the outcome. */

/** The kind of subject that holds an operation until somebody else approves it. */
export const secondApproval = 'four-eyes';

/** The kind of subject that a run waits for in an outside system. */
export const runApproval = 'run-approval';

/** The id of the approval of such a step. `round`: how often it was asked about before. */
export function runApprovalId(connection: string, run: string, step: string, round = 0): string {
  return idFrom(runApproval, connection, run, step, String(round));
}

/** One row of the facts on a card. */
export interface Fact {
  readonly title: string;
  /** Already escaped. */
  readonly value: string;
}

/** What the approval card shows about its subject; read again whenever the card is drawn before the decision. */
export interface SubjectFacts {
  readonly evidence?: readonly EvidenceFact[];
  /** The kind of card: `Deployment D-1042`. Omitted, an approval. */
  readonly kind?: string;
  /** What follows the approval, one word each: `Run`, `Verify`. Omitted, the card shows no life line. */
  readonly comesNext?: readonly string[];
  /** `shop 2.14.0 to production` */
  readonly title: string;
  /** `D-1042` */
  readonly label: string;
  /** `deployed`, `restarted`: completes "or the request expires and nothing is …". */
  readonly nothingIs: string;
  /** `Approve 2.14.0` */
  readonly approveTitle: string;
  /** The card itself adds the requester and the rule. */
  readonly facts: readonly Fact[];
  readonly commitsTitle?: string;
  /** Raw outside text; the card shows it in TextRuns. At most five. */
  readonly commits?: readonly {
    readonly commit: string;
    readonly message: string;
    readonly author: string;
    /** Where it leads; empty or omitted if the catalog names no page. */
    readonly page?: string;
  }[];
  readonly commitsMore?: string;
  /** The verb with which its requester cancels it: a dialog about the subject's id. Left out, the card offers no such button. */
  readonly cancelVerb?: string;
  /** What a rejection does: sentences in Markdown. Omitted: it ends the request, and the requester can request it again. */
  readonly rejecting?: string;
  /** At most three. */
  readonly choices?: readonly ApprovalChoice[];
}

/** A way to approve less than was requested; the chosen words become the approval's note. */
export interface ApprovalChoice {
  readonly label: string;
  /** The first option leaves it as it was requested; its words are empty. */
  readonly options: readonly { readonly title: string; readonly words: string }[];
}

/** What the approval is bound to; if the value is different at the click, what was approved is no longer what would happen. */
export interface ApprovalRequest {
  /** Chosen by the subject and deterministic, so opening it twice does no harm. */
  readonly id: string;
  /** The registered kind of subject. */
  readonly kind: string;
  readonly subjectId: string;
  /** The approver must have the rule's role on it; without a service or environment, everywhere. */
  readonly target: Reach;
  readonly requester: Person;
  readonly rule: ApprovalRule;
  /** For deployments the commit. */
  readonly boundTo: string;
  /** Who wrote part of the change: a rule can bar them, now or later. Undefined: nobody wrote it. */
  readonly authors?: Authors;
  /** Who wrote part of the change, in requests of earlier versions. */
  readonly committerIds?: readonly string[];
  readonly placeId: string;
  readonly expiresAt: number;
  readonly correlationId: string;
  /** Nobody is asked: Gavel approves it for practice after a few seconds and says so, as long as the catalog marks the target's environment for practice. */
  readonly practice?: true;
}

/** Who ends an approval without a decision, and why. `successor`: the label of the request that took its place. */
export interface Withdrawal {
  readonly by: Person;
  readonly reason: string;
  readonly successor?: string;
}

/** How an approval ended. Moments are in milliseconds since 1970; names and reasons are outside text. */
export type ApprovalOutcome =
  | {
      readonly state: 'approved';
      readonly by: readonly Person[];
      readonly at: number;
      /** The notes of the approvals with their times: `tomorrow` counts from then. Omitted if there are none. */
      readonly said?: readonly { readonly by: Person; readonly at: number; readonly note: string }[];
      /** The same without author and time, as earlier versions stored it. */
      readonly notes?: readonly string[];
    }
  | { readonly state: 'rejected'; readonly by: Person; readonly reason: string; readonly at: number }
  | { readonly state: 'expired'; readonly at: number }
  /** It can't take effect anymore; `reason` is a complete sentence of outside text. */
  | { readonly state: 'lapsed'; readonly reason: string; readonly at: number };

/** Evidence for or against it, as of now. */
export interface EvidenceFact {
  /** `Health`, `Verified`, `Ticket`. */
  readonly title: string;
  readonly holds: boolean;
  /** Outside text: `healthy`, `2.14.0 wasn’t verified in staging`. */
  readonly words: string;
  /** The page that the words lead to. */
  readonly page?: string;
  /** Whether an approval doesn't count without it. */
  readonly required: boolean;
}

/** The one card of a subject, which shows its approval while that is open, and the rest of its life after that. */
export interface OwnCard {
  /** The key of its message in the outbox. */
  key(subjectId: string): string;
  /** The topic of its copies. */
  topic(subjectId: string): string;
  /** Redraws the card because its approval has changed. Called at least once for each change. */
  redraw(subjectId: string): Promise<void>;
  /** The card for this person once the approval has been decided; undefined: for everybody in a channel. */
  draw(subjectId: string, viewer: string | undefined): Promise<CardContent>;
}

/** What a feature tells about the things it wants approved. Can reject if an outside system fails; the card then says so. */
export interface ApprovalSubject {
  /** Its own card replaces the approval's card in the channel. Omitted, the approval posts one. */
  readonly ownCard?: OwnCard;
  /** The evidence that the rule asks about; none by default. */
  evidence?(subjectId: string): Promise<readonly EvidenceFact[]>;
  facts(subjectId: string): Promise<SubjectFacts>;
  /** Why this person's approval with this note can’t count: part of a sentence, as outside text. No objection by default. */
  objection?(subjectId: string, by: Person, note: string): Promise<string | undefined>;
  /** The rule that applies now; undefined: the catalog has none. Omitted by subjects whose rule never changes. */
  rule?(subjectId: string): Promise<ApprovalRule | undefined>;
  /**
   * Why it can't take effect anymore, whoever approves it: its requester, target or release is gone. A complete sentence of outside text; undefined while
   * nothing prevents it for good. Called at each decision and every few seconds while it waits.
   */
  ground?(subjectId: string): Promise<string | undefined>;
  /** What the approval must be bound to now; undefined if the subject no longer waits. */
  boundTo(subjectId: string): Promise<string | undefined>;
  /** Called at least once with the same outcome; must be idempotent. */
  decided(subjectId: string, outcome: ApprovalOutcome): Promise<void>;
}

/** An open approval, as a list shows it; all of it is outside text. */
export interface WaitingApproval extends Pick<ApprovalRequest, 'subjectId' | 'target' | 'requester' | 'expiresAt'> {
  readonly id: string;
  /** `D-1042` */
  readonly label: string;
  /** `shop 2.14.0 to production`; the label if no title was stored. */
  readonly title: string;
}

/** A step that waits, and who was asked to decide it. */
export interface StepToDecide {
  readonly step: string;
  /** What waits: outside text. */
  readonly name: string;
  readonly approvalId: string;
  /** `A-1b2c3d` */
  readonly label: string;
  readonly deciders: readonly Person[];
}

/** Opens and ends approvals. Rejects with `StoreUnavailableError` only. */
export interface Approvals {
  registerSubject(kind: string, subject: ApprovalSubject): void;
  /** Opens it and sends its cards; harmless if it is already open. */
  open(request: ApprovalRequest): Promise<void>;
  /** Ends it without a decision (the subject was canceled); harmless if it has ended. */
  withdraw(id: string, withdrawal: Withdrawal): Promise<void>;
  /** The approvals that this person can decide now, the newest first. */
  waitingFor(personId: string): Promise<readonly WaitingApproval[]>;
  /**
   * Why an approval that was given doesn't count anymore: a complete sentence of outside text. Undefined while votes that still count satisfy every rule. Call
   * it right before what was approved takes effect.
   */
  whyLapsed(id: string): Promise<string | undefined>;
  /** Who was asked about these steps of a run in an outside system; steps that nobody was asked about are left out. */
  askedAbout(
    connection: string,
    run: string,
    steps: readonly { readonly id: string; readonly name: string }[],
  ): Promise<readonly StepToDecide[]>;
  /** The approval for this person, for the card of its subject; undefined if it was never opened. */
  card(id: string, viewer: string | undefined): Promise<CardContent<'approvals/approval'> | undefined>;
  /**
   * Shows the outcome of what was approved in each approver's copy. Harmless if repeated with the same revision, which grows with each change. Does nothing if
   * nobody has a copy.
   */
  showOutcome(id: string, revision: number, draw: (personId: string) => Promise<CardContent>): Promise<void>;
  /** Who could approve this now, by the rule that applies to a click: without the requester and the authors if it bars them, with delegates. */
  whoCouldApprove(
    request: Pick<ApprovalRequest, 'target' | 'requester' | 'rule' | 'authors'>,
  ): Promise<readonly Person[]>;
}
