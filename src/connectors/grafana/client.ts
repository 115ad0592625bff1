import { ConnectorError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { PictureSize } from '../contract';
import type { HttpClient } from '../http';
import { DashboardAnswer, LibraryAnswer, QueryAnswer, SearchAnswer, SettingsAnswer } from './panels/schema';
import type { Dashboard, GrafanaSettings, Panel, PanelQuery, QueryResults } from './panels/schema';

/** The calls of Grafana that Gavel makes for metrics. */

/** A dashboard changes when somebody saves it, and is needed for each figure of each look at a service. */
const keptMs = 60_000;
const maxKept = 100;

interface DashboardSearch {
  readonly tag: string | undefined;
  readonly words: string | undefined;
}

const maxDashboards = 20;

export type GrafanaClient = ReturnType<typeof createGrafanaClient>;

/** Every method rejects with `ConnectorError`. `name`: that of the connection. */
export function createGrafanaClient(name: string, http: HttpClient, clock: Clock) {
  const kept = new Map<string, { readonly at: number; readonly dashboard: Promise<Dashboard> }>();

  async function readDashboard(uid: string): Promise<Dashboard> {
    return (await http.json({ kind: 'read', path: ['api', 'dashboards', 'uid', uid] }, DashboardAnswer)).dashboard;
  }

  return {
    /** As it was within the last minute. */
    dashboard(uid: string): Promise<Dashboard> {
      const now = clock.elapsed();
      const known = kept.get(uid);
      if (known && now - known.at < keptMs) return known.dashboard;
      const dashboard = readDashboard(uid);
      kept.delete(uid);
      kept.set(uid, { at: now, dashboard });
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - maxKept))) kept.delete(oldest);
      dashboard.catch(() => kept.get(uid)?.dashboard === dashboard && kept.delete(uid));
      return dashboard;
    },
    /** The uids of the first dashboards with this tag and these words in their title. */
    async findDashboards({ tag, words }: DashboardSearch): Promise<string[]> {
      const query = { type: 'dash-db', limit: maxDashboards, tag, query: words };
      const found = await http.json({ kind: 'read', path: 'api/search', query }, SearchAnswer);
      return found.filter(({ type }) => type === 'dash-db').map(({ uid }) => uid);
    },
    /** A panel that several dashboards share. */
    async libraryPanel(uid: string): Promise<Panel> {
      return (await http.json({ kind: 'read', path: ['api', 'library-elements', uid] }, LibraryAnswer)).result.model;
    },
    settings: (): Promise<GrafanaSettings> =>
      http.json({ kind: 'read', path: 'api/frontend/settings' }, SettingsAnswer),
    /** What each query gives between two moments, by its letter. */
    async query(queries: readonly PanelQuery[], fromMs: number, toMs: number): Promise<QueryResults> {
      const body = { json: { queries, from: String(Math.floor(fromMs)), to: String(Math.ceil(toMs)) } };
      return (await http.json({ kind: 'read', path: 'api/ds/query', body }, QueryAnswer)).results;
    },
    /** Asks for nothing, which Grafana refuses: whoever may not ask is refused for that. */
    async tryQuery(): Promise<void> {
      const body = { json: { queries: [], from: '0', to: '1000' } };
      await http.bytes({ kind: 'read', path: 'api/ds/query', body, accept: [400] });
    },
    /** The picture of a panel as PNG; undefined if Grafana answers with one that says why it has none. */
    async picture(
      { dashboard, panel, variables, fromMs, toMs }: PictureWish,
      { width, height }: PictureSize,
    ): Promise<Uint8Array | undefined> {
      const query = {
        ...{ panelId: panel, from: Math.floor(fromMs), to: Math.ceil(toMs), width, height },
        ...{ theme: 'light', tz: 'UTC', timezone: 'utc' },
        ...Object.fromEntries([...variables].map(([variable, value]) => [`var-${variable}`, value])),
      };
      // The word behind the uid stands for the title, and Grafana doesn't read it.
      const { body } = await http.bytes({ kind: 'read', path: ['render', 'd-solo', dashboard, 'gavel'], query });
      if (!body.subarray(0, pngStart.length).equals(pngStart))
        throw new ConnectorError(name, 'invalid answer', 'the answer isn’t a picture');
      const size = body.length < 24 ? undefined : { width: body.readUInt32BE(16), height: body.readUInt32BE(20) };
      return size?.width === width && size.height === height ? body : undefined;
    },
  };
}

interface PictureWish {
  readonly dashboard: string;
  readonly panel: number;
  readonly variables: ReadonlyMap<string, string>;
  readonly fromMs: number;
  readonly toMs: number;
}

const pngStart = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
