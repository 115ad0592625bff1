import { lookUp } from '../../core/keys';
import { cleanText } from '../../core/text';
import type { AlertDialect } from '../alertmanager-api/reading';
import type { HttpClient } from '../http';
import { nameLabel, wordsOfAlert } from '../labels/alert-words';
import type { AlertWords } from '../labels/alert-words';
import { RulesAnswer } from './schema';

/** What Grafana's alerting says in its own way, beside what it has in common with Alertmanager. */

type Labels = Readonly<Record<string, string>>;

/** `url` is the address of its pages. */
export function grafanaDialect(url: string): AlertDialect {
  return { hookVersion: '1', wordsOf: wordsOfGrafanaAlert, pageOf: (labels) => pageOf(url, labels) };
}

/** Grafana gives all rules that it can't judge one of these names, and keeps the rule's own in a label. */
const unknownNames: ReadonlyMap<string, { readonly what: string; readonly summary: string }> = new Map([
  ['DatasourceNoData', { what: 'no data', summary: 'Grafana gets no data for this rule' }],
  ['DatasourceError', { what: 'can’t be evaluated', summary: 'Grafana can’t evaluate this rule' }],
]);

/** Whoever isn't told whether something is wrong must know that, but nobody is woken for it. */
export function wordsOfGrafanaAlert(labels: Labels, annotations: Labels): AlertWords {
  const words = wordsOfAlert(labels, annotations);
  const unknown = unknownNames.get(lookUp(labels, nameLabel) ?? '');
  if (!unknown) return words;
  const rule = cleanText(lookUp(labels, 'rulename') ?? '', 150);
  const error = cleanText(lookUp(annotations, 'Error') ?? '', 300);
  return {
    ...words,
    severity: words.severity === 'critical' ? 'warning' : words.severity,
    name: rule === '' ? words.name : `${rule}: ${unknown.what}`,
    summary: error === '' ? unknown.summary : `${unknown.summary}: ${error}`,
  };
}

/** The page of the rule, or the list of all rules. */
function pageOf(url: string, labels: Labels): string {
  const rule = lookUp(labels, '__alert_rule_uid__');
  const place = rule === undefined ? 'list' : `grafana/${encodeURIComponent(rule)}/view`;
  return `${url.replace(/\/$/, '')}/alerting/${place}`;
}

/** Labels of Grafana's own, which not all of its answers have. */
const isPrivate = (name: string): boolean => /^__.*__$/.test(name);

/** The same for the same labels, whichever answer of Grafana they are from. */
function labelKey(labels: Labels): string {
  const shown = Object.entries(labels).filter(([name]) => !isPrivate(name));
  return JSON.stringify(shown.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The labels of everything that Grafana's rules say fires. Rejects with `ConnectorError`. */
export async function readFiringLabels(http: HttpClient): Promise<Labels[]> {
  const query = { state: 'firing' };
  const { data } = await http.json({ kind: 'read', path: 'api/prometheus/grafana/api/v1/rules', query }, RulesAnswer);
  const alerts = data.groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.alerts ?? []));
  // With a reason behind it: `Alerting (NoData)`.
  return alerts.filter(({ state }) => /^alerting\b/i.test(state)).map(({ labels }) => labels);
}

/**
 * Whether each alert that fires by Grafana's rules is among those that its Alertmanager knows. Just after a start it isn't: the rules remember what fired,
 * and tell the Alertmanager only when they are evaluated again.
 */
export function hasEach(firing: readonly Labels[], known: readonly { readonly labels: Labels }[]): boolean {
  const keys = new Set(known.map(({ labels }) => labelKey(labels)));
  return firing.every((labels) => keys.has(labelKey(labels)));
}
