import type { CardContent, Person } from '../../chat/contract';
import { plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import type { ActivityOf, EffectCall } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import type { ApprovalOutcome, SubjectFacts } from './contract';
import { decidersOf } from './policy';
import type { Circumstances } from './policy';
import { approvalTopic } from './record';
import type { Approval, Identified } from './record';
import type { Subjects } from './store';
import type { ApprovalEffect, ApprovalVerdict } from './workflow';

/** What follows from a decision: the subject is told, and every copy of the card is redrawn. Each is harmless if repeated. Also who gets a copy. */

const maxCalled = 5;

interface Parts {
  readonly deps: FeatureDependencies;
  readonly subjects: Subjects;
  draw(record: Stored<Approval>, facts: SubjectFacts, viewer: string | undefined): Promise<CardContent>;
  deciders(approval: Approval): Promise<readonly Person[]>;
}

export function approvalEffects(parts: Parts): ActivityOf<Approval, ApprovalVerdict>['effects'] {
  return {
    publish: (record) => publish(parts, record),
    call: (call) => callDeciders(parts, call),
    tell: async ({ value }) => parts.subjects.of(value).decided(value.request.subjectId, outcomeOf(value)),
  };
}

async function publish({ deps: { outbox }, subjects, draw }: Parts, record: Stored<Approval>): Promise<void> {
  const { id, version: revision, value } = record;
  const { subjectId, placeId, requester } = value.request;
  const facts = await subjects.readFacts(record);
  const { ownCard } = subjects.of(value);
  const shown = { revision, final: value.state !== 'waiting', tryFor: 'a day' } as const;
  const key = placeKey(id);
  await ownCard?.redraw(subjectId);
  // Earlier versions posted an approval card for every subject; that card is kept current until the end.
  if (!ownCard || (await outbox.fate(key)) !== undefined)
    await outbox.put({
      ...{ ...shown, key, destination: { to: 'place', placeId } },
      content: await draw(record, facts, undefined),
      onBehalfOf: requester.id,
    });
  for (const [index, { id: personId }] of value.personalCopies.entries())
    await outbox.put({
      ...{ ...shown, key: personKey(id, index), destination: { to: 'person', personId } },
      content: await draw(record, facts, personId),
    });
  await outbox.changed(approvalTopic(id));
}

const placeKey = (id: string): string => `approval:${id}:place`;
const personKey = (id: string, index: number): string => `approval:${id}:person:${index}`;

/** Above every revision of the approval itself, which has ended by then. */
const outcomesFrom = 1_000_000;

/** Shows the outcome of what was approved in each approver's copy. */
export async function showOutcome(
  { outbox }: Pick<FeatureDependencies, 'outbox'>,
  { id, value }: Identified,
  revision: number,
  draw: (personId: string) => Promise<CardContent>,
): Promise<void> {
  for (const [index, { id: personId }] of value.personalCopies.entries())
    await outbox.put({
      key: personKey(id, index),
      destination: { to: 'person', personId },
      content: await draw(personId),
      revision: outcomesFrom + revision,
      final: true,
    });
}

/** Mentions the people whose decision is missing, below the card: people are mentioned only if they have to act. */
async function callDeciders(
  { deps: { outbox, catalog }, subjects, deciders }: Parts,
  { id, value, key, effect, now }: EffectCall<Approval, Extract<ApprovalEffect, { kind: 'call' }>>,
): Promise<void> {
  if (value.state !== 'waiting') return;
  const mentions = (await deciders(value)).slice(0, maxCalled);
  const who = mentions.map((_, index) => `@[${index}]`).join(', ');
  const until = describeMoment(value.request.expiresAt, now, catalog().timeZone);
  const sentence =
    effect.why === 'escalated'
      ? 'is still waiting for approval, so you can now approve it, too'
      : 'is still waiting for your approval';
  const own = subjects.of(value).ownCard?.key(value.request.subjectId);
  const messageKey = own !== undefined && (await outbox.fate(own)) !== undefined ? own : placeKey(id);
  await outbox.put({
    key,
    destination: { to: 'thread of', messageKey },
    content: {
      text: `${who === '' ? '' : `${who}: `}**${plainText(value.label)}** ${sentence}. The request is open until ${until}.`,
      mentions,
    },
    revision: 1,
    final: true,
  });
}

function outcomeOf({ state, approvals, ended, stateSince: at }: Approval): ApprovalOutcome {
  if (state === 'rejected' && ended) return { state, by: ended.person, reason: ended.note, at };
  if (state === 'lapsed') return { state, reason: ended?.note ?? '', at };
  const said = approvals.flatMap(({ person: by, at: when, note }) => (note === '' ? [] : [{ by, at: when, note }]));
  if (state === 'approved')
    return { state, by: approvals.map((each) => each.person), at, ...(said.length > 0 && { said }) };
  return { state: 'expired', at };
}

/** How many people get a message at once, at most: when it opens, at the next stage, after the escalation. */
export const maxCopiesAtOnce = 20;
const maxCopiesEver = 60;

/**
 * Everybody who can decide from now on gets a personal copy. If there are many, each request goes to a different twenty of them, so that it isn't
 * always the same people; the rest decide on the card in the channel.
 */
export function withCopies(approval: Approval, { catalog, delegations }: Omit<Circumstances, 'ruleNow'>): Approval {
  if (approval.state !== 'waiting') return approval;
  const { personalCopies, request } = approval;
  const deciders = decidersOf(catalog, approval, delegations);
  const hasCopy = (id: string): boolean => personalCopies.some((copy) => copy.id === id);
  const room = Math.min(
    maxCopiesAtOnce - deciders.filter(({ id }) => hasCopy(id)).length,
    maxCopiesEver - personalCopies.length,
  );
  const fresh = deciders.filter(({ id }) => !hasCopy(id));
  if (fresh.length === 0 || room <= 0) return approval;
  const first = fresh.length > room ? Number.parseInt(request.id.slice(0, 6), 16) % fresh.length : 0;
  const chosen = [...fresh.slice(first), ...fresh.slice(0, first)].slice(0, room);
  return { ...approval, personalCopies: [...personalCopies, ...chosen] };
}
