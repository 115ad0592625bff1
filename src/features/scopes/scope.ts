import type { Person, Place } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { everything, mayEverywhere } from '../../core/rights';
import { plainText } from '../../core/text';

/** Whose something is: one person's, one place's, or everybody's. Pure. */
export type ScopeKind = 'personal' | 'place' | 'everybody';

/** Looked up in this order: what is nearer wins. */
export const scopeKinds: readonly ScopeKind[] = ['personal', 'place', 'everybody'];

const spoken: readonly (readonly [ScopeKind, string])[] = [
  ['everybody', '(?:for|to) (?:everybody|everyone|all)|team-?wide'],
  ['place', 'here|(?:in|for) this (?:channel|place|chat|group)|for (?:us|here)'],
  ['personal', 'for me|for myself|just for me'],
];

/** `here ship` and `ship for everybody`: the scope that was named, and the rest. */
export function readScope(text: string): { readonly kind: ScopeKind | undefined; readonly rest: string } {
  const words = text.trim();
  for (const [kind, form] of spoken) {
    const rest =
      new RegExp(`^(?:${form})(?:$|[\\s:,]+)`, 'i').exec(words) ??
      new RegExp(`(?:^|\\s+)(?:${form})$`, 'i').exec(words);
    if (rest) return { kind, rest: words.replace(rest[0], '').trim() };
  }
  return { kind: undefined, rest: words };
}

/** What entries of that scope are found by. */
export function scopeKey(kind: ScopeKind, person: Pick<Person, 'id'>, place: Pick<Place, 'id'>): string {
  if (kind === 'personal') return `person:${person.id}`;
  return kind === 'place' ? `place:${place.id}` : 'everybody';
}

export function kindOf(scope: string): ScopeKind {
  if (scope === 'everybody') return 'everybody';
  return scope.startsWith('person:') ? 'personal' : 'place';
}

/** `just for you`, `here in Deployments`, `for everybody`. */
export function scopeWords(kind: ScopeKind, place: Pick<Place, 'kind' | 'name'>): string {
  if (kind === 'personal') return 'just for you';
  if (kind === 'everybody') return 'for everybody';
  return place.kind === 'personal' ? 'here in our chat' : `here in ${plainText(place.name, 60)}`;
}

/** The right that changes what somebody else made in a scope; for everybody it is needed for one's own too. */
export function rightFor(kind: ScopeKind): 'operate' | 'admin' | undefined {
  if (kind === 'everybody') return 'admin';
  return kind === 'place' ? 'operate' : undefined;
}

/** Whether this person may change what others made in the scope. It acts for everybody there, so the right is needed everywhere. */
export function mayChangeOthers(catalog: Catalog, personId: string, kind: ScopeKind): boolean {
  const right = rightFor(kind);
  return right === undefined || mayEverywhere(catalog, personId, right, everything);
}
