import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Reply, Turn } from '../../chat/contract';
import { cannotSee, lacksRight } from '../../core/catalog/refusals';
import { describeReach, may } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { cleanText, plainText } from '../../core/text';
import { timeZoneOf } from '../contract';
import type { Stored } from '../../store/contract';
import { askMore } from './cards';
import { alertTopic, drawAlert } from './effects';
import type { EvidenceParts } from './facts';
import { readAlertEvidence } from './facts';
import { askSilence } from './muting/cards';
import { readSilenceEnd, silenceChoices } from './parse';
import { alertLabel } from './record';
import type { Alert } from './record';
import { reachOf } from './sources/facts';
import type { AlertStore } from './store';
import type { AlertEvent, AlertRefusal } from './workflow';

/** The buttons of an alert's card. */

export interface ActionParts extends EvidenceParts {
  readonly alerts: AlertStore;
  /** Asks the sources of an alert now. Never rejects. */
  readonly recheck: (alert: Alert) => Promise<void>;
}

const Id = z.string().regex(/^[0-9a-f]{32}$/);

export function alertActions(parts: ActionParts): Action[] {
  return [
    defineAction({
      verb: 'alerts.view',
      operation: 'look',
      input: z.object({ id: Id }),
      run: async (turn, { id }) => show(parts, turn, await visible(parts, turn, id)),
    }),
    simpleAction(parts, 'acknowledge', 'acknowledge'),
    simpleAction(parts, 'unacknowledge', 'acknowledge'),
    simpleAction(parts, 'end-silence', 'silence'),
    silenceAction(parts),
    defineAction({
      verb: 'alerts.more',
      operation: 'look',
      input: z.object({ id: Id }),
      async asks(turn, id) {
        const found = await visible(parts, turn, id);
        const { catalog, clock, systems } = parts.deps;
        const evidence = await readAlertEvidence(parts, found, turn.person.id);
        const seen = { evidence, catalog: catalog(), systems, now: clock.now(), viewer: turn.person.id };
        return askMore({ id, alert: found.value, ...seen });
      },
      run: async (turn, { id }) => show(parts, turn, await visible(parts, turn, id)),
    }),
    defineAction({
      verb: 'alerts.recheck',
      operation: 'recheck',
      async acts(turn, { id }) {
        const { service, environment } = (await visible(parts, turn, id)).value;
        return [{ operation: 'recheck', reach: { service, environment } }];
      },
      input: z.object({ id: Id }),
      async run(turn, { id }) {
        const { value } = await visible(parts, turn, id);
        await parts.recheck(value);
        const { service, environment } = value;
        const audit = {
          target: `${service} in ${environment}`,
          outcome: 'checked',
          detail: { alert: alertLabel(value) },
        };
        return { ...(await show(parts, turn, await visible(parts, turn, id))), audit };
      },
    }),
  ];
}

const events = {
  acknowledge: 'acknowledge',
  unacknowledge: 'unacknowledge',
  'end-silence': 'end silence',
} as const;

function simpleAction(parts: ActionParts, verb: keyof typeof events, operation: 'acknowledge' | 'silence'): Action {
  return defineAction({
    verb: `alerts.${verb}`,
    operation,
    acts: (turn, { id }) => actsOn(parts, turn, id, operation),
    input: z.object({ id: Id }),
    run: async (turn, { id }) => show(parts, turn, await act(parts, turn, id, { type: events[verb] })),
  });
}

function silenceAction(parts: ActionParts): Action {
  const { clock, systems } = parts.deps;
  return defineAction({
    verb: 'alerts.silence',
    operation: 'silence',
    acts: (turn, { id }) => actsOn(parts, turn, id, 'silence'),
    input: z.object({
      id: Id,
      until: z.enum(['1h', '4h', 'morning']).default('1h'),
      date: z.string().trim().max(100).default(''),
      why: z.string().trim().min(1, 'Enter a comment for the silence. Nothing was silenced.').max(500),
    }),
    freeText: ['why', 'date'],
    async asks(turn, id) {
      const { value } = await changeable(parts, turn, id, 'silence');
      const timeZone = await timeZoneOf(parts.deps, turn.person.id);
      const now = clock.now();
      return askSilence(value, { now, timeZone, systems }, silenceChoices(now, timeZone));
    },
    async run(turn, { id, until, date, why }) {
      const asked = { now: clock.now(), timeZone: await timeZoneOf(parts.deps, turn.person.id) };
      const end = readSilenceEnd(date === '' ? until : date, asked);
      return show(parts, turn, await act(parts, turn, id, { type: 'silence', until: end }, why));
    },
  });
}

