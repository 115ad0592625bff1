import type { Catalog } from '../../core/catalog';
import { decidersOf } from './deciders';
import type { Delegation } from './deciders';
import type { Approval } from './record';

/** Who gets a card of their own in their personal chat. Pure. */

/** At most so many people are written to at once: when it opens, at the next stage, after the escalation. */
export const maxAtOnce = 20;
const maxEver = 60;

/**
 * Whoever may decide from now on gets a copy of their own. Where many may, each request goes to another twenty of them, so that
 * it is not always the same people who are called; the rest decide on the card in the channel.
 */
export function withCopies(catalog: Catalog, approval: Approval, given: readonly Delegation[]): Approval {
  if (approval.state !== 'waiting') return approval;
  const { personalCopies, request } = approval;
  const deciders = decidersOf(catalog, approval, given);
  const hasCopy = (id: string): boolean => personalCopies.some((copy) => copy.id === id);
  const room = Math.min(maxAtOnce - deciders.filter(({ id }) => hasCopy(id)).length, maxEver - personalCopies.length);
  const fresh = deciders.filter(({ id }) => !hasCopy(id));
  if (fresh.length === 0 || room <= 0) return approval;
  const first = fresh.length > room ? Number.parseInt(request.id.slice(0, 6), 16) % fresh.length : 0;
  const chosen = [...fresh.slice(first), ...fresh.slice(0, first)].slice(0, room);
  return { ...approval, personalCopies: [...personalCopies, ...chosen] };
}

/** `Personal cards went to 20 of 45 people; the others decide here.` Empty when everybody has one. */
export function copiesWords({ personalCopies }: Approval, deciders: readonly { readonly id: string }[]): string {
  const reached = deciders.filter(({ id }) => personalCopies.some((copy) => copy.id === id)).length;
  if (reached === deciders.length) return '';
  return `Personal cards went to ${reached} of ${deciders.length} people; the others decide here.`;
}

/** Teams refreshes a card by itself for at most so many people: those without a card of their own come first. */
export function refreshedFor(
  { personalCopies }: Approval,
  deciders: readonly { readonly id: string }[],
  most: number,
): string[] {
  const hasCopy = new Set(personalCopies.map(({ id }) => id));
  const ids = deciders.map(({ id }) => id);
  return [...ids.filter((id) => !hasCopy.has(id)), ...ids.filter((id) => hasCopy.has(id))].slice(0, most);
}
