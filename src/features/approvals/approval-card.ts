import type { CardContent, Person } from '../../chat/contract';
import { ruleSentence, seatWords } from '../../core/approval-rule';
import type { Catalog } from '../../core/catalog';
import { personName } from '../../core/rights';
import { bandState } from '../../core/status';
import type { StatusName } from '../../core/status';
import { cleanText, listWords, plainText, plural } from '../../core/text';
import { durationWords, footerTime, momentWords, timeOfDay } from '../../core/time-words';
import type { SubjectFacts } from './contract';
import { decidersOf } from './deciders';
import type { Delegation } from './deciders';
import type { Approval, ApprovalState } from './record';
import { canDecideWords } from './refusal-words';
import { standingOf } from './stage';

/** The approval card, the same for its whole life; who looks decides only on buttons and one line. */

export interface CardOptions {
  readonly id: string;
  readonly approval: Approval;
  readonly facts: SubjectFacts;
  readonly catalog: Catalog;
  readonly delegations: readonly Delegation[];
  readonly now: number;
  /** Undefined: the base card of a channel, without buttons. */
  readonly viewer: string | undefined;
}

const statusOf: Record<ApprovalState, StatusName> = {
  waiting: 'waiting',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  withdrawn: 'cancelled',
};
/** Teams refreshes a card by itself for at most so many people. */
const mostRefreshed = 60;
const mostNamed = 4;
const mostChoices = 3;

/** What a decided card still says of its subject. */
const titlesThatStay = ['Commit', 'Replaces', 'Why', 'Release'];

/** Draws it as this viewer sees it. */
export function approvalCard(options: CardOptions): CardContent {
  const { id, approval: stored, facts, catalog, delegations, now, viewer } = options;
  const approval = asOf(stored, now);
  const { request, state } = approval;
  const zone = catalog.timeZone;
  const open = state === 'waiting';
  // Once decided nobody is asked any more, so nobody is looked up.
  const deciders = open ? decidersOf(catalog, approval, delegations) : [];
  const canDecide = open && viewer !== undefined && deciders.some((each) => each.id === viewer);
  const sentence = sentenceOf(approval, facts, zone, now);
  return {
    card: 'approvals/approval',
    data: {
      id,
      kind: 'Approval',
      state: bandState(statusOf[state]),
      title: plainText(facts.title, 120),
      summary: `${cleanText(facts.title, 120)}: ${cleanText(sentence.replaceAll(/[*\\]/g, ''), 200)}`,
      sentence,
      approvals: rowsOf(approval, deciders, zone, now),
      facts: [
        {
          title: 'Asked',
          value: `${plainText(nameOf(catalog, request.requester), 60)}, ${momentWords(approval.askedAt, now, zone)}`,
        },
        ...facts.facts.filter(({ title }) => open || titlesThatStay.includes(title)),
        ...(open ? evidenceFacts(facts) : []),
        ...(open ? [{ title: 'Rule', value: ruleWords(approval, deciders) }] : []),
      ],
      notReached: open ? notReachedWords(approval) : '',
      commitsTitle: open ? facts.commitsTitle : '',
      commits: open
        ? facts.commits.map((each) => ({
            commit: cleanText(each.commit, 12),
            message: cleanText(each.message, 120),
            author: cleanText(each.author, 60),
          }))
        : [],
      commitsMore: open ? facts.commitsMore : '',
      choices: canDecide ? choicesOf(facts) : [],
      approveTitle: facts.approveTitle,
      viewer: {
        canDecide,
        note: open && viewer !== undefined && !request.practice ? noteOf(approval, viewer, deciders) : '',
      },
      refreshFor: open ? deciders.slice(0, mostRefreshed).map((each) => each.id) : [],
      footer: `${plainText(approval.label)} · ${footerTime(now, zone)} · ref ${request.correlationId.slice(0, 8)}`,
    },
  };
}

function sentenceOf(approval: Approval, facts: SubjectFacts, zone: string, now: number): string {
  const { request, ended } = approval;
  const at = momentWords(approval.stateSince, now, zone);
  if (approval.state === 'approved') return `**Approved by ${namesOf(approval)}** at ${at}.`;
  if (approval.state === 'expired')
    return `**Nobody decided by ${momentWords(request.expiresAt, now, zone)}.** Nothing was ${facts.nothingIs}.`;
  if (ended && approval.state === 'rejected')
    return `**Rejected by ${plainText(ended.person.name, 60)}** at ${at}. Nothing was ${facts.nothingIs}.`;
  if (ended) return `**Cancelled by ${plainText(ended.person.name, 60)}** at ${at}. Nothing was ${facts.nothingIs}.`;
  if (request.practice)
    return '**This is practice, so I play the approver** and say yes in a few seconds. Elsewhere another person decides here.';
  const missing = request.rule.required - approval.approvals.length;
  const already =
    approval.approvals.length > 0 ? ` ${approval.approvals.length}\u00A0of\u00A0${request.rule.required} are in.` : '';
  const more = approval.approvals.length > 0 ? 'more ' : '';
  const wanted = missing === 1 ? `One ${more}approval` : `${missing} ${more}approvals`;
  return `**${wanted} by ${momentWords(request.expiresAt, now, zone)}**, in ${durationWords(request.expiresAt - now)}.${already} Without ${missing === 1 ? 'it' : 'them'} the request expires and nothing is ${facts.nothingIs}.`;
}

