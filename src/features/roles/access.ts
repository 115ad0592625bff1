import type { Arguments, Command, Reply, Turn } from '../../chat/contract';
import { builtInRoles, rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { mayEverywhere, rightsOfRole, whoHoldsEverywhere, personName } from '../../core/catalog/rights';
import type { Reach, Scope } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText } from '../../core/text';
import { momentInZone } from '../../core/time/words';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { ApprovalOutcome, Approvals } from '../approvals';
import { createAskLimit } from '../ask-limit';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import { accessSpec, decidedRequest, newRequest, saidWith } from './access-record';
import type { AccessRequest } from './access-record';
import { accessFacts } from './access-facts';
import { whyLost } from './access-ground';
import { givenBy, readSaid } from './access-notes';
import type { GrantBook } from './book';
import { roleNames, termArguments, whereArguments } from './commands';
import { holdsAlready } from './judge';
import { noRoleWords, scopeOf, termOf } from './scope';
import { rightNamed } from './show';
import { scopeWords, unreadNote, untilWords } from './words';

/** `access`: asks those who may give it for a role; the answer comes back by itself. */

/** Asks for a role for the person of this turn, as `access` does; the same key asks once. Throws `UserError` when it can not be asked for. */
export type AskForRole = (turn: Turn, args: Arguments, key: string) => Promise<Reply>;

const kind = 'access';
const waitsMs = 7 * 86_400_000;

export function createAccess(
  deps: FeatureDependencies,
  book: GrantBook,
  approvals: Approvals,
  commands: () => readonly Command[],
): { readonly command: Command; readonly ask: AskForRole } {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const requests = store.collection(accessSpec);
  const limit = createAskLimit(deps);

  async function known(id: string): Promise<AccessRequest> {
    const found = (await requests.get(id))?.value;
    if (!found) throw new Error(`No request for access ${id}`);
    return found;
  }

  async function decided(id: string, outcome: ApprovalOutcome): Promise<void> {
    const stored = await requests.update(id, (request) => decidedRequest(request, outcome, clock.now()));
    if (stored?.changed) sweeper.kick(kind, id);
  }

  async function perform({ id, value }: Stored<AccessRequest>, effect: PendingEffect): Promise<void> {
    if (effect.kind === 'ask') return openApproval(id, value);
    const words = await settle(id, value);
    if (words === undefined) return;
    await outbox.put({
      key: `access:${id}`,
      destination: { to: 'person', personId: value.person.id },
      content: { text: words },
      revision: 1,
      final: true,
    });
  }

  async function openApproval(id: string, request: AccessRequest): Promise<void> {
    await approvals.open({
      id: idFrom(kind, id),
      kind,
      subjectId: id,
      target: targetOf(request),
      requester: request.person,
      rule: {
        required: 1,
        role: request.givers,
        requesterMayApprove: false,
        expiresAfterSeconds: waitsMs / 1000,
      },
      boundTo: boundTo(catalog(), request, id),
      placeId: request.place.id,
      expiresAt: request.expiresAt,
      correlationId: request.correlationId,
    });
  }

  /** Gives what was approved; what is to be told where the new right does not speak for itself. */
  async function settle(id: string, request: AccessRequest): Promise<string | undefined> {
    const { outcome, role, person } = request;
    const asked = `${plainText(role)} ${scopeWords(request)}`;
    if (outcome?.state === 'rejected')
      return `**Not given**: ${asked}. ${plainText(outcome.by.name, 60)} said no: ${plainText(outcome.reason, 300)}`;
    if (outcome?.state === 'lapsed')
      return `**Not given**: ${asked}. ${plainText(outcome.reason, 500)} Ask again with \`access\`.`;
    if (outcome?.state !== 'approved')
      return `**Not given**: ${asked}. Nobody decided in time. Ask again with \`access\`, or speak to an admin.`;
    const [by] = outcome.by;
    const given = by && (await givenBy(deps, request, saidWith(outcome, by)));
    if (!given)
      return `**Not given**: ${asked}. I can't follow all that the approvers wrote with it. Ask again with \`access\`.`;
    const lost = whyLost(catalog(), request) ?? (await approvals.whyLapsed(idFrom(kind, id)));
    if (lost !== undefined) return `**Not given**: ${asked}. ${plainText(lost, 500)} Ask again with \`access\`.`;
    const { services, environments, until } = given;
    const verdict = await book.apply({
      type: 'grant',
      id: idFrom(kind, id, 'grant'),
      to: { person },
      role,
      services,
      environments,
      until,
      by,
      reason: request.reason,
      turn: idFrom(kind, id),
    });
    if (!('refusal' in verdict)) return undefined;
    return `**Not given**: ${asked}, although ${plainText(by.name, 60)} said yes: by now they may not give it themselves. Ask again with \`access\`.`;
  }

  sweeper.register<AccessRequest>({ name: kind, collection: requests, perform });
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
      const read = await readSaid(deps, request, { by, at: clock.now(), note });
      if ('unread' in read) return unreadNote(request.role, read, clock.now(), await timeZoneOf(deps, by.id));
      const { until } = read.given;
      if (until !== undefined && until <= clock.now()) return 'the time it is asked for is over';
      const refusal = book.refusal(by.id, { ...read.given, role: request.role });
      if (refusal?.refusal === 'longer than you have')
        return `your own right to give it ends ${momentInZone(refusal.until, clock.now(), catalog().timeZone)}; give it until then at the latest`;
      return refusal && `you may not give ${request.role} ${scopeWords(read.given)} yourself`;
    },
    decided,
  });

  async function ask(turn: Turn, args: Arguments, key = turn.correlationId): Promise<Reply> {
    const now = clock.now();
    const all = catalog();
    const scope = scopeOf(all, args);
    const role = roleFor(all, commands(), args['role'] ?? '');
    const asked = `${plainText(role)} ${scopeWords(scope)}`;
    if (holdsAlready(all, turn.person.id, role, scope))
      return { text: `**You have that already**: ${asked}. \`what can I do\` shows what it opens.` };
    const giver = giversOf(all, scope, turn.person.id);
    if (!giver)
      throw new UserError(
        'Nobody but you could give that, so nobody was asked. The first admins are named in the settings or in the catalog file.',
      );
    const { until, reason, timeZone } = await termOf(deps, turn, args);
    const { person, place, thread, correlationId } = turn;
    const id = idFrom(kind, key, role);
    await limit.count(person.id, 'access', id);
    const opening = {
      person: { id: person.id, name: person.name },
      role,
      rights: rightsOfRole(all, role),
      ...scope,
      ...(until !== undefined && { until }),
      reason: cleanText(reason, 200),
      givers: giver.role,
      ...(personName(all, person.id) !== undefined && { wasKnown: true as const }),
      place,
      thread,
      correlationId,
      askedAt: now,
      expiresAt: now + waitsMs,
    };
    await requests.upsert(id, (stored) => stored ?? newRequest(opening));
    sweeper.kick(kind, id);
    const end = untilWords(until, now, timeZone);
    return {
      text: `**I have asked ${enumerate(giver.names.slice(0, 4), 'or')}** for ${asked}${end}. The answer comes to you, at the latest ${momentInZone(now + waitsMs, now, timeZone)}.`,
      audit: { target: asked, outcome: 'asked' },
    };
  }

  const command: Command = {
    name: 'access',
    operation: 'request-access',
    synonyms: ['request access', 'ask for access'],
    summary: 'Asks for a right; it goes to those who may give it',
    topic: 'Talk',
    arguments: [
      { name: 'role', kind: 'word', summary: 'a role, a right or a command', required: true, choices: roleNames },
      ...whereArguments,
      ...termArguments,
    ],
    examples: [
      'access developer on shop in staging until Friday because I join the shop team',
      'access deploy on shop',
    ],
    right: undefined,
    inManifest: false,
    run: (turn, args) => ask(turn, args),
  };
  return { command, ask };
}

