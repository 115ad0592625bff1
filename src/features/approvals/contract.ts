import type { CardContent, Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import type { Authors } from '../../core/catalog/authors';
import type { Reach } from '../../core/catalog/rights';

/** The decision that a risky action waits for. Any feature may ask for one: it registers a subject and is told the outcome. */

/** The kind of subject that holds an operation until somebody else approves it. */
export const secondApproval = 'four-eyes';

/** One row of the facts on a card. */
export interface Fact {
  readonly title: string;
  /** Already escaped. */
  readonly value: string;
}

/** What the approval card shows of the thing to be decided; read anew whenever the card is drawn and no decision has been made. */
export interface SubjectFacts {
  readonly evidence?: readonly EvidenceFact[];
  /** What the card is: `Deployment D-1042`. Left out, an approval. */
  readonly kind?: string;
  /** What comes after the approval, each in a word: `Run`, `Verify`. Left out, the card shows no life line. */
  readonly comesNext?: readonly string[];
  /** `shop 2.14.0 to production` */
  readonly title: string;
  /** `D-1042` */
  readonly label: string;
  /** `deployed`, `restarted`: completes "Without it the request expires and nothing is …". */
  readonly nothingIs: string;
  /** `Approve 2.14.0` */
  readonly approveTitle: string;
  /** Who asked and the rule are added by the card itself. */
  readonly facts: readonly Fact[];
  readonly commitsTitle?: string;
  /** Raw outside text; the card shows it in TextRuns. At most five. */
  readonly commits?: readonly { readonly commit: string; readonly message: string; readonly author: string }[];
  readonly commitsMore?: string;
  /** The verb with which its requester cancels it: a dialog about the subject's id. Left out, the card offers no such button. */
  readonly cancelVerb?: string;
  /** At most three. */
  readonly choices?: readonly ApprovalChoice[];
}

/** How less than what was asked can be approved; the words chosen go with the approval as its note. */
export interface ApprovalChoice {
  readonly label: string;
  /** The first one leaves it as it was asked; its words are empty. */
  readonly options: readonly { readonly title: string; readonly words: string }[];
}

/** What the approval is bound to; a different value at the click means that what was approved is no longer what would happen. */
export interface ApprovalRequest {
  /** Chosen by the subject, deterministic, so that opening twice is harmless. */
  readonly id: string;
  /** The registered kind of subject. */
  readonly kind: string;
  readonly subjectId: string;
  /** Who decides must hold the rule's role on it; without a service or environment everywhere. */
  readonly target: Reach;
  readonly requester: Person;
  readonly rule: ApprovalRule;
  /** For deployments the commit. */
  readonly boundTo: string;
  /** Who wrote part of what is asked for: a rule may bar them, now or later. Undefined: nothing of it was written by anybody. */
  readonly authors?: Authors;
  /** Who wrote part of it, in requests of earlier versions. */
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
      /** What was said with the approvals and when: `tomorrow` counts from then. Left out where nothing was said. */
      readonly said?: readonly { readonly by: Person; readonly at: number; readonly note: string }[];
      /** The same without who and when, as earlier versions kept it. */
      readonly notes?: readonly string[];
    }
  | { readonly state: 'rejected'; readonly by: Person; readonly reason: string; readonly at: number }
  | { readonly state: 'expired'; readonly at: number }
  /** It can't take effect any more; `reason` is a whole sentence in outside text. */
  | { readonly state: 'lapsed'; readonly reason: string; readonly at: number };

/** Something that speaks for or against it, as it is now. */
export interface EvidenceFact {
  /** `Health`, `Verified`, `Ticket`. */
  readonly title: string;
  readonly holds: boolean;
  /** Outside text: `healthy`, `2.14.0 wasn’t verified in staging`. */
  readonly words: string;
  /** Whether an approval does not count without it. */
  readonly required: boolean;
}

/** The one card of a subject, which shows its approval while that is open and the rest of its life after it. */
export interface OwnCard {
  /** The key of its message in the outbox. */
  key(subjectId: string): string;
  /** What its copies are about. */
  topic(subjectId: string): string;
  /** Has the card drawn anew, because its approval has changed. Called at least once for each change. */
  redraw(subjectId: string): Promise<void>;
  /** As this person sees it once the approval has been decided; undefined: as everybody in a channel does. */
  draw(subjectId: string, viewer: string | undefined): Promise<CardContent>;
}

/** What a feature tells about the things it wants approved. May reject when an outside system fails; the card then says so. */
export interface ApprovalSubject {
  /** Its own card takes the place of the approval's card in the channel. Left out, the approval posts one. */
  readonly ownCard?: OwnCard;
  /** What the rule wants to be known or to hold; nothing unless told. */
  evidence?(subjectId: string): Promise<readonly EvidenceFact[]>;
  facts(subjectId: string): Promise<SubjectFacts>;
  /** Why the approval of this person, said like this, can’t count: part of a sentence, as outside text. Nothing unless told. */
  objection?(subjectId: string, by: Person, note: string): Promise<string | undefined>;
  /** The rule that holds for it now; undefined: the catalog has none. Subjects whose rule never changes leave this out. */
  rule?(subjectId: string): Promise<ApprovalRule | undefined>;
  /**
   * Why it can't take effect any more, whoever approves it: its requester, target or release is gone. A whole sentence in
   * outside text; undefined while nothing is in the way for good. Asked at each decision and every few seconds while it waits.
   */
  ground?(subjectId: string): Promise<string | undefined>;
  /** What the approval must be bound to now; undefined when the subject no longer waits. */
  boundTo(subjectId: string): Promise<string | undefined>;
  /** Called at least once with the same outcome; must be idempotent. */
  decided(subjectId: string, outcome: ApprovalOutcome): Promise<void>;
}

/** An approval that is open, as a list shows it; all of it outside text. */
export interface WaitingApproval extends Pick<ApprovalRequest, 'subjectId' | 'target' | 'requester' | 'expiresAt'> {
  readonly id: string;
  /** `D-1042` */
  readonly label: string;
  /** `shop 2.14.0 to production`; the label where nothing was kept. */
  readonly title: string;
}

/** Opens approvals and ends them. Rejects with `StoreUnavailableError` only. */
export interface Approvals {
  registerSubject(kind: string, subject: ApprovalSubject): void;
  /** Opens it and sends its cards; harmless when it is open already. */
  open(request: ApprovalRequest): Promise<void>;
  /** Ends it without a decision (the subject was cancelled); harmless when it has ended. */
  withdraw(id: string, withdrawal: Withdrawal): Promise<void>;
  /** Those that this person can decide on now, the newest first. */
  waitingFor(personId: string): Promise<readonly WaitingApproval[]>;
  /**
   * Why an approval that was given doesn't count any more: a whole sentence in outside text. Undefined while every rule is
   * satisfied by votes whose givers still have their say. To be asked right before what was approved takes effect.
   */
  whyLapsed(id: string): Promise<string | undefined>;
  /** The approval as this person sees it, for the card of its subject; undefined where it was never opened. */
  card(id: string, viewer: string | undefined): Promise<CardContent<'approvals/approval'> | undefined>;
  /**
   * Shows in the copy of each approver what came of what was approved; harmless when done again with the same revision, which grows with each
   * change. Nothing happens where nobody has a copy.
   */
  showOutcome(id: string, revision: number, draw: (personId: string) => Promise<CardContent>): Promise<void>;
  /** Who could approve this now, by the rule that acts on the click: without the requester and the authors where it bars them, with delegates. */
  whoCouldApprove(
    request: Pick<ApprovalRequest, 'target' | 'requester' | 'rule' | 'authors'>,
  ): Promise<readonly Person[]>;
}
