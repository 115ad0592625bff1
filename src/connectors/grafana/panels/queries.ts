import { lookUp } from '../../../core/keys';
import type { FoundPanel } from './reference';
import type { DataSourceReference, GrafanaSettings, Panel, PanelQuery } from './schema';
import type { Substitution } from './variables';

/** The queries of a panel as Grafana's own page sends them. Pure. */

interface DataSource {
  readonly uid: string;
  readonly type: string;
}

/** Each query of a mixed panel names its own. */
const mixed = '-- Mixed --';
/** Such a panel shows what another one of its dashboard has read. */
const otherPanel = '-- Dashboard --';
const expressions = '__expr__';

/** What is asked for, and the letters of the answers that the panel shows; a text if it can't be asked for. */
export type PanelRequest =
  { readonly queries: readonly PanelQuery[]; readonly shown: ReadonlySet<string> } | { readonly problem: string };

interface RequestParts {
  readonly substitution: Substitution;
  /** Undefined if `needsSettings` said that they aren't needed. */
  readonly settings: GrafanaSettings | undefined;
  readonly intervalMs: number;
  readonly points: number;
}

export function requestOf({ panel, query }: FoundPanel, parts: RequestParts): PanelRequest {
  const all = panel.targets ?? [];
  const shown = new Set(
    all
      .filter((each) => (query === undefined ? lookUp(each, 'hide') !== true : letterOf(each) === query))
      .map(letterOf),
  );
  if (shown.size === 0) return { problem: 'the panel has no query' };
  // Hidden queries are asked for, too, where others calculate with their answers.
  const calculates = all.some((each) => uidOf(sourceOf(panel, each)) === expressions);
  const queries: PanelQuery[] = [];
  for (const each of all.filter((one) => calculates || shown.has(letterOf(one)))) {
    const source = resolve(sourceOf(panel, each), parts);
    if (!source) return { problem: 'Grafana doesn’t say which data source it uses' };
    if (source.uid === otherPanel) return { problem: 'the panel shows the data of another one: name that one' };
    const { intervalMs, points } = parts;
    queries.push({
      ...{ ...parts.substitution.fill(each, source.type), ...overTime(source.type) },
      ...{ refId: letterOf(each), datasource: source, intervalMs, maxDataPoints: points },
    });
  }
  return { queries, shown };
}

/** Whether a query names its data source in a way that only Grafana's settings explain. */
export function needsSettings(panel: Panel): boolean {
  return (panel.targets ?? []).some((each) => !isWhole(sourceOf(panel, each)));
}

function letterOf(query: PanelQuery): string {
  const letter = lookUp(query, 'refId');
  return typeof letter === 'string' ? letter : 'A';
}

function sourceOf({ datasource }: Panel, query: PanelQuery): DataSourceReference {
  const own = lookUp(query, 'datasource') as DataSourceReference;
  return own ?? (uidOf(datasource) === mixed ? undefined : datasource);
}

const uidOf = (source: DataSourceReference): string => (typeof source === 'string' ? source : source?.uid) ?? '';

const isWhole = (source: DataSourceReference): source is DataSource =>
  typeof source === 'object' &&
  source !== null &&
  typeof source.uid === 'string' &&
  typeof source.type === 'string' &&
  !/^$|^default$|[$[]/.test(source.uid);

/** By its uid, its name, or as the default one. */
function resolve(source: DataSourceReference, { substitution, settings }: RequestParts): DataSource | undefined {
  if (isWhole(source)) return { uid: source.uid, type: source.type };
  const named = substitution.fill(uidOf(source), '');
  if (named === expressions || named === otherPanel) return { uid: named, type: expressions };
  const { datasources, defaultDatasource } = settings ?? {};
  const name = named === '' || named === 'default' ? (defaultDatasource ?? '') : named;
  const all = datasources ?? {};
  const found = lookUp(all, name) ?? Object.values(all).find(({ uid }) => uid === name);
  return found?.uid == null ? undefined : { uid: found.uid, type: found.type };
}

/** A panel with one number asks for one moment; a graph needs all of them. */
function overTime(type: string): PanelQuery {
  if (type === 'prometheus') return { range: true, instant: false, exemplar: false };
  return type === 'loki' ? { queryType: 'range' } : {};
}