/** A role by its name; for a right or a command the role that gives it with the least beside it. */
function roleFor(catalog: Catalog, commands: readonly Command[], said: string): string {
  const wanted = rightNamed(catalog, commands, said);
  if (wanted === undefined) throw new UserError(noRoleWords(catalog, said, Object.keys(builtInRoles)));
  if (typeof wanted !== 'string') return wanted.role;
  const allowing = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes(wanted));
  const count = (role: string): number => rightsOfRole(catalog, role).length;
  const [least] = allowing.sort((a, b) => count(a) - count(b));
  if (least === undefined) throw new UserError(`No role allows \`${wanted}\`, so nobody was asked.`);
  return least;
}

/** The role whose holders are asked, and who they are besides the one who asks. */
function giversOf(catalog: Catalog, scope: Scope, asker: string): { role: string; names: string[] } | undefined {
  const admins = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes('admin'));
  const found = ['admin', ...admins].map((role) => ({
    role,
    names: (admins.includes(role) ? whoHoldsEverywhere(catalog, role, scope) : [])
      .filter(({ id }) => id !== asker && mayEverywhere(catalog, id, 'admin', scope))
      .map(({ name }) => plainText(name, 60)),
  }));
  return found.find(({ names }) => names.length > 0);
}

const targetOf = ({ services, environments }: Scope): Reach => ({
  service: services?.[0],
  environment: environments?.[0],
});

/** Changes when the role comes to mean something else. */
function boundTo(catalog: Catalog, { role }: AccessRequest, id: string): string {
  const allowed: readonly Right[] = rights.filter((right) => rightsOfRole(catalog, role).includes(right));
  return `${id}:${allowed.join()}`;
}
