import type { Person, Place } from '../../../chat/contract';
import { rights } from '../../../core/catalog';
import type { Catalog, Right } from '../../../core/catalog';
import { coversPipelines } from '../../../core/catalog/pipelines/coverage';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import { mayEverywhere, personName, rightsOfRole, whoHoldsEverywhere } from '../../../core/catalog/rights';
import type { Scope } from '../../../core/catalog/rights';
import { lookUp } from '../../../core/keys';
import { capitalize, enumerate, plainText, quote } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import { defineWorkflow } from '../../../workflows';
import type { Change, WorkflowRecord } from '../../../workflows';
import type { ApprovalOutcome, SubjectFacts } from '../../approvals';
import { roleNames } from '../commands';
import { describeUntil, describeWhere } from '../text';

/** Somebody requests a role. Pure. */
export interface AccessRequest extends Scope, WorkflowRecord {
  readonly person: Person;
  readonly role: string;
  /** The rights of the role at the request: an approval of anything else doesn't count. */
  readonly rights: readonly string[];
  readonly until?: number;
  readonly reason: string;
  /** The role whose holders decide. */
  readonly givers: string;
  /** The catalog knew the person at the request; a new person is known through the grant. */
  readonly wasKnown?: true;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly askedAt: number;
  readonly expiresAt: number;
  readonly outcome?: ApprovalOutcome;
}

export type AccessEvent =
  | { readonly type: 'ask'; readonly request: AccessRequest }
  | { readonly type: 'decide'; readonly outcome: ApprovalOutcome };

/** `ask` opens the approval; `settle` grants what was approved, or says why not. */
export interface AccessEffect {
  readonly kind: 'ask' | 'settle';
  readonly key: string;
}

export type AccessVerdict = Change<AccessRequest, AccessEffect> | undefined;

export const accessWorkflow = defineWorkflow({
  name: 'access',
  collection: {
    name: 'access-requests',
    schema: 1,
    indexes: { person: ({ person }) => person.id },
    queries: [{ where: ['person'] }],
    expiresAt: ({ outcome, askedAt }) => (outcome ? askedAt + defaultRetentionMs('accessRequests') : undefined),
  },
  transition: accessTransition,
  isOver: ({ outcome }) => outcome !== undefined,
});

/** It is requested once, and the decision counts once. */
function accessTransition(request: AccessRequest | undefined, event: AccessEvent, _context: object): AccessVerdict {
  if (event.type === 'ask')
    return request ? undefined : { record: event.request, effects: [{ kind: 'ask', key: 'ask' }] };
  if (!request || request.outcome) return undefined;
  return { record: { ...request, outcome: event.outcome }, effects: [{ kind: 'settle', key: 'settle' }] };
}

/** The note that somebody wrote with their approval, and when. */
export type ApproverNote = NonNullable<Extract<ApprovalOutcome, { state: 'approved' }>['said']>[number];

/** All notes; earlier versions stored neither author nor time. */
export function notesIn(
  { said, notes = [], at }: Extract<ApprovalOutcome, { state: 'approved' }>,
  by: Person,
): readonly ApproverNote[] {
  return said ?? notes.map((note) => ({ by, at, note }));
}

/** Who decides a request, and what it's about. Pure. */

/** How long a request waits for its decision. */
export const waitsMs = 7 * 86_400_000;

/** The smallest role that includes the right; undefined if none does. */
export function narrowestRoleWith(catalog: Catalog, right: Right): string | undefined {
  const count = (role: string): number => rightsOfRole(catalog, role).length;
  const allowing = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes(right));
  return allowing.sort((a, b) => count(a) - count(b))[0];
}

/** The role whose holders are asked, and who they are, without the requester. */
export function giversOf(
  catalog: Catalog,
  scope: Scope,
  asker: string,
): { readonly role: string; readonly names: readonly string[] } | undefined {
  const admins = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes('admin'));
  const found = ['admin', ...admins].map((role) => ({
    role,
    names: (admins.includes(role) ? whoHoldsEverywhere(catalog, role, scope) : [])
      .filter(({ id }) => id !== asker && mayEverywhere(catalog, id, 'admin', scope))
      .map(({ name }) => plainText(name, 60)),
  }));
  return found.find(({ names }) => names.length > 0);
}

/** Changes if the role gets other rights. */
export function boundTo(catalog: Catalog, request: AccessRequest, id: string): string {
  const allowed = allowedBy(catalog, request);
  return `${id}:${rights.filter((right) => allowed.includes(right)).join()}`;
}

/** What the role would allow there. With only services or environments, it covers no pipeline. */
function allowedBy(catalog: Catalog, { role, services, environments }: AccessRequest): readonly Right[] {
  const scope = { ...(services && { services }), ...(environments && { environments }) };
  return rightsOfRole(catalog, role).filter((right) => right !== 'run' || coversPipelines(scope));
}

