import type { Arguments, Command, Person, Reply, Turn } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import type { Catalog } from '../../../core/catalog';
import { personName } from '../../../core/catalog/rights';
import { createInFlight } from '../../../core/concurrency';
import { UserError } from '../../../core/errors';
import { cleanText, plainText } from '../../../core/text';
import { describeMoment, momentInZone } from '../../../core/time/clock';
import { describeUnread, readMoment } from '../../../core/time/typed/moment';
import { defineWorkflow, openWorkflow } from '../../../workflows';
import type { ActivityOf, Change, EffectCall } from '../../../workflows';
import { drawList, tellPerson, timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { ApprovalParts } from '../commands';
import type { Approvals } from '../contract';
import { decidersOf } from '../policy';

/** Who approves for whom, until when: at most one for each person who delegates. Its id is that person's. */

/** Somebody who decides for another person until then. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly until: number;
  /** When it was ended early. */
  readonly endedAt?: number;
}

export type DelegationEvent =
  | { readonly type: 'give'; readonly from: Person; readonly to: Person; readonly until: number }
  | { readonly type: 'take back' };

type DelegationEffect = { readonly key: string; readonly turn: string } &
  /** Tells the other person about a new delegation or its end. */
  (
    | { readonly kind: 'tell'; readonly what: 'given' | 'taken back'; readonly delegation: Delegation }
    /** Redraws what is waiting for them: others can decide now. */
    | { readonly kind: 'redraw' }
  );

interface DelegationContext {
  /** All current delegations. */
  readonly active: readonly Delegation[];
  readonly correlationId: string;
}

type DelegationVerdict =
  Change<Delegation, DelegationEffect> | { readonly refusal: 'to oneself' | 'circle' | 'nothing given' };

export const delegationWorkflow = defineWorkflow({
  name: 'delegations',
  keyPrefix: 'delegation',
  collection: {
    name: 'delegations',
    schema: 2,
    indexes: { until: ({ until, endedAt }) => (endedAt === undefined ? until : undefined) },
    queries: [{ orderBy: 'until' }],
    expiresAt: ({ until, endedAt }) => endedAt ?? until,
  },
  transition: delegationTransition,
});

/** The next state of a delegation. */
export function delegationTransition(
  record: Delegation | undefined,
  event: DelegationEvent,
  { now, active, correlationId: turn }: DelegationContext & { readonly now: number },
): DelegationVerdict {
  if (event.type === 'take back') {
    if (!record || record.endedAt !== undefined || record.until <= now) return { refusal: 'nothing given' };
    return changeOf({ ...record, endedAt: now }, 'taken back', turn);
  }
  const { from, to, until } = event;
  if (to.id === from.id) return { refusal: 'to oneself' };
  if (wouldCircle(active, from, to)) return { refusal: 'circle' };
  return changeOf({ from, to, until }, 'given', turn);
}

function changeOf(record: Delegation, what: 'given' | 'taken back', turn: string): DelegationVerdict {
  const { from, to, until } = record;
  return {
    record,
    effects: [
      { kind: 'tell', key: `tell:${turn}`, what, delegation: { from, to, until }, turn },
      { kind: 'redraw', key: `redraw:${turn}`, turn },
    ],
  };
}

/** Whether this delegation would lead back to its author, directly or through others. */
function wouldCircle(delegations: readonly Delegation[], from: Person, to: Person): boolean {
  const next = new Map(delegations.map((each) => [each.from.id, each.to.id]));
  // Two people who delegate at the same moment can create a circle, which leads nowhere else.
  const passed = new Set<string>();
  for (let id: string | undefined = to.id; id !== undefined && !passed.has(id); id = next.get(id)) {
    if (id === from.id) return true;
    passed.add(id);
  }
  return false;
}

export type Delegations = ReturnType<typeof openDelegations>;

/** Opens the delegations; `redraw` redraws what is waiting for this person, once for each key. */
export function openDelegations(deps: FeatureDependencies, redraw: (personId: string, key: string) => Promise<void>) {
  const inFlight = createInFlight();
  const effects: ActivityOf<Delegation, DelegationVerdict>['effects'] = {
    tell: (call) => tell(deps, call),
    redraw: ({ value, effect }) => redraw(value.from.id, `delegation:${effect.turn}`),
  };
  const workflow = openWorkflow(deps, delegationWorkflow, () => ({ effects }));

  async function read(): Promise<readonly Delegation[]> {
    const where = { until: { atLeast: deps.clock.now() + 1 } };
    const { items } = await workflow.records.find({ where, orderBy: 'until', limit: 1000 });
    return items.map(({ value }) => value);
  }

  const active = () => inFlight.join('active', read);

  return {
    /** The delegations that count now, the first to end first. Many people click at once, so the store is read once for all of them. */
    active,
    /** See `Approvals.whoCouldApprove`. */
    whoCouldApprove: async (request: Parameters<Approvals['whoCouldApprove']>[0]) =>
      decidersOf(deps.catalog(), { request, approvals: [] }, await active()),
    /** Applies what this person does with their approvals in a turn. */
    apply: async (personId: string, event: DelegationEvent, correlationId: string) =>
      workflow.apply(personId, event, { active: await read(), correlationId }),
  };
}

