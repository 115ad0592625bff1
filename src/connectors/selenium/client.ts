import type { HttpClient } from '../http';
import { ErrorAnswer, LookAnswer, MissingAnswer } from './schema';

/** The calls of Selenium Grid’s API that Gavel makes. */

export type GridClient = ReturnType<typeof createGridClient>;

/** A session of a browser. `name`: its capability `se:name`. */
interface GridSession {
  readonly id: string;
  readonly name: string | undefined;
}

/** A Grid at one moment. */
export interface GridLook {
  /** `4.48.0` */
  readonly version: string;
  /** The nodes that take sessions. */
  readonly nodes: number;
  /** How many sessions those nodes take at the same time. */
  readonly slots: number;
  /** How many sessions they have, including those that are just starting. */
  readonly inUse: number;
  readonly sessions: readonly GridSession[];
  /** The names of the sessions that wait for a browser, by `se:name`. */
  readonly waiting: readonly (string | undefined)[];
  /** Whether a session is just starting, whose name nobody can see yet. */
  readonly isStarting: boolean;
}

/** With names of its own for what a recording would take for secrets of a session. */
const query = `{
  grid { version }
  nodesInfo { nodes { status most: maxSession slots: slotCount inUse: sessionCount } }
  sessionsInfo { waiting: sessionQueueRequests sessions { id capabilities } }
}`.replaceAll(/\s+/g, ' ');

/** No session has this ID: Grid’s own are digits and letters. */
const noSession = 'gavel-check';
/** Grid takes new sessions only with this type. */
const webDriverType = { 'content-type': 'application/json; charset=utf-8' };

/** Every method rejects with `ConnectorError`. */
export function createGridClient(http: HttpClient) {
  return {
    async look(): Promise<GridLook> {
      const { data } = await http.json({ kind: 'read', path: 'graphql', body: { json: { query } } }, LookAnswer);
      const { grid, nodesInfo, sessionsInfo } = data;
      const up = nodesInfo.nodes.filter(({ status }) => status === 'UP');
      const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);
      const sessions = sessionsInfo.sessions.map(({ id, capabilities: name }) => ({ id, name }));
      return {
        version: grid.version.split(' ')[0] ?? '',
        nodes: up.length,
        slots: sum(up.map(({ most, slots }) => Math.min(most, slots))),
        inUse: sum(up.map((node) => node.inUse)),
        sessions,
        waiting: sessionsInfo.waiting,
        isStarting: sum(nodesInfo.nodes.map((node) => node.inUse)) > sessions.length,
      };
    },
    /** Ends a session and its browser; one that’s already gone is fine. */
    async end(id: string): Promise<void> {
      await http.bytes({ kind: 'idempotent', method: 'DELETE', path: ['session', id], accept: [404] });
    },
    /** Whether a session could be started: this one can’t, because it fits no browser at all. */
    tryStart: (): Promise<unknown> =>
      http.json(
        {
          ...{ kind: 'read', method: 'POST', path: 'session', headers: webDriverType, accept: [400, 500] },
          body: { json: { capabilities: { firstMatch: [] } } },
        },
        ErrorAnswer,
      ),
    /** Whether a session could be ended: there is none with this ID. */
    tryEnd: (): Promise<unknown> =>
      http.json({ kind: 'read', method: 'DELETE', path: ['session', noSession], accept: [404] }, MissingAnswer),
  };
}