/** Why it can't be granted anymore, whoever approves it: a complete sentence of outside text. */
export function whyLost(catalog: Catalog, request: AccessRequest): string | undefined {
  const { role, rights: asked, person, wasKnown, services = [], environments = [] } = request;
  const service = services.find((name) => !lookUp(catalog.services, name));
  if (service !== undefined) return `The ${service} service is no longer in the catalog.`;
  const environment = environments.find((name) => !lookUp(catalog.environments, name));
  if (environment !== undefined) return `The ${environment} environment is no longer in the catalog.`;
  const runsIn = (name: string) => services.some((each) => lookUp(catalog.services, each)?.environments.includes(name));
  const left = services.length === 0 ? undefined : environments.find((name) => !runsIn(name));
  if (left !== undefined)
    return `${enumerate(services)} no longer ${services.length === 1 ? 'runs' : 'run'} in ${left}.`;
  if (wasKnown && personName(catalog, person.id) === undefined) return `${person.name} is no longer in the catalog.`;
  if (rightsOfRole(catalog, role).length === 0) return `The ${role} role no longer exists.`;
  return allowedBy(catalog, request).every((right) => asked.includes(right))
    ? undefined
    : `The ${role} role now allows more than when it was requested.`;
}

/** `developer on shop in staging` */
export function describeWanted(role: string, scope: Scope): string {
  return `${plainText(role)} ${describeWhere(scope)}`;
}

type WhyNotGiven =
  | Exclude<ApprovalOutcome, { state: 'approved' | 'lapsed' }>
  | { readonly state: 'lapsed'; readonly reason: string }
  | { readonly mayNot: Person }
  | 'unread'
  | undefined;

/** What the requester of a failed request is told. */
export function describeNotGiven(request: AccessRequest, why: WhyNotGiven): string {
  const lead = `**I didn’t grant you the ${plainText(request.role)} role** ${describeWhere(request)}`;
  if (why === 'unread')
    return `${lead}, because I don’t understand an approver’s note. Request the role again with \`access\`.`;
  if (why && 'mayNot' in why)
    return `${lead}. ${plainText(why.mayNot.name, 60)} approved your request but can no longer grant the role. Request it again with \`access\`.`;
  if (why?.state === 'rejected')
    return `${lead}. ${plainText(why.by.name, 60)} rejected your request: ${quote(why.reason, 300)}.`;
  if (why?.state === 'lapsed') return `${lead}. ${plainText(why.reason, 500)} Request the role again with \`access\`.`;
  return `${lead}. Nobody approved your request in time. Request the role again with \`access\`, or talk to an admin.`;
}

/** Shows an approver which parts of their note were understood; nothing is granted before they write it again. */
export function describeUnreadNote(
  role: string,
  { unread, understood }: { readonly unread: string; readonly understood: Scope & { readonly until?: number } },
  now: number,
  timeZone: string,
): string {
  const end = describeUntil(understood.until, now, timeZone) || ' with no end date';
  const leavesNothing = understood.services?.length === 0 || understood.environments?.length === 0;
  const rest = leavesNothing
    ? 'Those limits would leave nothing to grant.'
    : `Without that, you would grant the ${role} role ${describeWhere(understood)}${end}.`;
  return `I don’t understand ${unread}. ${rest} Type only limits, such as “only staging until Friday”, or “as requested”. Put everything else after “note:”`;
}

/** What the card of a role request shows, and how to grant less. Pure. */
export function accessFacts(request: AccessRequest, id: string, catalog: Catalog, now: number): SubjectFacts {
  const { person, role, rights, until, reason } = request;
  const { timeZone } = catalog;
  return {
    title: `${role} ${describeWhere(request)} for ${person.name}`,
    label: `A-${id.slice(0, 6)}`,
    nothingIs: 'granted',
    approveTitle: 'Grant role',
    facts: [
      { title: 'Allows', value: capitalize(plainText(enumerate(rights), 200)) },
      {
        title: 'Ends',
        value: until === undefined ? 'When it’s revoked' : plainText(describeMoment(until, now, timeZone)),
      },
      ...(reason === '' ? [] : [{ title: 'Reason', value: quote(reason) }]),
    ],
    choices: [
      ...choice('Where', 'Everywhere requested', request.environments, Object.keys(catalog.environments)),
      ...choice('Services', 'All requested', request.services, Object.keys(catalog.services)),
      {
        label: 'Duration',
        options: [{ title: until === undefined ? 'Until revoked' : 'As requested', words: '' }, ...spans],
      },
    ],
  };
}

const spans = ['1 day', '7 days', '30 days'].map((span) => ({ title: `At most ${span}`, words: `for ${span}` }));

/** Only if there is something to leave out. */
function choice(
  label: string,
  all: string,
  asked: readonly string[] | undefined,
  known: readonly string[],
): { label: string; options: { title: string; words: string }[] }[] {
  const names = asked ?? known;
  if (names.length < 2 || names.length > 20) return [];
  const options = names.map((name) => ({ title: `Only ${name}`, words: `only ${name}` }));
  return [{ label, options: [{ title: all, words: '' }, ...options] }];
}
