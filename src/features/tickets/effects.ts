import type { Bound, TicketRequest, TicketTracker } from '../../connectors/contract';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { ticketCard, ticketDraftTopic, ticketTopic } from './cards';
import type { PreparedTicket, TicketRecord, TicketRequestedChange } from './contract';
import type { Troubles } from './troubles/facts';
import { openingKey, ticketWorkflow } from './workflow';
import type { TicketChange, TicketEvent } from './workflow';

/** What a ticket asks of its tool. Each effect may be performed again after a crash. */

/** How often Gavel tries a tool that never got the request, over about two minutes. */
const maxAttempts = 8;

type TicketStore = ReturnType<typeof openTickets>;
export interface TicketParts {
  readonly deps: FeatureDependencies;
  readonly tickets: TicketStore;
  /** What can go wrong, in other features. */
  readonly troubles: Pick<Troubles, 'find'>;
}

type Apply = (id: string, event: TicketEvent) => Promise<Stored<TicketRecord> | undefined>;

/** The tickets in the store. What is on its way continues automatically once the sweeper of `deps` has started. */
export function openTickets(deps: FeatureDependencies, troubles: Troubles) {
  const { apply, records } = openWorkflow(deps, ticketWorkflow, (opened) => {
    const step: Apply = async (id, event) => (await opened.apply(id, event, {})).stored;
    return {
      effects: ticketEffects(deps, troubles, step),
      wake: async ({ id, value }) => void (await step(id, await lookAt(deps, value))),
      wakesWithinMs: ({ phase }) => (phase === 'draft' ? undefined : 300_000),
    };
  });
  return {
    records,
    apply: async (id: string, event: TicketEvent) => apply(id, event, {}),
    async prepare(id: string, draft: PreparedTicket): Promise<Stored<TicketRecord>> {
      const { stored } = await apply(id, { type: 'prepare', draft }, {});
      if (!stored) throw new Error('A new ticket was not stored');
      return stored;
    },
    /** As its tool says it is now; as last seen if the tool doesn't answer. */
    async refresh(found: Stored<TicketRecord>): Promise<Stored<TicketRecord>> {
      if (found.value.phase !== 'open') return found;
      return (await apply(found.id, await lookAt(deps, found.value), {})).stored ?? found;
    },
  };
}

/** The tracker that has the ticket; undefined if the catalog names another one now. */
function trackerOf({ systems }: FeatureDependencies, record: TicketRecord): Bound<TicketTracker> | undefined {
  const tracker = systems.tickets(record.service, record.environment);
  return record.connection === undefined || tracker?.connection === record.connection ? tracker : undefined;
}

async function lookAt(deps: FeatureDependencies, record: TicketRecord): Promise<TicketEvent> {
  const tracker = trackerOf(deps, record);
  if (!tracker || !record.ticket) return { type: 'miss' };
  try {
    return { type: 'see', ticket: await tracker.read(record.ticket.id) };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    deps.logger.warn({ error, ticket: record.ticket.id }, 'A ticket could not be read');
    return { type: 'miss' };
  }
}

/** What the tool is sent: the same after a crash. */
function requestOf(id: string, record: TicketRecord): TicketRequest {
  const { title, description, requester, service, environment, saysEnvironment, triedAt, phaseSince } = record;
  const { notes = [] } = record;
  const name = cleanText(requester?.name ?? 'Someone', 100);
  const where = saysEnvironment ? `${service} in ${environment}` : service;
  return {
    ...{ key: openingKey(id), title, description, askedAt: triedAt ?? phaseSince },
    by: { id: requester?.id ?? '', name },
    notes: [{ text: `Opened by ${name} with Gavel, for ${where}` }, ...notes],
  };
}

function ticketEffects(
  deps: FeatureDependencies,
  troubles: Troubles,
  apply: Apply,
): ActivityOf<TicketRecord, TicketChange | undefined>['effects'] {
  const { outbox, logger } = deps;

  async function open(id: string, record: TicketRecord, attempts: number): Promise<TicketEvent | undefined> {
    if (record.phase !== 'opening') return undefined;
    const isTried = record.triedAt !== undefined;
    const tracker = trackerOf(deps, record);
    if (!tracker)
      return { type: isTried ? 'lose' : 'fail', reason: 'the catalog no longer says where its tickets are' };
    if (isTried) {
      const found = await tracker.findTicket(requestOf(id, record));
      if (found.found === 'ticket') return { type: 'opened', connection: tracker.connection, ticket: found.ticket };
      if (found.found === 'cannot tell')
        return { type: 'lose', reason: 'the tool didn’t confirm that it has this ticket' };
    }
    const tried = (await apply(id, { type: 'try' }))?.value;
    return tried?.phase === 'opening' ? request(tracker, id, tried, attempts) : undefined;
  }

  async function request(
    tracker: Bound<TicketTracker>,
    id: string,
    record: TicketRecord,
    attempts: number,
  ): Promise<TicketEvent> {
    try {
      return { type: 'opened', connection: tracker.connection, ticket: await tracker.open(requestOf(id, record)) };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, ticket: id, failure: error.failure }, 'A ticket could not be opened');
      if (error.isFinal)
        return {
          type: 'fail',
          reason: `${deps.systems.titleOf(tracker.connection)} rejected the ticket. Ask an administrator to check Gavel’s log`,
        };
      if (error.failure === 'unclear' || attempts + 1 < maxAttempts) throw error;
      return { type: 'fail', reason: 'the tool didn’t respond' };
    }
  }

  async function send(record: TicketRecord, change: TicketRequestedChange, attempts: number): Promise<TicketEvent> {
    const { key, by, askedAt } = change;
    const [tracker, id] = [trackerOf(deps, record), record.ticket?.id];
    if (!tracker || id === undefined)
      return { type: 'refuse', key, reason: 'the catalog no longer says where its tickets are' };
    const person = { id: by.id, name: cleanText(by.name, 100) };
    try {
      if (change.kind === 'move') return { type: 'made', key, ticket: await tracker.move(id, change.to, person) };
      await tracker.comment(id, { key, text: change.text, by: person, askedAt });
      return { type: 'made', key, ticket: await tracker.read(id).catch(() => undefined) };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, ticket: id, failure: error.failure }, 'A ticket could not be changed');
      // Both look first whether it has been done.
      if (!error.isFinal && attempts + 1 < maxAttempts) throw error;
      return { type: 'refuse', key, reason: error.isFinal ? error.message : 'the tool didn’t respond' };
    }
  }

  return {
    async open({ id, value, attempts }) {
      const event = await open(id, value, attempts);
      if (event) await apply(id, event);
    },
    async send({ id, value, attempts }) {
      const [first] = value.requested;
      if (first) await apply(id, await send(value, first, attempts));
    },
    redraw: ({ id }) => outbox.changed(ticketDraftTopic(id)),
    async card({ id, value, version }) {
      // A ticket that was opened in the tool has no card of its own, only the ones that people asked for.
      if (value.requester)
        await outbox.put({
          key: `${ticketTopic(id)}:card`,
          destination: { to: 'place', placeId: value.placeId, thread: value.thread },
          content: ticketCard(deps, id, value, undefined),
          revision: version,
          final: false,
          onBehalfOf: value.requester.id,
        });
      await outbox.changed(ticketTopic(id));
      if (value.trouble) await troubles.redraw(value.trouble);
    },
  };
}
