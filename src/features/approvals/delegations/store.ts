import { createInFlight } from '../../../core/concurrency';
import { plainText } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf, EffectCall } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import { timeZoneOf } from '../../contract';
import { delegationWorkflow } from './workflow';
import type { Delegation, DelegationEffect, DelegationEvent, DelegationVerdict } from './workflow';

export interface DelegationStore {
  /** Those that count now, the first to end first. */
  active(): Promise<readonly Delegation[]>;
  /** Applies what this person does with their approvals in a turn. */
  apply(
    personId: string,
    event: DelegationEvent,
    correlationId: string,
  ): Promise<{ readonly verdict: DelegationVerdict; readonly delegation: Delegation | undefined }>;
}

/** Opens the delegations; `redraw` draws anew, once for each key, what waits for this person. */
export function createDelegationStore(
  deps: FeatureDependencies,
  redraw: (personId: string, key: string) => Promise<void>,
): DelegationStore {
  const { clock } = deps;
  const inFlight = createInFlight();
  const effects: ActivityOf<Delegation, DelegationVerdict>['effects'] = {
    tell: (call) => tell(deps, call),
    redraw: ({ value, effect }) => redraw(value.from.id, `delegation:${effect.turn}`),
  };
  const workflow = openWorkflow(deps, delegationWorkflow, () => ({ effects }));

  async function read(): Promise<readonly Delegation[]> {
    const { items } = await workflow.records.find({
      where: { until: { atLeast: clock.now() + 1 } },
      orderBy: 'until',
      limit: 1000,
    });
    return items.map(({ value }) => value);
  }

  return {
    // Many click at once: the store is asked once for all of them.
    active: () => inFlight.join('active', read),
    async apply(personId, event, correlationId) {
      const { verdict, stored } = await workflow.apply(personId, event, { active: await read(), correlationId });
      return { verdict, delegation: stored?.value };
    },
  };
}

async function tell(
  deps: FeatureDependencies,
  { effect, now }: EffectCall<Delegation, Extract<DelegationEffect, { kind: 'tell' }>>,
): Promise<void> {
  const { from, to, until } = effect.delegation;
  const name = plainText(from.name, 60);
  const text =
    effect.what === 'given'
      ? `**You decide for ${name} until ${momentInZone(until, now, await timeZoneOf(deps, to.id))}.** What waits for them waits for you too; write \`approvals\` to see it. You can't decide on their own requests for them.`
      : `**${name} decides again.** Nothing of theirs waits for you any more.`;
  await deps.outbox.put({
    key: `delegation:${effect.turn}`,
    destination: { to: 'person', personId: to.id },
    content: { text },
    revision: 1,
    final: true,
  });
}
