import type { CardContent, Command, Reply, Turn } from '../../chat/contract';
import { bandState } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { describeReach, namedReach } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import type { RefusedAct } from '../../core/refusal';
import { cleanText, plainText, plural } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import type { ApprovalParts } from './commands';
import type { WaitingApproval } from './contract';
import type { Delegation } from './delegations/workflow';
import { barsOf, decidersOf } from './policy';
import type { Identified } from './record';
import { barredFrom, describeDeciders } from './text';

/** What the list shows that changes. */
export const waitingShows = ['approvals', 'delegations', 'granted-rights'] as const;

const maxListed = 10;

/** The list as an answer: a channel doesn't need to see what’s waiting for one person. */
export async function showWaiting(parts: ApprovalParts, turn: Turn, within: Reach = {}): Promise<Reply> {
  return { ...(await waitingCard(parts, turn, within)), isForOne: true };
}

/** What is waiting for this person everywhere, and this person's own requests with who can decide them. */
async function waitingCard(
  { deps, approvals }: ApprovalParts,
  turn: Pick<Turn, 'person' | 'reference'>,
  within: Reach = {},
): Promise<CardContent> {
  const catalog = deps.catalog();
  const me = turn.person.id;
  const now = deps.clock.now();
  const until = ({ value }: Identified): string =>
    `until ${describeMoment(value.request.expiresAt, now, catalog.timeZone)}`;
  // The newest first, so that one person's many old requests hide nothing newer.
  const waiting = [...(await approvals.waiting())]
    .reverse()
    .filter(({ value }) => isWithin(value.request.target, within));
  const given = await approvals.delegations.active();
  const where = describeReach(within);
  const there = where === '' ? '' : ` for ${where}`;
  const deciders = ({ value }: Identified) => decidersOf(catalog, value, given);
  const mine = waiting.filter((each) => deciders(each).some(({ id }) => id === me));
  const asked = waiting.filter((each) => each.value.request.requester.id === me && !mine.includes(each));
  const askedBy = (each: Identified): string =>
    `requested by ${cleanText(each.value.request.requester.name, 60)}, ${until(each)}`;
  const decidedBy = (each: Identified): string =>
    `${unescaped(describeDeciders(each.value, { catalog, deciders: deciders(each) }))} Open ${until(each)}`;
  return {
    card: 'approvals/list',
    data: {
      kind: 'Approvals',
      state: {
        ...bandState(mine.length > 0 ? 'waiting' : 'done'),
        ...(mine.length === 0 && { word: 'Nothing to approve', tone: 'emphasis' }),
      },
      title: mine.length === 0 && asked.length > 0 ? 'Your requests' : 'Waiting for you',
      summary:
        (mine.length === 0 ? 'Nothing is waiting for your approval' : `${mine.length} waiting for your approval`) +
        there,
      sentence: sentenceOf(mine.length, asked.length, there),
      rows: mine.slice(0, maxListed).map((each) => row(each, askedBy(each))),
      rowsMore: describeMore(mine.length),
      // Several can be approved at once only if all of them are shown.
      choices: mine.length > 1 ? mine.slice(0, maxListed).map(choice) : [],
      othersTitle: asked.length > 0 ? 'Your requests, waiting for others' : '',
      others: asked.slice(0, maxListed).map((each) => row(each, decidedBy(each))),
      othersMore: describeMore(asked.length),
      footer: `For ${plainText(turn.person.name, 60)} · as of ${footerTime(now, catalog.timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

function row({ id, value }: Identified, detail: string) {
  const label = cleanText(value.label);
  const title = value.askedFacts?.title;
  return { id, title: `Open ${label}`, what: title ? `${label}: ${cleanText(title, 120)}` : label, detail };
}

function choice({ id, value }: Identified): { title: string; value: string } {
  const what = value.askedFacts?.title;
  return { title: cleanText(what ? `${value.label}: ${what}` : value.label, 160), value: id };
}

/** Whether a request is for the named service and environment; one for several of them is only for everything. */
function isWithin(target: Reach, { service, environment }: Reach): boolean {
  return (
    (service === undefined || target.service === service) &&
    (environment === undefined || target.environment === environment)
  );
}

/** `there`: ` for shop in production`, or nothing. */
function sentenceOf(mine: number, asked: number, there: string): string {
  const count =
    mine === 0
      ? `**Nothing${there} is waiting for you.**`
      : `**${plural(mine, 'request')}${there} ${mine === 1 ? 'is' : 'are'} waiting for you.**`;
  if (asked === 0) return count;
  return `${count} ${asked} of your requests ${asked === 1 ? 'is' : 'are'} waiting for others.`;
}

function describeMore(count: number): string {
  return count > maxListed ? `and ${count - maxListed} more` : '';
}

/** Names in a TextRun need no escapes. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([\\`*_[\]()<>#~|!])/g, '$1');
}

/** Questions about what is waiting for somebody. */
const waitingPhrasings = [
  'what|anything is waiting|pending|open [for] [me|approval|my approval]',
  'what waits [for me|for approval]',
  'what|anything needs [my] approval|approving',
  'what do|can|should|must i [have to] approve',
  'what do i have|need to approve',
  'is there anything|something to approve|waiting',
  'anything to approve|sign',
  'who is waiting [for me|for approval|for an approval]',
  'pending|open|waiting approvals|requests',
  'do i have [any] approvals|requests',
  'my approvals',
];

/** Questions about who decided a request, or has to. */
const requestPhrasings = [
  'who [has] approved|rejected|declined|confirmed [deployment|request] {id}',
  'who signed off [on] {id}',
  'who (can|must|should|may|has to|needs to) approve [deployment|request] {id}',
  'has {id} been approved|rejected',
  'is|was {id} [already] approved|rejected',
  'when was {id} approved|rejected',
  'why was {id} rejected|declined',
  'what is {id} waiting for',
  'what does {id} wait for',
  'approval|approvals [of|for] {id}',
];

/** The commands that show requests. `open` shows the one with this number to people who can view it; undefined if there is none. */
export function approvalLists(
  parts: ApprovalParts,
  open: (turn: Turn, label: string) => Promise<Reply | undefined>,
): Command[] {
  const list: Command = {
    name: 'approvals',
    phrasings: waitingPhrasings,
    isInFront: true,
    operation: 'look',
    summary: 'List what you can approve, including pipeline steps',
    shows: waitingShows,
    topic: 'Decide',
    arguments: [
      { name: 'service', kind: 'service', summary: 'only this service; leave it out for all of them' },
      { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
    ],
    examples: ['approvals', 'approvals shop in production'],
    right: 'view',
    run: (turn, args) => showWaiting(parts, turn, namedReach(parts.deps.catalog(), args)),
  };
  const one: Command = {
    name: 'approvals show',
    operation: 'look',
    summary: 'Show who approved or rejected a request',
    phrasings: requestPhrasings,
    topic: 'Decide',
    arguments: [
      { name: 'id', kind: 'deployment', summary: 'its number, such as D-1042', label: 'Request', required: true },
    ],
    examples: ['approvals show D-1042'],
    right: 'view',
    async run(turn, { id = '' }) {
      const shown = await open(turn, id);
      if (shown) return shown;
      throw new UserError(
        `No approval was requested for ${plainText(id, 40)}. To see its status, type \`deployments ${plainText(id, 40)}\`.`,
      );
    },
  };
  return [list, one];
}

/** The approvals that this person can decide, the newest first. */
export function decidableBy(
  personId: string,
  catalog: Catalog,
  waiting: readonly Identified[],
  delegations: readonly Delegation[],
): WaitingApproval[] {
  return waiting
    .filter(({ value }) => decidersOf(catalog, value, delegations).some((each) => each.id === personId))
    .map(({ id, value: { label, request, askedFacts } }) => ({
      ...request,
      ...{ id, label, title: askedFacts?.title ?? label },
    }))
    .reverse();
}

/** What the refusal of somebody who can't approve anything says about a waiting request: who can decide it, and what bars this person whatever they are granted. */
export async function describeLacking(
  { deps, approvals }: ApprovalParts,
  type: 'approve' | 'reject',
  personId: string,
  label: string | undefined,
): Promise<Partial<RefusedAct> | undefined> {
  const record = label === undefined ? undefined : await approvals.find(label);
  if (record?.value.state !== 'waiting') return undefined;
  const deciders = await approvals.deciders(record.value);
  const bar = barsOf(deps.catalog(), record.value)(personId);
  const barred = bar && barredFrom(type, bar, record.value, deciders);
  return barred ? { ...barred.refusal, asks: undefined } : { able: deciders.map(({ name }) => name) };
}
