import type { Catalog } from '../../core/catalog';
import { describeSeat, ruleSentence } from '../../core/catalog/rights';
import type { Question } from '../../chat/contract';
import { RefusalError } from '../../core/refusal';
import { capitalize, cleanText, enumerate, linkTo, plainText, plural, quote } from '../../core/text';
import { describeWhen } from '../../core/time/clock';
import { standingOf } from './policy';
import type { RuleStanding, Standing } from './policy';
import type { EvidenceFact, StepToDecide, SubjectFacts } from './contract';
import { applicableRules, authorsGap } from './record';
import type { Approval } from './record';
import type { Refusal } from './workflow';

/** Sentences about approvals. Pure. */

type Named = readonly { readonly name: string }[];

/** What a sentence about a refused decision needs to know. */
interface RefusalFacts {
  readonly catalog: Catalog;
  readonly deciders: Named;
  /** Required evidence that doesn't hold. */
  readonly lacking: readonly string[];
  readonly now: number;
}

/** Why this person's decision didn't count although others can decide; undefined for any other refusal. */
export function barredFrom(
  type: 'approve' | 'reject',
  refusal: Refusal,
  { label }: Approval,
  deciders: Named,
): RefusalError | undefined {
  const decide = type === 'approve' ? 'approve' : 'approve or reject';
  const whys: Partial<Record<Refusal, readonly [act: string, why: string]>> = {
    'own request': [`${type} your own request ${label}`, `Someone other than the requester has to ${decide} it.`],
    committer: [
      `${type} ${label}`,
      `You may have written part of this release, so someone else has to ${decide} the request.`,
    ],
    'later stage': [`${type} ${label} yet`, 'An earlier stage has to be approved first.'],
    'not an approver': [`${type} ${label}`, 'You aren’t one of its approvers.'],
  };
  const found = whys[refusal];
  if (!found) return undefined;
  const [act, why] = found;
  const told = { act, why, nothing: 'nothing was changed', able: deciders.map(({ name }) => name), can: type };
  return new RefusalError(told, { target: label, outcome: `refused: ${refusal}` });
}

/** One plain sentence for a click or command that decided nothing. */
export function describeRefusal(refusal: Refusal, approval: Approval, facts: RefusalFacts): string {
  const label = plainText(approval.label);
  const sentences: Record<Exclude<Refusal, 'own request' | 'committer' | 'later stage' | 'not an approver'>, string> = {
    evidence: `${label} can’t be approved yet: ${plainText(enumerate(facts.lacking), 400)}. Nothing was changed.`,
    'no reason': `A rejection needs a reason. Type \`reject ${label} because …\` or use the card. Nothing was changed.`,
    changed: `${label} would now do something different from what was requested, so I closed it. Your approval wasn’t counted. If it’s still needed, someone has to request it again.`,
    lapsed: `${label} is closed, so your approval wasn’t counted. ${plainText(approval.ended?.note ?? '', 500)}`,
    gone: `${label} no longer needs an approval. Nothing was changed.`,
    twice: `You’ve already approved ${label}, but it isn’t fully approved yet.`,
    over: describeEnd(approval, facts),
  };
  return sentences[refusal as keyof typeof sentences];
}

/** `Avery Approver and Noor Operator can approve it.`; `act`: what follows their names. */
export function describeDeciders(
  approval: Approval,
  facts: Pick<RefusalFacts, 'catalog' | 'deciders'>,
  act = 'can approve it',
): string {
  // “And”: each of them can, and several may have to.
  const who = namesOrNobody(approval, facts);
  return facts.deciders.length > 0 ? `${who} ${act}.` : `${capitalize(who)}.`;
}

const maxNamed = 4;

function namesOrNobody(approval: Approval, { catalog, deciders }: Pick<RefusalFacts, 'catalog' | 'deciders'>): string {
  if (deciders.length > 0) return namesOfSome(deciders, 'and');
  const needed = standingOf(catalog, approval).open.flatMap(({ stage }) => (stage ? describeSeat(stage) : []));
  return `nobody can yet, because it needs ${plainText(enumerate(needed) || 'an approver', 120)}`;
}

