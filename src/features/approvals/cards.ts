import type { CardContent, Person } from '../../chat/contract';
import { bandState, coming, lifeLine, passed, statuses } from '../../core/card';
import type { StatusName } from '../../core/card';
import type { ApprovalRule, Catalog } from '../../core/catalog';
import { describeSeat, personName } from '../../core/catalog/rights';
import { keepRecent } from '../../core/keys';
import { cleanText, enumerate, plainText, plural, quoteClean } from '../../core/text';
import { describeMoment, describeWhen, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { SubjectFacts } from './contract';
import type { Delegation } from './delegations/workflow';
import { barsOf, decidersOf, standingOf } from './policy';
import type { RuleStanding, Standing } from './policy';
import type { Approval } from './record';
import { choiceFields, describeCopies, describeDeciders, describeDemand, describeNeeded, evidenceFact } from './text';

/** The approval card, the same for its whole life. The viewer affects only its buttons and one line. */

interface Clock {
  readonly zone: string;
  readonly now: number;
}

interface CardOptions {
  readonly id: string;
  readonly approval: Approval;
  readonly facts: SubjectFacts;
  readonly catalog: Catalog;
  readonly delegations: readonly Delegation[];
  readonly now: number;
  /** Undefined: the basic card of a channel, without buttons. */
  readonly viewer: string | undefined;
}

/** Teams refreshes a card automatically for at most this many people: those without a personal copy come first. */
const maxRefreshed = 60;

/** The facts about the subject that a decided card keeps. */
const titlesThatStay = ['Commit', 'Replaces', 'Reason', 'Why', 'Release'];

/** Draws it for this viewer. */
export function approvalCard(options: CardOptions): CardContent<'approvals/approval'> {
  const { id, approval: stored, facts, catalog, delegations, now, viewer } = options;
  const approval = asOf(stored, now);
  const { request, state } = approval;
  const zone = catalog.timeZone;
  const open = state === 'waiting';
  // After the decision nobody can approve, so nobody is looked up.
  const deciders = open ? decidersOf(catalog, approval, delegations) : [];
  const canDecide = open && viewer !== undefined && deciders.some((each) => each.id === viewer);
  const standing = standingOf(catalog, approval);
  const countAble = ({ seats }: RuleStanding): number => decidersOf(catalog, approval, delegations, seats).length;
  const sentence = sentenceOf(approval, facts, standing, { zone, now });
  const shown: Partial<SubjectFacts> = open ? facts : {};
  const hasCopy = new Set(approval.personalCopies.map((each) => each.id));
  const withCopy = deciders.filter((each) => hasCopy.has(each.id));
  const others = deciders.filter((each) => !hasCopy.has(each.id));
  const { cancelVerb = '' } = shown;
  const canceler = cancelVerb === '' ? [] : [request.requester];
  // Whoever can decide on their own request has three buttons already, and can reject it.
  const cancels = cancelVerb !== '' && viewer === request.requester.id && !canDecide;
  return {
    card: 'approvals/approval',
    data: {
      id,
      kind: facts.kind ?? 'Approval',
      state: bandState(statusOf(approval)),
      life: lifeOf(approval, facts),
      title: plainText(facts.title, 120),
      summary: `${cleanText(facts.title, 120)}: ${cleanText(sentence.replaceAll(/[*\\]/g, ''), 200)}`,
      sentence,
      approvals: rowsOf(approval, standing, countAble, { zone, now }),
      facts: [
        {
          title: 'Requested\u00A0by',
          value: `${plainText(personName(catalog, request.requester.id) ?? request.requester.name, 60)}, ${describeMoment(approval.askedAt, now, zone)}`,
        },
        ...facts.facts.filter(({ title }) => open || titlesThatStay.includes(title)),
        ...(shown.evidence ?? []).map(evidenceFact),
        ...(open ? [{ title: 'Approval\u00A0rule', value: describeDemand(approval, standing, deciders) }] : []),
      ],
      notReached: open ? describeCopies(approval, deciders) : '',
      commitsTitle: shown.commitsTitle ?? '',
      commits: (shown.commits ?? []).map(({ commit, message, author, page = '' }) => ({
        page,
        commit: cleanText(commit, 12),
        message: cleanText(message, 120),
        author: cleanText(author, 60),
      })),
      commitsMore: shown.commitsMore ?? '',
      choices: canDecide
        ? choiceFields(facts.choices).map(({ choices: options, name, label }) => ({ name, label, options }))
        : [],
      approveTitle: facts.approveTitle,
      viewer: {
        canDecide,
        note: open && viewer !== undefined && !request.practice ? noteOf(catalog, approval, viewer, deciders) : '',
      },
      successor: cleanText(approval.supersededBy ?? '', 20),
      cancel: cancels ? { verb: cancelVerb, id: request.subjectId } : { verb: '', id: '' },
      refreshFor: [...new Set([...canceler, ...others, ...withCopy].map(({ id: person }) => person))].slice(
        0,
        maxRefreshed,
      ),
      footer: `${facts.kind === undefined ? `${plainText(approval.label)} · ` : ''}${footerTime(now, zone)} · ref\u00A0${request.correlationId.slice(0, 8)}`,
    },
  };
}

function statusOf(approval: Approval): StatusName {
  const { state } = approval;
  if (approval.supersededBy !== undefined) return 'superseded';
  return state === 'withdrawn' || state === 'lapsed' ? 'cancelled' : state;
}

/** Empty if the subject doesn't say what comes next. */
function lifeOf(approval: Approval, { comesNext }: SubjectFacts) {
  if (!comesNext) return [];
  const { state } = approval;
  const { glyph, word } = statuses[statusOf(approval)];
  const asked = passed('Requested');
  if (state === 'waiting') return lifeLine([asked, { glyph, word: 'Approval' }, ...comesNext.map(coming)], 1);
  return state === 'approved'
    ? lifeLine([asked, passed(word), ...comesNext.map(coming)], 1)
    : lifeLine([asked, { glyph, word }]);
}

/** Who approved, whose approval no longer counts, and who is missing. */
function rowsOf(
  approval: Approval,
  { open }: Standing,
  countAble: (standing: RuleStanding) => number,
  { zone, now }: Clock,
) {
  const row = (glyph: string, who: string, what: string, { color = 'Default', weight = 'Default' } = {}) => ({
    glyph,
    color,
    weight,
    who: cleanText(who, 60),
    what,
  });
  const bold = { weight: 'Bolder' };
  const words = (note: string): string => (note ? `: ${quoteClean(note, 500)}` : '');
  const counting = approval.approvals.map(({ person, onBehalfOf, at, note }) => {
    const forWhom = onBehalfOf ? ` for ${cleanText(onBehalfOf.name, 60)}` : '';
    return row('✓', person.name, `approved it${forWhom} ${describeWhen(at, now, zone)}${words(note)}`, {
      color: 'Good',
    });
  });
  const lapsed = (approval.lapsed ?? []).map(({ person, at, why }) =>
    row('–', person.name, `approved it ${describeWhen(at, now, zone)}; this no longer counts: ${cleanText(why, 200)}`),
  );
  const yes = [...counting, ...lapsed];
  if (approval.ended) {
    // The sentence has told these reasons already.
    if (approval.state === 'lapsed' || approval.supersededBy !== undefined) return yes;
    const { person, at, note } = approval.ended;
    const { glyph, word } = statuses[statusOf(approval)];
    const what = `${word.toLowerCase()} it ${describeWhen(at, now, zone)}${words(note)}`;
    return [...yes, row(glyph, person.name, what, bold)];
  }
  if (approval.state !== 'waiting') return yes;
  if (approval.request.practice) return [row('○', 'Gavel', 'approves it for practice', bold)];
  const more = approval.approvals.length > 0 ? 'more ' : '';
  const needed = open.flatMap((standing, at) => {
    const { rule, stage, stages, index } = standing;
    const count = countAble(standing);
    const few = count < (standing.needed[index] ?? 0) ? 'only ' : '';
    const able = count === 0 ? 'nobody can yet' : `${few}${plural(count, 'person', 'people')} can approve`;
    const staged = `${stage?.name ?? ''}, stage ${index + 1} of ${stages.length}`;
    const who = stages.length > 1 ? staged : at === 0 ? 'Still needed' : 'Also needed';
    const what = `${describeNeeded(standing, more)}${describeEscalation(approval, rule)}; ${able}`;
    const later = stages
      .map((each, stageIndex) => describeNeeded({ ...standing, stage: each, index: stageIndex }))
      .map((words, stageIndex) => row('–', `Then ${stages[stageIndex]?.name ?? ''}`, words));
    return [row('○', who, what, bold), ...later.slice(index + 1)];
  });
  return [...yes, ...needed];
}

function describeEscalation({ escalatedAt }: Approval, { escalateTo }: ApprovalRule): string {
  return escalatedAt !== undefined && escalateTo ? ` or, by now, ${cleanText(describeSeat(escalateTo), 60)}` : '';
}

function sentenceOf(approval: Approval, facts: SubjectFacts, standing: Standing, { zone, now }: Clock): string {
  const { request, ended } = approval;
  const when = describeWhen(approval.stateSince, now, zone);
  if (approval.state === 'approved')
    return `**Approved by ${enumerate(approval.approvals.map((each) => plainText(each.person.name, 60)))}** ${when}.`;
  if (approval.state === 'expired')
    return `**The request wasn’t approved by ${describeMoment(request.expiresAt, now, zone)}.** Nothing was ${facts.nothingIs}.`;
  if (ended && approval.state === 'lapsed') return `**Nothing was ${facts.nothingIs}.** ${plainText(ended.note, 500)}`;
  if (ended && approval.state === 'rejected')
    return `**Rejected by ${plainText(ended.person.name, 60)}** ${when}. Nothing was ${facts.nothingIs}.`;
  if (approval.supersededBy)
    return `**Superseded by ${plainText(approval.supersededBy)}** ${when}. Nothing was ${facts.nothingIs}.`;
  if (ended) return `**Canceled by ${plainText(ended.person.name, 60)}** ${when}. Nothing was ${facts.nothingIs}.`;
  if (request.practice) return '**This is practice, so Gavel will approve it** in a few seconds.';
  const { missing, open } = standing;
  const votes = approval.approvals.length;
  const until = describeMoment(request.expiresAt, now, zone);
  if (open.length > 1)
    return `**This request still needs approvals under both the old and new rules by ${until}.** Without them, the request expires and nothing is ${facts.nothingIs}.`;
  const already =
    votes > 0 ? ` ${votes}\u00A0of\u00A0${votes + missing} ${votes === 1 ? 'has' : 'have'} been received.` : '';
  const more = approval.approvals.length > 0 ? 'more ' : '';
  const wanted = missing === 1 ? `One ${more}approval` : `${missing} ${more}approvals`;
  return `**${wanted} ${missing === 1 ? 'is' : 'are'} needed by ${until}**, or the request expires and nothing is ${facts.nothingIs}.${already}`;
}

function noteOf(catalog: Catalog, approval: Approval, viewer: string, deciders: readonly Person[]): string {
  if (approval.approvals.some((each) => each.person.id === viewer))
    return 'You approved this. It isn’t fully approved yet.';
  if (barsOf(catalog, approval)(viewer) === 'committer')
    return `You may have written part of this release, so you can’t approve it. ${describeDeciders(approval, { catalog, deciders }, 'can')}`;
  if (deciders.some((each) => each.id === viewer)) return '';
  const why =
    viewer === approval.request.requester.id ? 'You requested this, so you can’t approve it' : 'You can’t approve this';
  return `${why}. ${describeDeciders(approval, { catalog, deciders }, 'can')}`;
}

/** An overdue approval is shown as expired, even if that isn't recorded yet. */
function asOf(approval: Approval, now: number): Approval {
  const { expiresAt } = approval.request;
  if (approval.state !== 'waiting' || now < expiresAt) return approval;
  return { ...approval, state: 'expired', stateSince: expiresAt };
}

const minuteMs = 60_000;
const maxKept = 50;

/** After the decision, the card is the same for everybody: a thousand late clicks get one card, drawn once. */
export function createDecidedCards({ clock, catalog }: Pick<FeatureDependencies, 'clock' | 'catalog'>) {
  const kept = new Map<string, { catalog: Catalog; minute: number; card: Promise<CardContent> }>();
  return {
    of(id: string, draw: () => Promise<CardContent>): Promise<CardContent> {
      // Redrawn if its text about time or people may have changed.
      const minute = Math.floor(clock.now() / minuteMs);
      const known = kept.get(id);
      if (known?.minute === minute && known.catalog === catalog()) return known.card;
      const card = draw();
      card.catch(() => kept.delete(id));
      keepRecent(kept, id, { catalog: catalog(), minute, card }, maxKept);
      return card;
    },
  };
}
