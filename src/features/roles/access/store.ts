import { idFrom } from '../../../core/keys';
import { momentInZone } from '../../../core/time/clock';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf, EffectCall } from '../../../workflows';
import type { Approvals } from '../../approvals';
import { tellPerson } from '../../contract';
import { timeZoneOf } from '../../contract';
import type { RoleParts } from '../commands';
import { describeWhere } from '../text';
import { accessFacts } from './cards';
import { readAllNotes, readNote } from './parse';
import { boundTo, waitsMs, whyLost } from './policy';
import { describeUnreadNote, describeNotGiven } from './text';
import { accessWorkflow, notesIn } from './workflow';
import type { AccessEffect, AccessRequest, AccessVerdict } from './workflow';

/** The requests for roles as they're stored, their approvals, and what is given in the end. */

export interface AccessParts extends RoleParts {
  readonly approvals: Approvals;
}

interface AccessStore {
  /** Asks those who may give it; the same id asks once. */
  ask(id: string, request: AccessRequest): Promise<void>;
}

const kind = 'access';

export function createAccessStore(parts: AccessParts): AccessStore {
  const { deps, grants, approvals } = parts;
  const { catalog, clock } = deps;
  const workflow = openWorkflow(deps, accessWorkflow, () => ({ effects: accessEffects(parts) }));

  async function known(id: string): Promise<AccessRequest> {
    const found = (await workflow.records.get(id))?.value;
    if (!found) throw new Error(`No request for access ${id}`);
    return found;
  }

  approvals.registerSubject(kind, {
    async ground(id) {
      const request = await known(id);
      return request.outcome ? undefined : whyLost(catalog(), request);
    },
    facts: async (id) => accessFacts(await known(id), id, catalog(), clock.now()),
    async boundTo(id) {
      const request = await known(id);
      return request.outcome ? undefined : boundTo(catalog(), request, id);
    },
    async objection(id, by, note) {
      const request = await known(id);
      const now = clock.now();
      const read = await readNote(deps, request, { by, at: now, note });
      if ('unread' in read) return describeUnreadNote(request.role, read, now, await timeZoneOf(deps, by.id));
      const { until } = read.given;
      if (until !== undefined && until <= now) return 'the time it is asked for is over';
      const refusal = grants.refusal(by.id, { ...read.given, role: request.role });
      if (refusal?.refusal === 'longer than you have')
        return `your own right to give it ends ${momentInZone(refusal.until, now, catalog().timeZone)}; give it until then at the latest`;
      return refusal && `you may not give ${request.role} ${describeWhere(read.given)} yourself`;
    },
    decided: async (id, outcome) => void (await workflow.apply(id, { type: 'decide', outcome }, {})),
  });

  return { ask: async (id, request) => void (await workflow.apply(id, { type: 'ask', request }, {})) };
}

function accessEffects({ deps, grants, approvals }: AccessParts): ActivityOf<AccessRequest, AccessVerdict>['effects'] {
  const { catalog } = deps;
  type Call = EffectCall<AccessRequest, AccessEffect>;

  /** Gives what was approved; why it was not given, where that has to be told. */
  async function give(id: string, request: AccessRequest): Promise<string | undefined> {
    const { outcome, role, person, reason } = request;
    if (outcome?.state !== 'approved') return describeNotGiven(request, outcome);
    const [by] = outcome.by;
    const given = by && (await readAllNotes(deps, request, notesIn(outcome, by)));
    if (!given) return describeNotGiven(request, 'unread');
    const lost = whyLost(catalog(), request) ?? (await approvals.whyLapsed(idFrom(kind, id)));
    if (lost !== undefined) return describeNotGiven(request, { state: 'lapsed', reason: lost });
    const { services, environments, until } = given;
    const verdict = await grants.apply({
      type: 'grant',
      id: idFrom(kind, id, 'grant'),
      to: { person },
      role,
      services,
      environments,
      until,
      by,
      reason,
      turn: idFrom(kind, id),
    });
    return 'refusal' in verdict ? describeNotGiven(request, { mayNot: by }) : undefined;
  }

  return {
    ask: async ({ id, value }: Call) =>
      approvals.open({
        id: idFrom(kind, id),
        kind,
        subjectId: id,
        target: { service: value.services?.[0], environment: value.environments?.[0] },
        requester: value.person,
        rule: { required: 1, role: value.givers, requesterMayApprove: false, expiresAfterSeconds: waitsMs / 1000 },
        boundTo: boundTo(catalog(), value, id),
        placeId: value.place.id,
        expiresAt: value.expiresAt,
        correlationId: value.correlationId,
      }),
    async settle({ id, value }: Call) {
      const text = await give(id, value);
      if (text !== undefined) await tellPerson(deps, value.person.id, `access:${id}`, { text });
    },
  };
}
