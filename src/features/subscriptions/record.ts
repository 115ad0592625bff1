import type { Digest, EventOutcome, NotificationChoice, Rule, ServiceEvent } from './contract';

/** A person or a place that is notified about services: its rules, what is kept back for it, and what it was told lately. Pure. */

export interface Subscriber {
  readonly to: 'person' | 'place';
  /** Of the place; empty for a person. */
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly digest: Digest;
  /** 0 to 23, on the wall clock of the zone. */
  readonly digestHour: number;
  /** Quiet hours there: `22:00-07:00`, or `none`. */
  readonly hours?: string;
  readonly zone: string;
  readonly mutedUntil?: number | undefined;
  /** What waits for the end of quiet hours, for the digest, or for the place to let Gavel in again. */
  readonly held: readonly Tally[];
  /** The ids of the latest events, so that nothing counts twice. */
  readonly heard: readonly string[];
  /** What was told at once in the last minute. */
  readonly told: readonly { readonly thread: string; readonly at: number }[];
  /** The summary that a burst goes into, while it lasts. */
  readonly burst?: Summary & { readonly lastAt: number };
  /** Summaries that may still come back, the latest last. */
  readonly sent: readonly Pick<Summary, 'number' | 'tally'>[];
  readonly summaries: number;
  /** Nothing arrives there, since then; `at` is when that was learned last. */
  readonly refused?: { readonly since: number; readonly at: number; readonly tries: number } | undefined;
  /** The message that was made last: `t:` and its thread, or `s:` and the number of the summary. */
  readonly last?: { readonly what: string; readonly at: number };
  readonly wakeAt?: number | undefined;
}

export interface Summary {
  readonly number: number;
  readonly tally: Tally;
  readonly revision: number;
}

export function newSubscriber(who: Pick<Subscriber, 'to' | 'name' | 'zone'>): Subscriber {
  return { ...who, rules: [], digest: 'none', digestHour: 9, held: [], heard: [], told: [], sent: [], summaries: 0 };
}

/** What goes to a place or a person unless somebody says otherwise. */
export const usualOutcomes: readonly EventOutcome[] = ['failure', 'recovery'];

/** What a choice on a card means as a rule. */
export function ruleOfChoice({
  services,
  environments,
  outcomes,
}: Pick<NotificationChoice, 'services' | 'environments' | 'outcomes'>): Rule {
  return {
    from: 'setup',
    services,
    environments,
    branches: [],
    outcomes: outcomes === 'failures' ? usualOutcomes : ['failure', 'recovery', 'success'],
    severity: 'info',
  };
}

/** How a record reads as what was chosen on a card. */
export function choiceOf({ to, rules, digest, hours, zone }: Subscriber): NotificationChoice | undefined {
  const rule = rules.find(({ from }) => from === 'setup');
  if (!rule) return undefined;
  return {
    to,
    services: rule.services,
    environments: rule.environments,
    outcomes: rule.outcomes.includes('success') ? 'everything' : 'failures',
    digest: digest !== 'none',
    ...(hours !== undefined && { hours }),
    zone,
  };
}

/** Many events as one message: each one is in it by its name, the failures also in words. */
export interface Tally {
  readonly groups: readonly TallyGroup[];
  /** The latest failures in words. */
  readonly lines: readonly string[];
}

export interface TallyGroup {
  readonly service: string;
  readonly environment: string;
  readonly outcome: EventOutcome;
  readonly names: readonly string[];
  readonly lastAt: number;
}

export const emptyTally: Tally = { groups: [], lines: [] };
/** As many names as fit a card. */
export const fullTally = 300;
const maxLines = 5;

/** What happened to a thing takes the place of what happened to it before. */
export function countEvent(tally: Tally, event: ServiceEvent, at: number): Tally {
  const { service, environment, outcome, name, words } = event;
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

/** A row of tallies, each of which fits a card, with one event more. */
export function countInLast(tallies: readonly Tally[], event: ServiceEvent, at: number): readonly Tally[] {
  const last = tallies.at(-1);
  if (!last || (sizeOf(last) >= fullTally && !namesOf(last).includes(event.name)))
    return [...tallies, countEvent(emptyTally, event, at)];
  return [...tallies.slice(0, -1), countEvent(last, event, at)];
}

/** A tally that came back, together with those that wait: on as few cards as it takes. */
export function bringBack(back: Tally, tallies: readonly Tally[]): readonly Tally[] {
  const [first = emptyTally, ...others] = tallies;
  return sizeOf(first) + sizeOf(back) > fullTally ? [back, ...tallies] : [mergeTallies(back, first), ...others];
}

function mergeTallies(earlier: Tally, later: Tally): Tally {
  const keyOfGroup = ({ service, environment, outcome }: TallyGroup): string => `${service} ${environment} ${outcome}`;
  const groups = new Map(earlier.groups.map((group) => [keyOfGroup(group), group]));
  for (const group of later.groups) {
    const known = groups.get(keyOfGroup(group));
    const names = [...new Set([...(known?.names ?? []), ...group.names])];
    groups.set(keyOfGroup(group), { ...group, names });
  }
  return { groups: [...groups.values()], lines: [...earlier.lines, ...later.lines].slice(-maxLines) };
}
