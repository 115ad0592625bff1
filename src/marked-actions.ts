import type { Catalog } from './core/catalog';
import type { Feature } from './features/contract';

/** What the catalog marks although there is nothing of that name. */
export function unknownIn({ fourEyes, confirm }: Catalog, features: readonly Feature[]): string[] {
  const known = new Set(
    features.flatMap(({ commands = [], actions = [] }) => [
      ...commands.map(({ name }) => name),
      ...actions.map(({ verb }) => verb),
    ]),
  );
  return [...fourEyes, ...confirm].map(({ action }) => action).filter((action) => !known.has(action));
}
