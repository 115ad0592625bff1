import type { DescribeAudit, Feature } from '../../chat/contract';
import type { ActionKind } from '../../core/catalog';
import type { Target } from '../../core/catalog/rights';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { freezeCommands } from './commands';
import { endAction } from './actions';
import { createFreezeStore } from './store';

export { describeExtent, describeFreeze, describeFreezeDetail, describeFreezeEnd, isOn, seenBy } from './store';

/** A time in which something is stopped. */
export interface Freeze {
  /** The record of a declared freeze; omitted for the catalog's. */
  readonly id?: string;
  readonly name: string;
  readonly reason: string;
  readonly environments: readonly string[];
  /** Undefined: every service. */
  readonly services: readonly string[] | undefined;
  readonly stops: readonly ActionKind[];
  readonly from: number;
  /** Undefined: until somebody ends it. */
  readonly until: number | undefined;
  /** Who froze it; undefined: the catalog. */
  readonly by: string | undefined;
  /** Where it was declared; omitted for the catalog's. */
  readonly placeId?: string;
}

/** The freezes of the catalog and those that people declared. */
export interface Freezes {
  /** What stops this action there now, the longest last. */
  stopping(target: Target, action: ActionKind): Promise<readonly Freeze[]>;
  /** Everything that is on now or begins within a week, soonest first; without a target: anywhere. */
  upcoming(target?: Target): Promise<readonly Freeze[]>;
}

/** Times in which nothing may change: those of the catalog and those declared in chat. */
export function createFreezes(
  deps: FeatureDependencies,
  announcements: Announcements,
): { feature: Feature; freezes: Freezes } {
  const freezes = createFreezeStore(deps, announcements);
  const parts = { deps, freezes };
  const doors = { commands: freezeCommands(parts), actions: [endAction(parts)] };
  return { feature: { name: 'freezes', ...doors, describeAudit }, freezes };
}

const describeAudit: DescribeAudit = ({ outcome, target, detail }, names) => {
  const because = typeof detail?.['reason'] === 'string' ? `: “${detail['reason']}”` : '';
  const until = typeof detail?.['until'] === 'number' ? ` until ${names.moment(detail['until'])}` : '';
  if (outcome === 'frozen') return `froze ${target}${until}${because}`;
  return outcome === 'opened again' ? `ended the freeze on ${target}${because}` : undefined;
};
