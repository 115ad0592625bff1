import type { Person } from '../../../chat/contract';
import { createInFlight } from '../../../core/concurrency';
import { plainText } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { defineWorkflow, openWorkflow } from '../../../workflows';
import type { ActivityOf, Change, EffectCall } from '../../../workflows';
import { tellPerson, timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';

/** Who decides for whom until when: one for each person who delegates. Its id is theirs. */

/** Somebody who decides for another until then. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly until: number;
  /** When it was taken back. */
  readonly endedAt?: number;
}

export type DelegationEvent =
  | { readonly type: 'give'; readonly from: Person; readonly to: Person; readonly until: number }
  | { readonly type: 'take back' };

/** The other person, of a new delegation or its end. */
interface TellEffect {
  readonly kind: 'tell';
  readonly key: string;
  readonly what: 'given' | 'taken back';
  readonly delegation: Delegation;
  readonly turn: string;
}

/** What waits for them: others may decide now. */
interface RedrawEffect {
  readonly kind: 'redraw';
  readonly key: string;
  readonly turn: string;
}

interface DelegationContext {
  /** Everything that is given away now. */
  readonly active: readonly Delegation[];
  readonly correlationId: string;
}

type DelegationVerdict =
  Change<Delegation, TellEffect | RedrawEffect> | { readonly refusal: 'to oneself' | 'circle' | 'nothing given' };

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

/** What becomes of a delegation. */
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

/** Whether giving it away would end where it began, by whatever way. */
function wouldCircle(delegations: readonly Delegation[], from: Person, to: Person): boolean {
  const next = new Map(delegations.map((each) => [each.from.id, each.to.id]));
  // Two who delegate at the same moment can make a circle of their own, which leads nowhere else.
  const passed = new Set<string>();
  for (let id: string | undefined = to.id; id !== undefined && !passed.has(id); id = next.get(id)) {
    if (id === from.id) return true;
    passed.add(id);
  }
  return false;
}

export type Delegations = ReturnType<typeof openDelegations>;

/** Opens the delegations; `redraw` draws anew, once for each key, what waits for this person. */
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

  return {
    /** Those that count now, the first to end first. Many click at once: the store is asked once for all of them. */
    active: () => inFlight.join('active', read),
    /** Applies what this person does with their approvals in a turn. */
    apply: async (personId: string, event: DelegationEvent, correlationId: string) =>
      workflow.apply(personId, event, { active: await read(), correlationId }),
  };
}

async function tell(
  deps: FeatureDependencies,
  { effect: { what, delegation, turn }, now }: EffectCall<Delegation, TellEffect>,
): Promise<void> {
  const { from, to, until } = delegation;
  const name = plainText(from.name, 60);
  const text =
    what === 'given'
      ? `**You decide for ${name} until ${momentInZone(until, now, await timeZoneOf(deps, to.id))}.** What waits for them waits for you too; write \`approvals\` to see it. You can't decide on their own requests for them.`
      : `**${name} decides again.** Nothing of theirs waits for you any more.`;
  await tellPerson(deps, to.id, `delegation:${turn}`, { text });
}
