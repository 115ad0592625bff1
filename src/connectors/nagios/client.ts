import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { ConnectorFailure } from '../../core/errors';
import type { HttpClient } from '../http';
import type { QueryValue } from '../http/address';
import type { Monitored } from '../monitored/objects';
import * as answers from './schema';
import type { Answer, Comment, Downtime, Host, LogLine, Service } from './schema';

/** The reads of Nagios that Gavel makes, all of them at its JSON CGIs. */

/** What is wrong now, with when Nagios started and wrote it down. */
export interface Problems {
  readonly services: readonly Service[];
  readonly hosts: readonly Host[];
  readonly startedAt: number;
  /** By Nagios' own clock. */
  readonly readAt: number;
}

type Query = Readonly<Record<string, QueryValue>>;

/** Nagios writes its state down every few seconds. If it hasn't for so long, it's the web server alone that answers. */
const staleMs = 180_000;

export type NagiosClient = ReturnType<typeof createNagiosClient>;

/** `name`: the name of the connection. Every method rejects with `ConnectorError`. */
export function createNagiosClient(name: string, http: HttpClient) {
  const ask = createAsking(name, http);
  const status = async <T>(query: Query, schema: z.ZodType<T>): Promise<T> =>
    (await ask('statusjson', query, schema)).data;

  return {
    /** What isn't well, and what hasn't been checked yet. */
    async problems(): Promise<Problems> {
      const [services, hosts] = await Promise.all([
        ask(
          'statusjson',
          { query: 'servicelist', details: true, servicestatus: 'warning critical unknown pending' },
          answers.ServiceList,
        ),
        ask(
          'statusjson',
          { query: 'hostlist', details: true, hoststatus: 'down unreachable pending' },
          answers.HostList,
        ),
      ]);
      return {
        services: Object.values(services.data.servicelist).flatMap((onHost) => Object.values(onHost)),
        hosts: Object.values(hosts.data.hostlist),
        startedAt: services.result.program_start,
        readAt: services.result.query_time,
      };
    },
    async stateOf({ host, service }: Monitored): Promise<Host | Service> {
      if (service === undefined) return (await status({ query: 'host', hostname: host }, answers.OneHost)).host;
      const query = { query: 'service', hostname: host, servicedescription: service };
      return (await status(query, answers.OneService)).service;
    },
    /** Every host, and every service by its host, except those whose names it can't write. */
    async names(): Promise<Monitored[]> {
      const [{ hostlist }, { servicelist }] = await Promise.all([
        status({ query: 'hostlist' }, answers.HostNames),
        status({ query: 'servicelist' }, answers.Names),
      ]);
      return [
        ...Object.keys(hostlist).map((host) => ({ host })),
        ...Object.entries(servicelist).flatMap(([host, services]) =>
          Object.keys(services)
            .filter((service) => service !== unwritable)
            .map((service) => ({ host, service })),
        ),
      ];
    },
    async acknowledgements(): Promise<Comment[]> {
      const query = { query: 'commentlist', details: true, entrytypes: 'acknowledgement' };
      return Object.values((await status(query, answers.CommentList)).commentlist);
    },
    async downtimes(): Promise<Downtime[]> {
      return Object.values((await status({ query: 'downtimelist', details: true }, answers.DowntimeList)).downtimelist);
    },
    /** What its log says of changes between two moments, oldest first. */
    async log(fromMs: number, toMs: number): Promise<LogLine[]> {
      const query = { query: 'alertlist', statetypes: 'hard', starttime: inSeconds(fromMs), endtime: inSeconds(toMs) };
      const { alertlist } = (await ask('archivejson', query, answers.AlertList)).data;
      return [...alertlist].sort((one, other) => one.timestamp - other.timestamp);
    },
    /** Two moments as the server's own clock shows them: `2026-11-29 23:05:01`. */
    async localTimes(fromMs: number, toMs: number): Promise<readonly [from: string, to: string]> {
      const query = {
        ...{ query: 'alertcount', starttime: inSeconds(fromMs), endtime: inSeconds(toMs) },
        dateformat: '%Y-%m-%d %H:%M:%S',
      };
      const path = 'cgi-bin/archivejson.cgi';
      const { data } = await http.json({ kind: 'read', path, query }, answers.LocalTimes);
      return [data.selectors.starttime, data.selectors.endtime];
    },
    async version(): Promise<string> {
      return (await status({ query: 'programstatus' }, answers.ProgramStatus)).programstatus.version;
    },
  };
}

/** Asks a JSON CGI, and reads what it says of what it's asked for. */
function createAsking(name: string, http: HttpClient) {
  const fail = (failure: ConnectorFailure, words: string): ConnectorError => new ConnectorError(name, failure, words);

  return async function ask<T>(
    cgi: 'statusjson' | 'archivejson',
    query: Query,
    schema: z.ZodType<T>,
  ): Promise<{ readonly data: T; readonly result: Answer['result'] }> {
    const path = `cgi-bin/${cgi}.cgi`;
    const { result, data } = await http.json(
      { kind: 'read', path, query: { ...query, formatoptions: 'enumerate' } },
      answers.Answer,
    );
    const { type_code: code, message, query_time: now, last_data_update: writtenAt } = result;
    if (code !== 0) throw fail(failureByCode.get(code) ?? 'invalid answer', `${path}: ${message}`);
    if (cgi === 'statusjson' && now - writtenAt > staleMs)
      throw fail(
        'unreachable',
        `${path}: its state is ${Math.round((now - writtenAt) / 1_000)} s old, so Nagios isn’t running`,
      );
    const found = schema.safeParse(data);
    if (!found.success)
      throw fail('invalid answer', `${path}: unexpected ${found.error.issues[0]?.path.join('.') ?? ''}`);
    return { data: found.data, result };
  };
}

/** What stands for names with letters beyond ASCII. */
const unwritable = '(null)';

const inSeconds = (ms: number): number => Math.floor(ms / 1_000);

/** https://github.com/NagiosEnterprises/nagioscore/blob/master/include/jsonutils.h */
const failureByCode: ReadonlyMap<number, ConnectorFailure> = new Map([
  [1, 'unreachable'],
  [2, 'unreachable'],
  [6, 'not found'],
]);
