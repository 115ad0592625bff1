import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { holdsRoleEverywhere, personName, rightsOfRole } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { cleanText, enumerateFew, plainText } from '../../../core/text';
import { momentInZone } from '../../../core/time/clock';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf, EffectCall, Workflow } from '../../../workflows';
import type { Approvals, ApprovalSubject } from '../../approvals';
import { tellPerson, timeZoneOf } from '../../contract';
import { createAskLimit } from '../../policy';
import { rightNamed, roleNames, scopeOf, termArguments, termOf, whereArguments } from '../commands';
import type { RoleParts } from '../commands';
import { describeUnknownRole, describeUntil, describeWhere } from '../text';
import { readAllNotes, readNote } from './parse';
import {
  accessFacts,
  accessWorkflow,
  boundTo,
  describeNotGiven,
  describeUnreadNote,
  describeWanted,
  giversOf,
  narrowestRoleWith,
  notesIn,
  waitsMs,
  whyLost,
} from './workflow';
import type { AccessEffect, AccessEvent, AccessRequest, AccessVerdict } from './workflow';

/**
 * Requests a role for the person of this turn, as `access` does; the same key requests once. Rejects with `UserError` if it can't be requested, and
 * with `StoreUnavailableError`.
 */
export type AskForRole = (turn: Turn, args: Arguments, key: string) => Promise<Reply>;

interface AccessParts extends RoleParts {
  readonly approvals: Approvals;
}

const kind = 'access';

/** `access`: requests a role from people who can grant it; the answer arrives as a message. */
export function createAccess(
  parts: AccessParts,
  commands: () => readonly Command[],
): { readonly command: Command; readonly ask: AskForRole } {
  const { deps } = parts;
  const workflow = openWorkflow(deps, accessWorkflow, () => ({ effects: accessEffects(parts) }));
  parts.approvals.registerSubject(kind, accessSubject(parts, workflow));
  const limit = createAskLimit(deps);

  async function ask(turn: Turn, args: Arguments, key = turn.correlationId): Promise<Reply> {
    const { person, place, thread, correlationId } = turn;
    const now = deps.clock.now();
    const expiresAt = now + waitsMs;
    const catalog = deps.catalog();
    const scope = scopeOf(catalog, args);
    const role = roleFor(catalog, commands(), args['role'] ?? '');
    const asked = describeWanted(role, scope);
    const named = `the ${plainText(role)} role ${describeWhere(scope)}`;
    if (holdsRoleEverywhere(catalog, person.id, role, scope))
      return { text: `**You already have ${named}.** To see what it allows, type \`what can I do\`.` };
    const givers = giversOf(catalog, scope, person.id);
    if (!givers)
      throw new UserError(
        `Only you can grant ${named}, and you can’t approve your own request. No request was sent. You can add another admin in the settings or the catalog file.`,
      );
    const { until, reason: typed, timeZone } = await termOf(deps, turn, args);
    const id = idFrom(kind, key, role);
    await limit.count(person.id, kind, id);
    const request: AccessRequest = {
      ...{ person, role, rights: rightsOfRole(catalog, role), ...scope, givers: givers.role },
      ...{ place, thread, correlationId, askedAt: now, expiresAt, reason: cleanText(typed, 200) },
      ...(until !== undefined && { until }),
      ...(personName(catalog, person.id) !== undefined && { wasKnown: true as const }),
    };
    await workflow.apply(id, { type: 'ask', request }, {});
    const whoCan =
      givers.names.length === 1 ? '' : givers.names.length === 2 ? ' Either of them can.' : ' Any of them can.';
    const end = describeUntil(until, now, timeZone);
    return {
      text: `**I asked ${enumerateFew(givers.names)} to grant you ${named}${end}.**${whoCan} The request expires ${momentInZone(expiresAt, now, timeZone)}.`,
      audit: { target: asked, outcome: 'asked' },
    };
  }

  const command: Command = {
    name: 'role request',
    phrasings: [
      'i need access [to|on|for] [{service}]',
      'i want access [to|on|for] [{service}]',
      'give me access [to|on|for] [{service}]',
      'how do i get access [to|on|for] [{service}]',
    ],
    operation: 'request-access',
    synonyms: ['access', 'request access', 'ask for access'],
    summary: 'Request access from the people who can grant it',
    topic: 'Talk',
    arguments: [
      { name: 'role', kind: 'word', summary: 'a role, a permission, or a command', required: true, choices: roleNames },
      ...whereArguments,
      ...termArguments,
    ],
    examples: [
      'role request developer on shop in staging until Friday because I’m joining the shop team',
      'role request deploy on shop',
    ],
    run: (turn, args) => ask(turn, args),
  };
  return { command, ask };
}

/** A role by its name; for a right or a command, the smallest role that includes it. */
function roleFor(catalog: Catalog, commands: readonly Command[], said: string): string {
  const wanted = rightNamed(catalog, commands, said);
  if (wanted === undefined) throw new UserError(describeUnknownRole(catalog, said));
  if (typeof wanted !== 'string') return wanted.role;
  const role = narrowestRoleWith(catalog, wanted);
  if (role === undefined)
    throw new UserError(
      `No role includes the \`${wanted}\` permission. No request was sent. The people who run Gavel can add such a role to the catalog.`,
    );
  return role;
}

/** What approvals need to know about a request for a role. */
function accessSubject(
  { deps, grants }: AccessParts,
  workflow: Workflow<AccessRequest, AccessEvent, object, AccessVerdict>,
): ApprovalSubject {
  const { catalog, clock } = deps;

  async function requireRequest(id: string): Promise<AccessRequest> {
    const found = (await workflow.records.get(id))?.value;
    if (!found) throw new Error(`No request for access ${id}`);
    return found;
  }
  return {
    async ground(id) {
      const request = await requireRequest(id);
      return request.outcome ? undefined : whyLost(catalog(), request);
    },
    facts: async (id) => accessFacts(await requireRequest(id), id, catalog(), clock.now()),
    async boundTo(id) {
      const request = await requireRequest(id);
      return request.outcome ? undefined : boundTo(catalog(), request, id);
    },
    async objection(id, by, note) {
      const request = await requireRequest(id);
      const now = clock.now();
      const read = await readNote(deps, request, { by, at: now, note });
      if ('unread' in read) return describeUnreadNote(request.role, read, now, await timeZoneOf(deps, by.id));
      const { until } = read.given;
      if (until !== undefined && until <= now) return 'the requested end has passed';
      const refusal = grants.refusal(by.id, { ...read.given, role: request.role });
      if (refusal?.refusal === 'longer than you have')
        return `your own admin role ends ${momentInZone(refusal.until, now, catalog().timeZone)}; choose an end date no later than that`;
      return refusal && `you can’t grant ${request.role} ${describeWhere(read.given)} yourself`;
    },
    decided: async (id, outcome) => void (await workflow.apply(id, { type: 'decide', outcome }, {})),
  };
}

function accessEffects({ deps, grants, approvals }: AccessParts): ActivityOf<AccessRequest, AccessVerdict>['effects'] {
  const { catalog } = deps;
  type Call = EffectCall<AccessRequest, AccessEffect>;

  /** Grants what was approved; returns why it wasn't granted, if somebody has to be told. */
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
      ...{ type: 'grant', id: idFrom(kind, id, 'grant'), turn: idFrom(kind, id) },
      ...{ to: { person }, role, services, environments, until, by, reason },
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
