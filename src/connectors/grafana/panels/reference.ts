import { fillTemplate, text } from '../../../core/catalog/templates';
import type { Template } from '../../../core/catalog/templates';
import { lookUp } from '../../../core/keys';
import type { Target } from '../../../core/catalog/rights';
import type { Dashboard, Panel } from './schema';

/** Which panel a query of the catalog means: `<uid of the dashboard>/<id or title of the panel>`, and `/<letter>` for one of its queries. Pure. */

/** A panel as the catalog names it. */
export const panelReference = text.refine(
  (template) => /^[^/]+\/[^/]/.test(fillTemplate(template, {}, () => 'x')),
  'must be the uid of a dashboard, a slash, and the ID or title of a panel: abc123/4',
);

export interface PanelReference {
  readonly dashboard: string;
  /** An id or a title, perhaps with the letter of a query behind it. */
  readonly panel: string;
}

export function panelReferenceOf(template: Template, target: Target): PanelReference {
  const [dashboard = '', ...panel] = fillTemplate(template, target).split('/');
  return { dashboard, panel: panel.join('/') };
}

/** A panel of a dashboard; with `query`, only the query with this letter is meant. */
export interface FoundPanel {
  readonly panel: Panel;
  readonly query?: string;
}

/** Undefined if the dashboard has no such panel, or several with this title. */
export function findPanel({ panels }: Dashboard, wanted: string): FoundPanel | undefined {
  const all = allPanels(panels);
  const named = (name: string): readonly Panel[] => {
    const byId = all.filter(({ id }) => String(id) === name);
    return byId.length > 0 ? byId : all.filter(({ title }) => title?.trim() === name.trim());
  };
  const whole = named(wanted);
  const [panel] = whole;
  if (panel) return whole.length === 1 ? { panel } : undefined;
  // A title can have a slash, too, so a letter is only looked for once nothing has the whole name.
  const at = wanted.lastIndexOf('/');
  const owners = at < 0 ? [] : named(wanted.slice(0, at));
  const query = wanted.slice(at + 1);
  const [owner] = owners;
  return owner && owners.length === 1 && hasQuery(owner, query) ? { panel: owner, query } : undefined;
}

/** Of a panel that is kept elsewhere, nobody knows yet. */
const hasQuery = ({ targets, libraryPanel }: Panel, letter: string): boolean =>
  targets?.some((each) => lookUp(each, 'refId') === letter) ?? libraryPanel?.uid !== undefined;

/** With those in rows that are closed, which are kept inside their row. */
export function allPanels(panels: readonly Panel[]): Panel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? allPanels(panel.panels ?? []) : [panel]));
}
