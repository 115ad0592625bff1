import type { MessageFate } from '../../chat/contract';
import { UserError } from '../../core/errors';
import type { Collection } from '../../store/contract';
import type { Delivery, Rule, Subscriptions, Wish } from './contract';
import { newListener } from './listener';
import type { Listener } from './listener';
import { usualOutcomes } from './rules';
import { sizeOf } from './tally';

/** What somebody chose, in the records. The changes are pure. */

const maxRules = 50;

/** What was chosen on a card takes the place of what was chosen on it before; rules of `subscribe` stay. */
export function withWish(record: Listener | undefined, wish: Wish, name: string): Listener {
  const { to, services, environments, outcomes, digest, hours, zone } = wish;
  const before = record ?? newListener(to, name, zone);
  const rule: Rule = {
    from: 'setup',
    services,
    environments,
    branches: [],
    outcomes: outcomes === 'failures' ? usualOutcomes : ['failure', 'recovery', 'success'],
    severity: 'info',
  };
  const others = before.rules.filter(({ from }) => from !== 'setup');
  return {
    ...before,
    name: name || before.name,
    rules: services.length === 0 ? others : [rule, ...others],
    digest: !digest ? 'none' : before.digest === 'none' ? 'daily' : before.digest,
    hours,
    zone,
  };
}

/** A further rule; one with the same scope takes its place. Throws `UserError` when there are too many. */
export function withRule(record: Listener, rule: Rule): Listener {
  const scope = ({ from, services, environments }: Rule): string => JSON.stringify([from, services, environments]);
  const others = record.rules.filter((each) => scope(each) !== scope(rule));
  if (others.length >= maxRules)
    throw new UserError(`There are ${maxRules} subscriptions here already, so nothing was changed. End one first.`);
  return { ...record, rules: [...others, rule] };
}

/** Without what was said of this service (`all`: of any), there alone when an environment is named; undefined when nothing was. */
export function withoutRule(record: Listener, service: string, environment: string | undefined): Listener | undefined {
  const rules = record.rules.flatMap((rule): Rule[] => {
    if (service !== 'all' && !rule.services.includes(service)) return [rule];
    if (environment !== undefined && !rule.environments.includes(environment)) return [rule];
    const services = service === 'all' ? rule.services : [service];
    const others = rule.services.filter((each) => !services.includes(each));
    const environments = environment === undefined ? [] : rule.environments.filter((each) => each !== environment);
    return [
      ...(others.length > 0 ? [{ ...rule, services: others }] : []),
      ...(environments.length > 0 ? [{ ...rule, services, environments }] : []),
    ];
  });
  return JSON.stringify(rules) === JSON.stringify(record.rules) ? undefined : { ...record, rules };
}

/** How a record reads as what was chosen on a card. */
export function wishOf({ to, rules, digest, hours, zone }: Listener): Wish | undefined {
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

const isIdle = ({ rules, held, pending }: Listener): boolean =>
  rules.length === 0 && held.length === 0 && pending.length === 0;

/** What other features ask of the records. */
export function createBook(
  listeners: Collection<Listener>,
  fateOf: (listenerId: string, what: string) => Promise<MessageFate | undefined>,
): Omit<Subscriptions, 'tell'> {
  async function all(): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for (const to of ['place', 'person'] as const) {
      let cursor: string | undefined;
      do {
        const page = await listeners.find({ where: { to }, limit: 500, cursor });
        for (const { id, value } of page.items) if (value.rules.length > 0) found.push(await deliveryOf(id, value));
        cursor = page.cursor;
      } while (cursor !== undefined);
    }
    return found;
  }

  async function deliveryOf(id: string, { to, name, last, refused, held }: Listener): Promise<Delivery> {
    const { state = 'waiting', error } = (last && (await fateOf(id, last.what))) ?? {};
    return {
      id,
      to,
      name,
      ...(last && { last: { at: last.at, state, ...(error !== undefined && { error }) } }),
      ...(refused && { refusedSince: refused.since }),
      waiting: held.reduce((sum, tally) => sum + sizeOf(tally), 0),
    };
  }

  return {
    async choose(id, wish, place) {
      const { value } = await listeners.upsert(id, (record) => withWish(record, wish, place?.name ?? ''));
      if (isIdle(value)) await listeners.remove(id);
    },
    async chosen(id) {
      const found = await listeners.get(id);
      return found && wishOf(found.value);
    },
    async reachAnyPlace() {
      const { items } = await listeners.find({ where: { to: 'place' }, limit: 100 });
      return items.some(({ value }) => value.rules.length > 0);
    },
    deliveries: all,
    personalData: {
      name: 'subscriptions',
      async exportOf(personId) {
        const found = await listeners.get(personId);
        if (!found) return [];
        const { rules, digest, digestHour, hours, zone, mutedUntil } = found.value;
        return [{ rules, digest, digestHour, hours, zone, mutedUntil }];
      },
      deleteOf: async (personId) => ((await listeners.remove(personId)) ? 1 : 0),
    },
  };
}
