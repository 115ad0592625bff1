import type { Person, Turn } from '../../chat/contract';
import type { Scope } from '../../core/catalog/rights';
import { idFrom } from '../../core/ids';
import type { FeatureDependencies } from '../contract';
import type { GrantBook } from './book';
import { refusalWords } from './scope';

/** Gives a role as `grant` does, by every rule of it; why not, when it is refused. The same turn gives it once. */
export type GiveRole = (
  turn: Turn,
  gift: { readonly person: Person; readonly role: string; readonly scope: Scope },
) => Promise<string | undefined>;

export function createGive({ catalog, clock }: FeatureDependencies, book: GrantBook): GiveRole {
  return async ({ person: by, correlationId }, { person, role, scope }) => {
    const verdict = await book.apply({
      type: 'grant',
      id: idFrom('give', correlationId, role, person.id),
      to: { person },
      role,
      services: scope.services,
      environments: scope.environments,
      until: undefined,
      by: { id: by.id, name: by.name },
      reason: '',
      turn: correlationId,
    });
    return 'refusal' in verdict ? refusalWords(verdict, catalog(), role, scope, clock.now()) : undefined;
  };
}
