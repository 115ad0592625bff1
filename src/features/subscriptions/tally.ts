import type { Happening, HappeningOutcome } from './contract';

/** Many happenings as one message: each one is in it by its name, the failures also in words. Pure. */

export interface Tally {
  readonly groups: readonly TallyGroup[];
  /** The latest failures in words. */
  readonly lines: readonly string[];
}

export interface TallyGroup {
  readonly service: string;
  readonly environment: string;
  readonly outcome: HappeningOutcome;
  readonly names: readonly string[];
  readonly lastAt: number;
}

export const emptyTally: Tally = { groups: [], lines: [] };
/** As many names as fit a card. */
export const fullTally = 300;
const maxLines = 5;

/** What happened to a thing takes the place of what happened to it before. */
export function counted(tally: Tally, happening: Happening, at: number): Tally {
  const { service, environment, outcome, name, words } = happening;
  const isThere = (group: TallyGroup): boolean => group.service === service && group.environment === environment;
  const others = tally.groups.map((group) =>
    isThere(group) && group.outcome !== outcome
      ? { ...group, names: group.names.filter((each) => each !== name) }
      : group,
  );
  const known = others.find((group) => isThere(group) && group.outcome === outcome);
  const group: TallyGroup = {
    service,
    environment,
    outcome,
    names: known?.names.includes(name) ? known.names : [...(known?.names ?? []), name],
    lastAt: at,
  };
  return {
    groups: [...others.filter((each) => each !== known && each.names.length > 0), group],
    lines: outcome === 'failure' ? [...tally.lines, words].slice(-maxLines) : tally.lines,
  };
}

export function sizeOf({ groups }: Tally): number {
  return groups.reduce((sum, { names }) => sum + names.length, 0);
}

export function namesOf({ groups }: Tally): readonly string[] {
  return groups.flatMap(({ names }) => names);
}

/** A row of tallies, each of which fits a card, with one happening more. */
export function countedIn(tallies: readonly Tally[], happening: Happening, at: number): readonly Tally[] {
  const last = tallies.at(-1);
  if (!last || (sizeOf(last) >= fullTally && !namesOf(last).includes(happening.name)))
    return [...tallies, counted(emptyTally, happening, at)];
  return [...tallies.slice(0, -1), counted(last, happening, at)];
}

/** A tally that came back, together with those that wait: on as few cards as it takes. */
export function broughtBack(back: Tally, tallies: readonly Tally[]): readonly Tally[] {
  const [first = emptyTally, ...others] = tallies;
  return sizeOf(first) + sizeOf(back) > fullTally ? [back, ...tallies] : [together(back, first), ...others];
}

function together(earlier: Tally, later: Tally): Tally {
  const groups = new Map(earlier.groups.map((group) => [keyOf(group), group]));
  for (const group of later.groups) {
    const known = groups.get(keyOf(group));
    const names = [...new Set([...(known?.names ?? []), ...group.names])];
    groups.set(keyOf(group), { ...group, names });
  }
  return { groups: [...groups.values()], lines: [...earlier.lines, ...later.lines].slice(-maxLines) };
}

const keyOf = ({ service, environment, outcome }: TallyGroup): string => `${service} ${environment} ${outcome}`;
