import type { Dashboard, Variable } from './schema';

/** Puts the values of a dashboard's variables into the queries of its panels, as Grafana's own page does before it asks. Pure. */

/** Writes several values as one text. */
type Form = (values: readonly string[]) => string;

const escaped = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
const alternatives: Form = (values) =>
  values.length === 1 ? values.map(escaped).join('') : `(${values.map(escaped).join('|')})`;
const quoted =
  (quote: string): Form =>
  (values) =>
    values.map((value) => `${quote}${value.replaceAll(quote, quote + quote)}${quote}`).join(',');

/** By the word behind the colon: `${name:csv}`. */
const forms: ReadonlyMap<string, Form> = new Map([
  ['csv', (values) => values.join(',')],
  ['raw', (values) => values.join(',')],
  ['text', (values) => values.join(' + ')],
  ['pipe', (values) => values.join('|')],
  ['regex', alternatives],
  ['singlequote', quoted("'")],
  ['sqlstring', quoted("'")],
  ['doublequote', quoted('"')],
  ['percentencode', (values) => encodeURIComponent(values.join(','))],
  ['json', (values) => JSON.stringify(values)],
]);

/** Inside a string of PromQL or LogQL, a backslash is written twice. */
const inQueryString: Form = (values) => alternatives(values).replaceAll('\\', '\\\\');

/** What several values become where the query doesn't say how. */
function formFor(dataSource: string): Form {
  if (/^(?:prometheus|loki)$/.test(dataSource)) return inQueryString;
  if (/sql/.test(dataSource)) return quoted("'");
  if (/influx|elastic/.test(dataSource)) return alternatives;
  return (values) => (values.length === 1 ? values.join('') : `{${values.join(',')}}`);
}

interface Values {
  readonly values: readonly string[];
  /** There could be several, so the query is written for that. */
  readonly isMany: boolean;
  /** The query's own language, to be used as it is. */
  readonly isRaw?: true;
}

export interface Substitution {
  /** The same value with every variable in its texts replaced. `dataSource`: its type, by which several values are written. */
  fill<T>(value: T, dataSource: string): T;
}

/** `given`: values that replace those of the dashboard. `between`: what the graph shows, in milliseconds since 1970. */
export function substitutionOf(
  { templating }: Dashboard,
  given: ReadonlyMap<string, string>,
  between: { readonly fromMs: number; readonly toMs: number },
): Substitution {
  const known = new Map<string, Values>([
    ['__from', { values: [String(Math.floor(between.fromMs))], isMany: false }],
    ['__to', { values: [String(Math.ceil(between.toMs))], isMany: false }],
  ]);
  for (const variable of templating?.list ?? []) {
    const own = given.get(variable.name);
    const values = own === undefined ? valuesOf(variable) : { values: [own], isMany: isMany(variable) };
    if (values) known.set(variable.name, values);
  }
  const fillText = (text: string, dataSource: string): string =>
    text.replace(mention, (whole: string, ...groups: (string | undefined)[]) => {
      const [plain, braced, bracedForm, bracketed, bracketedForm] = groups;
      const found = known.get(plain ?? braced ?? bracketed ?? '');
      return found ? written(found, bracedForm ?? bracketedForm, dataSource) : whole;
    });
  const fill = (value: unknown, dataSource: string): unknown => {
    if (typeof value === 'string') return fillText(value, dataSource);
    if (Array.isArray(value)) return value.map((each: unknown) => fill(each, dataSource));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, dataSource)]));
  };
  return { fill: <T>(value: T, dataSource: string): T => fill(value, dataSource) as T };
}

/** `$name`, `${name}`, `${name:form}`, `[[name]]`, `[[name:form]]`. */
const mention = /\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g;

function written({ values, isMany, isRaw }: Values, form: string | undefined, dataSource: string): string {
  if (isRaw) return values.join('');
  const named = form === undefined ? undefined : forms.get(form);
  if (named) return named(values);
  return isMany ? formFor(dataSource)(values) : values.join(',');
}

const isMany = ({ multi, includeAll }: Variable): boolean => multi === true || includeAll === true;

const everything = '$__all';

/** Undefined if a variable has no value, or isn't one that queries mention. */
function valuesOf(variable: Variable): Values | undefined {
  const { type, current, query, options, allValue } = variable;
  const chosen = textsOf(current?.value);
  if (chosen.includes(everything)) {
    if ((allValue ?? '') !== '') return { values: [allValue ?? ''], isMany: true, isRaw: true };
    const all = (options ?? []).flatMap(({ value }) => textsOf(value)).filter((each) => each !== everything);
    // Those that are asked for anew each time aren't kept in the dashboard.
    return all.length > 0 ? { values: all, isMany: true } : { values: ['.*'], isMany: true, isRaw: true };
  }
  if (type === 'interval' && chosen.some((each) => each.startsWith('$__auto')))
    return { values: ['$__interval'], isMany: false };
  if (chosen.length > 0) return { values: chosen, isMany: isMany(variable) };
  return typeof query === 'string' && /^(?:constant|textbox)$/.test(type)
    ? { values: [query], isMany: false }
    : undefined;
}

type Given = NonNullable<Variable['current']>['value'];

function textsOf(value: Given): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
