import type { z } from 'zod';
import { registerSecret } from '../../core/text/secrets';
import type { HttpClient } from '../http';
import type { CallPath, QueryValue } from '../http/address';
import * as answers from './schema';
import type { Build, BuildRequest, Log, Scheduler, BuildStep } from './schema';

/** The calls of Buildbot's API that Gavel makes. */

export type BuildbotClient = ReturnType<typeof createBuildbotClient>;

type Query = Readonly<Record<string, QueryValue>>;

/** What is asked of an object; only `probe` changes nothing, because no object knows it. */
type Method = 'force' | 'stop' | 'cancel' | 'probe';

interface Command<T> {
  readonly path: CallPath;
  readonly method: Method;
  readonly params: object;
  readonly answer: z.ZodType<T>;
}

const sessions = /(?:^|[\s,])(TWISTED_[A-Z_]*SESSION[\w.-]*)=([^;,\s]+)/g;

/** `isSignedIn`: the connection has a user. Every method rejects with `ConnectorError`. */
export function createBuildbotClient(http: HttpClient, isSignedIn: boolean) {
  const get = <T>(path: CallPath, answer: z.ZodType<T>, query: Query = {}): Promise<T> =>
    http.json({ kind: 'read', path: ['api', 'v2', ...path], query }, answer);

  /** The session of the user. Buildbot looks at the password only here; behind a proxy that does, there is none. */
  async function signIn(): Promise<Readonly<Record<string, string>>> {
    if (!isSignedIn) return {};
    const { headers } = await http.bytes({ kind: 'read', path: 'auth/login', accept: [302, 404] });
    // The first one is that of nobody, before the password was looked at.
    const [, name, value] = [...(headers.get('set-cookie') ?? '').matchAll(sessions)].at(-1) ?? [];
    if (name === undefined || value === undefined) return {};
    registerSecret(value);
    return { cookie: `${name}=${value}` };
  }

  /** A session may have ended, so each command has a new one. */
  async function command<T>({ path, method, params, answer }: Command<T>): Promise<T> {
    const headers = await signIn();
    return http.json(
      {
        ...{ kind: method === 'probe' ? 'read' : 'once', path: ['api', 'v2', ...path], headers },
        body: { json: { jsonrpc: '2.0', method, params, id: 1 } },
      },
      answer,
    );
  }

  return {
    signIn,
    schedulers: async (): Promise<Scheduler[]> =>
      (await get(['forceschedulers'], answers.SchedulersAnswer)).forceschedulers,
    /** Rejects with `not found` if there is none. */
    scheduler: async (name: string): Promise<Scheduler | undefined> =>
      (await get(['forceschedulers', name], answers.SchedulersAnswer)).forceschedulers[0],
    /** Whether the user may command this; nothing happens. */
    probe: (scheduler: string): Promise<unknown> =>
      command({ path: ['forceschedulers', scheduler], method: 'probe', params: {}, answer: answers.DoneAnswer }),
    async force(scheduler: string, params: object): Promise<number> {
      const path = ['forceschedulers', scheduler];
      return (await command({ path, method: 'force', params, answer: answers.StartAnswer })).result[0];
    },
    /** Newest first. */
    buildsets: async (query: Query) => (await get(['buildsets'], answers.BuildsetsAnswer, query)).buildsets,
    async reasonOf(bsid: number): Promise<string> {
      const { properties } = await get(['buildsets', bsid, 'properties'], answers.PropertiesAnswer);
      return String(properties.map(({ reason }) => reason?.[0] ?? '').find((reason) => reason !== '') ?? '');
    },
    requests: async (query: Query): Promise<BuildRequest[]> =>
      (await get(['buildrequests'], answers.RequestsAnswer, query)).buildrequests,
    /** In the order in which they were started: a build that has to be tried again is followed by another. */
    builds: async (request: number): Promise<Build[]> =>
      (await get(['buildrequests', request, 'builds'], answers.BuildsAnswer)).builds.sort(
        (one, other) => one.number - other.number,
      ),
    steps: async (build: number): Promise<BuildStep[]> =>
      (await get(['builds', build, 'steps'], answers.StepsAnswer)).steps.filter(({ hidden }) => !hidden),
    logs: async (step: number): Promise<Log[]> => (await get(['steps', step, 'logs'], answers.LogsAnswer)).logs,
    contents: async (log: number, offset: number, limit: number): Promise<string> =>
      (await get(['logs', log, 'contents'], answers.ChunksAnswer, { offset, limit })).logchunks
        .map(({ content }) => content)
        .join(''),
    stop: (build: number, reason: string): Promise<unknown> =>
      command({ path: ['builds', build], method: 'stop', params: { reason }, answer: answers.DoneAnswer }),
    cancel: (request: number, reason: string): Promise<unknown> =>
      command({ path: ['buildrequests', request], method: 'cancel', params: { reason }, answer: answers.DoneAnswer }),
  };
}
