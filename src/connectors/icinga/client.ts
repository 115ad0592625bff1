import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { HttpClient } from '../http';
import type { Monitored } from '../monitored/objects';
import * as answers from './schema';
import type { Comment, Downtime, Host, Service } from './schema';

/** The calls of Icinga's API that Gavel makes. */

export type IcingaClient = ReturnType<typeof createIcingaClient>;

/** What a person does to a host or a service. */
type Action = 'acknowledge-problem' | 'remove-acknowledgement' | 'schedule-downtime' | 'reschedule-check';

type Values = Readonly<Record<string, string | number | boolean>>;

/** `name`: the name of the connection. Every method rejects with `ConnectorError`. */
export function createIcingaClient(name: string, http: HttpClient) {
  async function objects<T>(
    type: 'hosts' | 'services' | 'comments' | 'downtimes',
    schema: z.ZodType<{ results: { attrs: T }[] }>,
    query: { readonly filter?: string; readonly attrs: readonly string[] },
  ): Promise<T[]> {
    // A filter has no room in an address.
    const headers = { 'X-HTTP-Method-Override': 'GET' };
    const path = `v1/objects/${type}`;
    return (await http.json({ kind: 'read', path, headers, body: { json: query } }, schema)).results.map(
      ({ attrs }) => attrs,
    );
  }

  /** Rejects with `not found` if there is no such object, and also if the user may not do it. */
  async function act(action: Action | 'remove-downtime', body: Values, person?: string): Promise<void> {
    const { results } = await http.json(
      { kind: 'once', path: `v1/actions/${action}`, body: { json: body }, ...(person !== undefined && { person }) },
      answers.ActionAnswer,
    );
    const failed = results.find(({ code }) => code >= 300);
    if (failed) throw new ConnectorError(name, 'refused', `POST v1/actions/${action}: ${failed.status}`);
  }

  return {
    /** What isn't well, and what hasn't been checked yet. */
    services: (): Promise<Service[]> =>
      objects('services', answers.ServicesAnswer, {
        filter: 'service.state != 0',
        attrs: [...answers.attributesOfState, 'host_name'],
      }),
    hosts: (): Promise<Host[]> =>
      objects('hosts', answers.HostsAnswer, { filter: 'host.state != 0', attrs: answers.attributesOfState }),
    acknowledgements: (): Promise<Comment[]> =>
      objects('comments', answers.CommentsAnswer, {
        filter: 'comment.entry_type == 4',
        attrs: ['host_name', 'service_name', 'entry_time', 'author', 'text'],
      }),
    downtimes: (): Promise<Downtime[]> =>
      objects('downtimes', answers.DowntimesAnswer, {
        attrs: [
          ...['__name', 'host_name', 'service_name', 'author', 'comment', 'end_time', 'fixed', 'duration'],
          'trigger_time',
        ],
      }),
    async names(): Promise<Monitored[]> {
      const [hosts, services] = await Promise.all([
        objects('hosts', answers.HostNames, { attrs: ['name'] }),
        objects('services', answers.ServiceNames, { attrs: ['name', 'host_name'] }),
      ]);
      return [
        ...hosts.map(({ name: host }) => ({ host })),
        ...services.map(({ host_name: host, name: service }) => ({ host, service })),
      ];
    },
    act: (action: Action, monitored: Monitored, values: Values, person?: string): Promise<void> =>
      act(action, { ...objectOf(monitored), ...values }, person),
    removeDowntime: (downtime: string, by: string): Promise<void> =>
      act('remove-downtime', { type: 'Downtime', downtime, author: by }, by),
    async permissions(): Promise<readonly string[]> {
      const { results } = await http.json({ kind: 'read', path: 'v1' }, answers.UserAnswer);
      return results.flatMap(({ permissions }) => permissions);
    },
    async startedAt(): Promise<number> {
      const path = 'v1/status/IcingaApplication';
      const { results } = await http.json({ kind: 'read', path }, answers.StatusAnswer);
      return results[0]?.status.icingaapplication.app.program_start ?? 0;
    },
    /** Tells of each event until Icinga or the signal ends the call. */
    async events(queue: string, onEvent: () => void, signal: AbortSignal): Promise<void> {
      await http.bytes({
        ...{ kind: 'read', path: 'v1/events', body: { json: { queue, types: eventTypes } }, signal },
        ...{ isProbe: true, onChunk: onEvent, limits: { totalMs: streamMs, bodyIdleMs: streamMs } },
      });
    },
  };
}

const eventTypes = [
  ...['StateChange', 'AcknowledgementSet', 'AcknowledgementCleared', 'Flapping'],
  ...['DowntimeAdded', 'DowntimeRemoved', 'DowntimeStarted', 'DowntimeTriggered'],
];

/** After so long it's opened anew, so that a connection that a firewall has forgotten isn't kept for ever. */
const streamMs = 10 * 60_000;

/** As actions name one object: with its full name, as Icinga knows it. */
function objectOf({ host, service }: Monitored): Values {
  return service === undefined ? { type: 'Host', host } : { type: 'Service', service: `${host}!${service}` };
}