/** What a person does about an alert. */
type Act =
  | { readonly type: 'acknowledge' | 'unacknowledge' | 'end silence' }
  | { readonly type: 'silence'; readonly until: number };

/** Does it, if this person can. Throws `UserError` if the alert doesn't allow it. */
export async function act(
  parts: Pick<ActionParts, 'deps' | 'alerts'>,
  { person, place, correlationId }: Turn,
  idOrNumber: string,
  change: Act,
  comment = '',
): Promise<Stored<Alert>> {
  const { id, value: before } = await changeable(parts, { person }, idOrNumber, change.type);
  const said = { by: person, comment: cleanText(comment, 500), correlationId, placeId: place.id };
  const { verdict, stored } = await parts.alerts.apply(id, { ...change, ...said } satisfies AlertEvent);
  if (verdict && 'refusal' in verdict) throw new UserError(describeRefusal(verdict.refusal, alertLabel(before)));
  if (!stored) throw goneError();
  return stored;
}

function describeRefusal(refusal: AlertRefusal, label: string): string {
  return {
    resolved: `${label} has already been resolved. Nothing was changed.`,
    'acknowledged already': `You already acknowledged ${label}. Nothing was changed.`,
    'not acknowledged': `Nobody has acknowledged ${label}. Nothing was changed.`,
    'not silenced': `${label} isn’t silenced in Gavel. Nothing was changed.`,
    'in the past': 'A silence must end in the future. Nothing was silenced.',
  }[refusal];
}

const goneError = (): UserError => new UserError('I can’t find that alert. Type `alerts` to see the open ones.');

/** Rejects with `UserError` if there is none, or if this person can't view it. */
export async function visible(
  { deps, alerts }: Pick<ActionParts, 'deps' | 'alerts'>,
  { person }: Pick<Turn, 'person'>,
  idOrNumber: string,
): Promise<Stored<Alert>> {
  const found = await alerts.find(idOrNumber);
  if (!found) throw goneError();
  const { service, environment } = found.value;
  if (!may(deps.catalog(), person.id, 'view', { service, environment }))
    throw cannotSee(deps.catalog(), { service, environment });
  return found;
}

async function changeable(
  parts: Pick<ActionParts, 'deps' | 'alerts'>,
  turn: Pick<Turn, 'person'>,
  idOrNumber: string,
  type: Act['type'],
): Promise<Stored<Alert>> {
  const found = await visible(parts, turn, idOrNumber);
  const { catalog: read, systems } = parts.deps;
  const catalog = read();
  const reach = reachOf(systems, found.value);
  const missing = reach.find((target) => !may(catalog, turn.person.id, 'operate', target));
  if (!missing) return found;
  const words = type === 'end silence' ? 'end the silence of' : type;
  const isOther = missing !== reach[0];
  throw lacksRight(catalog, {
    ...{ right: 'operate', reach: missing, act: `${words} ${alertLabel(found.value)}` },
    ...(isOther && {
      why: `In the tool that sent it, this alert also covers ${plainText(describeReach(missing), 120)}, so you need the operate permission for that, too.`,
    }),
  });
}

/** What is carried to a source takes effect for everything that the alert concerns there. */
export async function actsOn(
  parts: Pick<ActionParts, 'deps' | 'alerts'>,
  turn: Turn,
  id: string,
  operation: 'acknowledge' | 'silence',
) {
  const { value } = await visible(parts, turn, id);
  return reachOf(parts.deps.systems, value).map((reach) => ({ operation, reach }));
}

async function show(parts: ActionParts, turn: Turn, found: Stored<Alert>): Promise<Reply> {
  return { ...(await drawAlert(parts, found, turn.person.id)), about: alertTopic(found.id) };
}
