import type { CollectionSpec, Condition, DeclaredQuery, Query } from './contract';

type Declaring = Pick<CollectionSpec<never>, 'name' | 'queries'>;

/** Whether it asks for values of a stretch, not for given ones. */
export function isRange(condition: Condition): condition is { readonly atLeast?: number; readonly atMost?: number } {
  return typeof condition === 'object' && !('in' in condition);
}

/** The declaration that covers this query; throws when there is none, and says what to declare. */
export function declaredFor(spec: Declaring, query: Query): DeclaredQuery {
  const conditions = Object.entries(query.where ?? {});
  const compared = conditions.filter(([, condition]) => !isRange(condition)).map(([name]) => name);
  const beside = conditions.filter(([name, condition]) => isRange(condition) && name !== query.orderBy);
  if (beside.length > 0)
    throw new Error(`${spec.name}: a range of ${beside.map(([name]) => name).join(', ')} needs that order as well`);
  const found = spec.queries.find(
    ({ where = [], orderBy }) =>
      orderBy === query.orderBy && where.length === compared.length && where.every((name) => compared.includes(name)),
  );
  if (found) return found;
  const wanted = [`where: [${compared.map((name) => `'${name}'`).join(', ')}]`];
  if (query.orderBy !== undefined) wanted.push(`orderBy: '${query.orderBy}'`);
  throw new Error(`${spec.name} declares no such query: { ${wanted.join(', ')} }`);
}

/** The fields of its index, in order; the id follows by itself. */
function fieldsOf({ where = [], orderBy }: DeclaredQuery): readonly string[] {
  return orderBy === undefined ? where : [...where, orderBy];
}

/** Each index once: two queries of the same fields share one. Throws for a query of a field that isn't there. */
export function indexesOf(
  spec: Pick<CollectionSpec<never>, 'name' | 'queries' | 'indexes'>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const query of spec.queries) {
    const fields = fieldsOf(query);
    const unknown = fields.find((field) => !Object.hasOwn(spec.indexes, field));
    if (unknown !== undefined) throw new Error(`${spec.name} declares a query of ${unknown}, which it doesn't index`);
    if (new Set(fields).size < fields.length) throw new Error(`${spec.name} names a field twice in one query`);
    // What goes by id alone needs none.
    if (fields.length > 0) found.set(`q-${fields.join('-')}`, fields);
  }
  return found;
}
