import { cleanText } from '../../../core/text';
import type { NamedQuery } from '../../contract';
import { allPanels } from './reference';
import type { PanelReference } from './reference';
import type { Dashboard, Panel } from './schema';
import type { Substitution } from './variables';

/** What people can ask for by the titles of panels. Pure. */

/** A panel that can be drawn as a graph. */
export interface PanelOffer extends NamedQuery {
  readonly reference: PanelReference;
  /** What its values are multiplied with to have the unit. */
  readonly factor: number;
}

const drawable: ReadonlySet<string> = new Set([
  ...['timeseries', 'graph', 'stat', 'singlestat', 'gauge', 'bargauge', 'barchart', 'trend'],
]);

/** The words of Grafana for units, with Gavel's, and what one is in Gavel's. */
const units: ReadonlyMap<string, readonly [unit: string, factor: number]> = new Map([
  ['ms', ['ms', 1]],
  ['s', ['s', 1]],
  ['m', ['min', 1]],
  ['h', ['h', 1]],
  ['µs', ['µs', 1]],
  ['ns', ['ns', 1]],
  ['percent', ['%', 1]],
  ['percentunit', ['%', 100]],
  ['bytes', ['bytes', 1]],
  ['decbytes', ['bytes', 1]],
  ['Bps', ['bytes/s', 1]],
  ['binBps', ['bytes/s', 1]],
  ['bps', ['bit/s', 1]],
  ['reqps', ['/s', 1]],
  ['ops', ['/s', 1]],
  ['rps', ['/s', 1]],
  ['wps', ['/s', 1]],
  ['cps', ['/s', 1]],
  ['reqpm', ['/min', 1]],
  ['opm', ['/min', 1]],
]);

interface NamedDashboard {
  readonly dashboard: Dashboard;
  readonly substitution: Substitution;
}

/** The panels of these dashboards by their titles; one whose title another has, too, with that of its dashboard before it. */
export function offersIn(dashboards: readonly NamedDashboard[]): PanelOffer[] {
  const all = dashboards.flatMap(({ dashboard, substitution }) =>
    allPanels(dashboard.panels)
      .filter(({ type, targets }) => drawable.has(type ?? '') && (targets ?? []).length > 0)
      .map((panel) => ({ panel, dashboard, title: cleanText(substitution.fill(panel.title ?? '', ''), 60) })),
  );
  const titles = countOf(all.map(({ title }) => plain(title)));
  const offers = all.flatMap(({ panel, dashboard, title }): PanelOffer[] => {
    if (title === '' || typeof panel.id !== 'number') return [];
    const isOnly = titles.get(plain(title)) === 1;
    const name = isOnly ? title : cleanText(`${dashboard.title}: ${title}`, 90);
    const { unit, factor } = unitOf(panel);
    const limit = limitOf(panel);
    return [
      {
        ...{ name, unit, factor, reference: { dashboard: dashboard.uid, panel: String(panel.id) } },
        ...(limit !== undefined && { limit: limit * factor }),
      },
    ];
  });
  const names = countOf(offers.map(({ name }) => plain(name)));
  return offers.filter(({ name }) => names.get(plain(name)) === 1);
}

const plain = (title: string): string => title.toLowerCase();

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function unitOf({ fieldConfig }: Panel): { readonly unit: string; readonly factor: number } {
  const given = fieldConfig?.defaults?.unit ?? '';
  const [unit, factor] = units.get(given) ?? [cleanText(/^suffix:(.+)$/.exec(given)?.[1] ?? '', 20), 1];
  return { unit, factor };
}

/** The lowest threshold, where the panel draws its thresholds as lines or areas. */
function limitOf({ fieldConfig }: Panel): number | undefined {
  const { thresholds, custom } = fieldConfig?.defaults ?? {};
  if ((custom?.thresholdsStyle?.mode ?? 'off') === 'off' || thresholds?.mode === 'percentage') return undefined;
  const values = (thresholds?.steps ?? []).flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  return values.length === 0 ? undefined : values.reduce((one, other) => Math.min(one, other));
}
