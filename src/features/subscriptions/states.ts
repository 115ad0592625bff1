import type { CollectionSpec } from '../../store/contract';
import type { Happening, HappeningOutcome, Severity } from './contract';

/** Whether a service fails somewhere, so that the next success is a recovery. Pure, but for being stored. */

export interface ServiceState {
  readonly failing?: Severity;
  /** What was heard lately, and what it was: told again it is the same. */
  readonly lately: readonly { readonly id: string; readonly outcome: HappeningOutcome; readonly severity: Severity }[];
}

const maxRemembered = 20;

export const statesSpec: CollectionSpec<ServiceState> = { name: 'service-states', schema: 1, indexes: {}, queries: [] };

/** The state after something happened there; its latest entry says what it was. */
export function stateAfter(state: ServiceState | undefined, happening: Happening): ServiceState {
  const { id, outcome, severity } = happening;
  const before: ServiceState = state ?? { lately: [] };
  if (before.lately.some((each) => each.id === id)) return before;
  const recovers = outcome === 'success' && before.failing !== undefined;
  // A recovery matters to whoever heard of the failure.
  const entry = recovers
    ? ({ id, outcome: 'recovery', severity: before.failing } as const)
    : ({ id, outcome, severity } as const);
  const failing = outcome === 'failure' ? severity : outcome === 'success' ? undefined : before.failing;
  return { ...(failing && { failing }), lately: [...before.lately, entry].slice(-maxRemembered) };
}

/** The happening as it is to be told. */
export function classified(state: ServiceState, happening: Happening): Happening {
  const entry = state.lately.find(({ id }) => id === happening.id);
  if (!entry) return happening;
  const words = entry.outcome === 'recovery' ? `${happening.words} It had failed before.` : happening.words;
  return { ...happening, outcome: entry.outcome, severity: entry.severity, words };
}