function namesOfSome(deciders: Named, conjunction: 'and' | 'or' = 'or'): string {
  const named = deciders.slice(0, maxNamed).map(({ name }) => plainText(name, 60));
  const more = deciders.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more`] : named, conjunction);
}

function describeEnd(
  { label, state, stateSince, approvals, ended, supersededBy }: Approval,
  { catalog, now }: Pick<RefusalFacts, 'catalog' | 'now'>,
): string {
  const when = describeWhen(stateSince, now, catalog.timeZone);
  const shown = plainText(label);
  if (state === 'lapsed') return `${shown} was closed ${when}. ${plainText(ended?.note ?? '', 500)}`;
  if (state === 'expired') return `${shown} expired ${when}: it wasn’t approved in time.`;
  if (state === 'approved') {
    const names = enumerate(approvals.map((each) => plainText(each.person.name, 60)));
    return `${shown} was already approved by ${names} ${when}.`;
  }
  if (supersededBy) return `${shown} was superseded by ${plainText(supersededBy)} ${when}.`;
  const how = state === 'rejected' ? 'rejected' : 'canceled';
  const why = ended?.note ? `: ${quote(ended.note, 500)}.` : '.';
  return `${shown} was already ${how} by ${plainText(ended?.person.name ?? 'someone', 60)} ${when}${why}`;
}

/** A decision that nobody has made yet. */
interface NextDecision {
  readonly type: 'approve' | 'reject';
  readonly approval: Approval;
  /** The approval as the decision would leave it. */
  readonly after: Approval;
}

/** What a decision would change, with the request as it is now; whether it counts is decided when it is made. */
export function previewDecision(catalog: Catalog, { type, approval, after }: NextDecision, now: number): string {
  const { label, state, askedFacts, request } = approval;
  const title = plainText(askedFacts?.title ?? request.kind, 200);
  const what = `${plainText(label, 40)}, ${title}, requested by ${plainText(request.requester.name, 60)}`;
  if (state !== 'waiting') return `${describeEnd(approval, { catalog, now })} Nothing will change.`;
  if (type === 'reject') return `Rejects ${what}. Nothing will be ${askedFacts?.nothingIs ?? 'done'}.`;
  return after.state === 'approved'
    ? `Approves ${what}. This is the last approval it needs.`
    : `Approves ${what}. Then ${describeMissing(standingOf(catalog, after))}`;
}

/** The question before a rejection or an approval with a note; `-` leaves a choice as it was requested. */
export function decisionQuestion(catalog: Catalog, { type, approval, after }: NextDecision): Question {
  const { label, state, askedFacts, request } = approval;
  const title = askedFacts?.title ?? label;
  if (type === 'reject')
    return {
      title: `Reject ${title}?`,
      sentence:
        askedFacts?.rejecting ??
        `**This ends the request.** Nothing will be ${askedFacts?.nothingIs ?? 'done'}. ${plainText(request.requester.name, 60)} will see your reason and can send a new request.`,
      fields: [{ name: 'reason', label: 'Reason, shown to the requester and the channel', error: 'Enter a reason.' }],
      ...{ go: 'Reject request', revision: state },
    };
  return {
    title: `Approve ${title}?`,
    sentence:
      after.state === 'approved'
        ? '**Yours is the last approval it needs.**'
        : `**Then ${describeMissing(standingOf(catalog, after))}**`,
    fields: [...choiceFields(askedFacts?.choices), { name: 'note', label: 'Note, shown with your approval' }],
    ...{ go: askedFacts?.approveTitle ?? 'Approve', revision: state },
  };
}

const maxChoices = 3;

/** The limits that an approver can choose, as fields of a card or a question. */
export function choiceFields(choices: SubjectFacts['choices'] = []) {
  return choices.slice(0, maxChoices).map(({ label, options }, index) => {
    const offered = options.map(({ title, words }) => ({
      title: cleanText(title, 60),
      value: words === '' ? '-' : words,
    }));
    return {
      name: `choice-${index + 1}`,
      label: cleanText(label, 40),
      value: offered[0]?.value ?? '',
      choices: offered,
    };
  });
}

/** What a typed decision did, in a sentence: the card itself is where the request was made, and in each approver's chat. */
export function describeDecision(type: 'approve' | 'reject', catalog: Catalog, approval: Approval): string {
  const { label, state, askedFacts, request } = approval;
  const shown = plainText(label, 40);
  const title = plainText(askedFacts?.title ?? request.kind, 200);
  if (type === 'reject') return `**You rejected ${shown}**, ${title}. Nothing was ${askedFacts?.nothingIs ?? 'done'}.`;
  if (state === 'approved') return `**You approved ${shown}**, ${title}. It has all the approvals it needs.`;
  return `**You approved ${shown}**, ${title}. ${capitalize(describeMissing(standingOf(catalog, approval)))}`;
}

/** What is still missing, as a sentence that can also follow "then". */
function describeMissing({ open, missing }: Standing): string {
  if (open.length > 1) return `it still needs ${enumerate(open.map((each) => describeNeeded(each)))}.`;
  return `${plural(missing, 'more approval')} ${missing === 1 ? 'is' : 'are'} needed.`;
}

/** `2 approvals from approvers`: what the open stage of a rule still needs. */
export function describeNeeded({ stage, needed, index }: RuleStanding, more = ''): string {
  const count = needed[index] ?? 0;
  const seat = stage ? describeSeat(stage, count) : 'an approver';
  return `${plural(count, `${more}approval`)} from ${plainText(seat, 60)}`;
}

/** The rules of an approval as one fact of its card, with changes and with what can't be known. */
export function describeDemand(approval: Approval, standing: Standing, deciders: Named): string {
  const { request, ruleNow } = approval;
  if (request.practice) return 'One approval from Gavel, because this is practice';
  const { rule, open } = standing;
  const hasChanged = applicableRules(request.rule, ruleNow ?? request.rule).length > 1;
  const changed = hasChanged ? ' The rule changed after the request, so both the old and new rules apply.' : '';
  const demand =
    open.length > 1 ? describeRules(open, deciders) : describeRule(standing, deciders, approval.approvals.length);
  const barring = [rule, ...open.map((each) => each.rule)].find((each) => each.committersMayApprove === false);
  const gap = barring ? authorsGap(request) : undefined;
  if (gap === undefined) return `${demand}${changed && `.${changed}`}`;
  const team = barring?.authorsUnknown;
  const then =
    typeof team === 'object' ? `nobody from ${plainText(team.team, 60)} can approve` : 'it needs one more approval';
  return `${demand}.${changed} ${capitalize(then)}, because not every author is known: ${plainText(gap, 120)}`;
}

function describeRule({ stage, stages, rule }: RuleStanding, deciders: Named, given: number): string {
  const named = namesOfSome(deciders);
  const still = named === '' ? '' : `; ${named} can ${given > 0 ? 'still approve' : 'approve now'}`;
  if (stages.length > 1) return `${plainText(ruleSentence(rule), 300)}${still}`;
  const seat = plainText(stage ? describeSeat(stage) : rule.role, 60);
  const count = rule.required === 1 ? 'One approval' : `${rule.required} approvals`;
  if (named === '') return `${count} from ${seat}; nobody else has that role yet`;
  const isOwnBarred = !rule.requesterMayApprove;
  // The names of those who can still approve aren’t the rule if others already have, or if they are too few.
  return given === 0 && deciders.length >= rule.required
    ? `${count} from ${named}${isOwnBarred ? ', not from the requester' : ''}`
    : `${count} from ${plainText(stage ? describeSeat(stage, rule.required) : rule.role, 60)}${isOwnBarred ? ' other than the requester' : ''}${still}`;
}

/** Only two rules can be open: the current one, which comes first, and the one at the time of the request. */
function describeRules(open: readonly RuleStanding[], deciders: Named): string {
  const [now = '', then = ''] = open.map(({ rule }) => plainText(ruleSentence(rule), 300));
  const named = namesOfSome(deciders);
  return `New rule: ${now}. Old rule: ${then}${named && `. ${named} can approve it`}`;
}

/** Why the votes of an approval aren't enough anymore: a complete sentence of outside text; undefined if they are. */
export function describeShortfall(catalog: Catalog, approval: Approval): string | undefined {
  const { stage, rule } = standingOf(catalog, approval);
  if (stage === undefined) return undefined;
  const last = approval.lapsed?.at(-1);
  if (last) return `${last.person.name}’s approval no longer counts: ${last.why}.`;
  return `The approval rule has changed since the request was approved: ${ruleSentence(rule)}.`;
}

/** `20 of 45 people got a card in their personal chat; the others can approve here. Gavel couldn’t reach Noor.` Empty when everybody has one. */
export function describeCopies({ personalCopies, notReached }: Approval, deciders: readonly { readonly id: string }[]) {
  const reached = deciders.filter(({ id }) => personalCopies.some((copy) => copy.id === id)).length;
  const copies =
    reached === 0
      ? 'Nobody got a card in a personal chat; approvers can approve here.'
      : `${reached} of ${deciders.length} people got a card in their personal chat; the other${deciders.length - reached === 1 ? ' person' : 's'} can approve here.`;
  const missing = enumerate(notReached.map((name) => plainText(name, 60)));
  return [reached < deciders.length && copies, missing && `Gavel couldn’t reach ${missing}.`].filter(Boolean).join(' ');
}

/** `Waiting for approval of “Pay 16 refunds” (A-1f93c7) from Avery Approver.`; undefined if nobody was asked about anything. */
export function describeStepsToDecide(asked: readonly StepToDecide[]): string | undefined {
  if (asked.length === 0) return undefined;
  const each = asked.map(({ name, label, deciders }) => {
    const who = namesOfSome(deciders);
    const what = `“${plainText(name, 120)}” (${plainText(label, 20)})`;
    return who === '' ? `${what}, which nobody can approve yet` : `${what} from ${who}`;
  });
  return `**Waiting for approval of ${each.join(', and of ')}.**`;
}

/** One line of evidence as a fact of a card, with a sign that repeats the words. */
export function evidenceFact({ title, holds, words, required, page = '' }: EvidenceFact) {
  return {
    title,
    value: `${holds ? '✓' : '✕'}\u00A0${linkTo(page, plainText(words, 120))}${!holds && required ? '; approvals don’t count until this is fixed' : ''}`,
  };
}