function rowsOf(approval: Approval, deciders: readonly { id: string }[], zone: string, now: number) {
  const yes = approval.approvals.map((each) => ({
    glyph: '✓',
    color: 'Good',
    weight: 'Default',
    who: cleanText(each.person.name, 60),
    what: `approved${each.onBehalfOf ? ` for ${cleanText(each.onBehalfOf.name, 60)}` : ''}, ${timeOfDay(each.at, zone)}${each.note ? `: ${cleanText(each.note, 500)}` : ''}`,
  }));
  if (approval.ended)
    return [
      ...yes,
      {
        glyph: approval.state === 'rejected' ? '⊘' : '⊠',
        color: 'Default',
        weight: 'Bolder',
        who: cleanText(approval.ended.person.name, 60),
        what: `${momentWords(approval.ended.at, now, zone)}${approval.ended.note ? `: ${cleanText(approval.ended.note, 500)}` : ''}`,
      },
    ];
  if (approval.state !== 'waiting') return yes;
  if (approval.request.practice)
    return [{ glyph: '○', color: 'Default', weight: 'Bolder', who: 'Gavel', what: 'plays the approver' }];
  const { stage, stages, index } = standingOf(approval);
  if (!stage) return yes;
  const open = {
    glyph: '○',
    color: 'Default',
    weight: 'Bolder',
    who: stages.length === 1 ? 'Still open' : `${cleanText(stage.name, 40)}, stage ${index + 1} of ${stages.length}`,
    what: `${cleanText(seatWords(stage), 60)}, ${plural(deciders.length, 'person', 'people')}${escalationWords(approval)}`,
  };
  const later = stages.slice(index + 1).map((each) => ({
    glyph: '–',
    color: 'Default',
    weight: 'Default',
    who: `Then ${cleanText(each.name, 40)}`,
    what: `${each.required} from ${cleanText(seatWords(each), 60)}`,
  }));
  return [...yes, open, ...later];
}

function escalationWords({ request, escalatedAt }: Approval): string {
  const { escalateTo } = request.rule;
  return escalatedAt !== undefined && escalateTo ? `, and by now ${cleanText(seatWords(escalateTo), 60)}` : '';
}

/** Each sends words of its own, so that what was chosen reads like what would have been typed. */
function choicesOf({ choices = [] }: SubjectFacts) {
  return choices.slice(0, mostChoices).map(({ label, options }, index) => ({
    name: `choice-${index + 1}`,
    label: cleanText(label, 40),
    options: options.map(({ title, words }) => ({ title: cleanText(title, 60), value: words === '' ? '-' : words })),
  }));
}

/** What the rule wants to hold, with a sign that repeats the words. */
function evidenceFacts({ evidence = [] }: SubjectFacts) {
  return evidence.map(({ title, holds, words, required }) => ({
    title,
    value: `${holds ? '✓' : '✕'}\u00A0${plainText(words, 120)}${!holds && required ? '; no approval counts without it' : ''}`,
  }));
}

function ruleWords(approval: Approval, deciders: readonly { name: string }[]): string {
  const { rule, practice } = approval.request;
  if (practice) return 'One approval, in practice from Gavel; elsewhere not from who asked';
  const { stage, stages } = standingOf(approval);
  const named = namesOfSome(deciders);
  if (stages.length > 1) return `${plainText(ruleSentence(rule), 300)}${named === '' ? '' : `; now ${named}`}`;
  const count = rule.required === 1 ? 'One approval' : `${rule.required} approvals`;
  const nobody = `nobody yet: no one holds ${plainText(stage ? seatWords(stage) : rule.role, 60)}`;
  return `${count} from ${named || nobody}${rule.requesterMayApprove ? '' : ', not from who asked'}`;
}

function namesOfSome(deciders: readonly { name: string }[]): string {
  const named = deciders.slice(0, mostNamed).map(({ name }) => plainText(name, 60));
  const more = deciders.length - named.length;
  return listWords(more > 0 ? [...named, `${more} more`] : named, 'or');
}

function notReachedWords({ notReached }: Approval): string {
  return notReached.length === 0 ? '' : `Not reached: ${listWords(notReached.map((name) => plainText(name, 60)))}.`;
}

function noteOf(approval: Approval, viewer: string, deciders: readonly Person[]): string {
  if (approval.approvals.some((each) => each.person.id === viewer))
    return 'You have approved; others are still missing.';
  if (approval.request.committerIds?.includes(viewer))
    return `You wrote part of this, so others decide. ${canDecideWords(approval, { deciders })}`;
  if (deciders.some((each) => each.id === viewer)) return '';
  const why = viewer === approval.request.requester.id ? 'You asked for this, so others decide' : 'Others decide here';
  return `${why}. ${canDecideWords(approval, { deciders })}`;
}

/** What is overdue is shown as expired, even when nobody has come round to writing it down. */
function asOf(approval: Approval, now: number): Approval {
  const { expiresAt } = approval.request;
  if (approval.state !== 'waiting' || now < expiresAt) return approval;
  return { ...approval, state: 'expired', stateSince: expiresAt };
}

function namesOf(approval: Approval): string {
  return listWords(approval.approvals.map((each) => plainText(each.person.name, 60)));
}

function nameOf(catalog: Catalog, person: { id: string; name: string }): string {
  return personName(catalog, person.id) ?? person.name;
}