async function tell(
  deps: FeatureDependencies,
  { effect: { what, delegation, turn }, now }: EffectCall<Delegation, Extract<DelegationEffect, { kind: 'tell' }>>,
): Promise<void> {
  const { from, to, until } = delegation;
  const name = plainText(from.name, 60);
  const text =
    what === 'given'
      ? `**You can approve requests on behalf of ${name} until ${momentInZone(until, now, await timeZoneOf(deps, to.id))}.** Type \`approvals\` to see what’s waiting. You can’t approve requests that ${name} made.`
      : `**${name} ended the delegation.** You can no longer approve requests on their behalf.`;
  await tellPerson(deps, to.id, `delegation:${turn}`, { text });
}

/** The commands to let somebody else approve for a while, and to end that. */
export function delegationCommands(parts: ApprovalParts): Command[] {
  return [
    {
      name: 'approvals delegate',
      synonyms: ['delegate my approvals'],
      operation: 'delegate',
      summary: 'Let someone else approve for you until a date',
      topic: 'Decide',
      arguments: [
        { name: 'person', kind: 'person', summary: 'to whom', keyword: 'to', required: true },
        { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until', required: true },
      ],
      examples: ['approvals delegate to Noor Operator until Friday'],
      right: 'approve',
      run: (turn, args) => give(parts, turn, args),
    },
    {
      name: 'approvals take back',
      synonyms: ['take back my approvals'],
      operation: 'end-delegation',
      summary: 'End your delegation',
      topic: 'Decide',
      examples: ['approvals take back'],
      right: 'approve',
      run: (turn) => takeBack(parts, turn),
    },
    {
      name: 'approvals delegations',
      synonyms: ['delegations'],
      operation: 'look',
      summary: 'List who approves for someone else, and until when',
      shows: ['delegations'],
      topic: 'Look',
      examples: ['approvals delegations'],
      right: 'view',
      run: (turn) => list(parts, turn),
    },
  ];
}

async function give({ deps, approvals }: ApprovalParts, turn: Turn, args: Arguments): Promise<Reply> {
  const now = deps.clock.now();
  const to = receiverOf(deps.catalog(), turn);
  const name = plainText(to.name, 60);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const read = readMoment(args['time'] ?? '', 'until', { now, timeZone });
  const example = `\`delegate my approvals to ${name} until Friday\``;
  if ('problem' in read) throw new UserError(describeUnread(read, 'nothing was changed', example));
  const until = read.at;
  const { person: from, correlationId } = turn;
  const { verdict } = await approvals.delegations.apply(from.id, { type: 'give', from, to, until }, correlationId);
  if ('refusal' in verdict)
    throw new UserError(
      verdict.refusal === 'circle'
        ? `You can’t delegate your approvals to ${name}, because you approve on their behalf (directly or through someone else). Nothing was changed.`
        : 'You can’t delegate your approvals to yourself. Nothing was changed.',
    );
  return {
    text: `**${name} can approve requests on your behalf until ${momentInZone(until, now, timeZone)}.** You can still approve requests yourself, but your approval and theirs count as one. To end the delegation, type \`take back my approvals\`.`,
    audit: { target: to.id, outcome: 'delegated', detail: { until } },
  };
}

async function takeBack({ approvals }: ApprovalParts, turn: Turn): Promise<Reply> {
  const { delegations } = approvals;
  const { verdict } = await delegations.apply(turn.person.id, { type: 'take back' }, turn.correlationId);
  if ('refusal' in verdict) throw new UserError('You haven’t delegated your approvals. Nothing was changed.');
  const { to } = verdict.record;
  return {
    text: `**Your delegation has ended.** I’ll let ${plainText(to.name, 60)} know.`,
    audit: { target: to.id, outcome: 'taken back' },
  };
}

async function list({ deps, approvals }: ApprovalParts, turn: Turn): Promise<Reply> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const active = await approvals.delegations.active();
  return drawList(deps, turn, {
    kind: 'Delegations',
    state: { ...bandState('done'), word: active.length === 0 ? 'None' : `${active.length} given`, tone: 'emphasis' },
    title: active.length === 0 ? 'No delegations' : 'Approvals for others',
    summary: `Delegations: ${active.length === 0 ? 'none' : active.length}`,
    sentence:
      active.length === 0
        ? '**Nobody has delegated their approvals.**'
        : '**Everyone listed here can also approve requests on someone else’s behalf.** If they and the person who delegated to them both approve a request, that counts as one approval.',
    most: 15,
    rows: active.map(({ from, to, until }) => ({
      glyph: '•',
      name: cleanText(to.name, 60),
      words: `approves for ${cleanText(from.name, 60)}`,
      when: `until ${describeMoment(until, now, timeZone)}`,
    })),
  });
}

/** Somebody in the catalog: the router has already found out who is meant. */
function receiverOf(catalog: Catalog, turn: Turn): Person {
  const named = turn.people?.['person'];
  const name = named && personName(catalog, named.id);
  if (named && name !== undefined) return { id: named.id, name };
  throw new UserError(
    `${named ? plainText(named.name, 60) : 'That person'} isn’t in the catalog and can’t approve anything. Nothing was changed. Choose someone who can approve.`,
  );
}
