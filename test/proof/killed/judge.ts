import { repliesSpec } from '../../../src/chat/outbox';
import { activityKey, messageCollection } from '../../../src/chat/outbox/record';
import type { MessageRecord } from '../../../src/chat/outbox/record';
import type { Deployment } from '../../../src/features/deployments';
import { cardKey } from '../../../src/features/deployments/cards';
import { deploymentWorkflow } from '../../../src/features/deployments/workflow';
import type { AuditEntry, Store, Stored } from '../../../src/store/contract';
import { everyRecord } from '../../store/every-record';
import type { Sight } from './seen';
import { lookInto } from './store-files';
import { channelOf, nameOf } from './world';
import type { Journal, World } from './world';

/** Compares the final state with what was promised on the way. Everything in the lists is a failure. */
export interface Verdict {
  readonly deployments: number;
  readonly messages: number;
  /** Posts interrupted by a kill, so that nobody can know whether they arrived: those that Gavel repeated, or gave up. */
  readonly inFlight: number;
  /** Answered as approved, but not deployed or missing in the audit log. */
  readonly lostApprovals: readonly string[];
  /** Answered as requested, but without a deployment or its card. */
  readonly lostRequests: readonly string[];
  readonly doubleRuns: readonly string[];
  readonly doubleEntries: readonly string[];
  readonly auditBreaks: readonly string[];
  readonly unclear: readonly string[];
  /** Recorded as posted, but not there. */
  readonly unseenMessages: readonly string[];
  /** Given up because kills interrupted their post twice. */
  readonly givenUp: readonly string[];
  /** Posts without a record, except late answers: duplicates of posts that were in progress at a kill. */
  readonly twins: readonly string[];
}

/** Every failure in words; empty if there is none. */
export function faultsOf(verdict: Verdict, { unanswered }: Journal): string[] {
  const { twins, givenUp, inFlight } = verdict;
  const kinds = {
    'lost approval': verdict.lostApprovals,
    'lost request': verdict.lostRequests,
    'run twice': verdict.doubleRuns,
    'told twice in the audit': verdict.doubleEntries,
    'break of the audit chain': verdict.auditBreaks,
    unclear: verdict.unclear,
    'not to be seen': verdict.unseenMessages,
    'answered, but without a reply': unanswered,
    [`more twins than the ${inFlight} posts in flight`]: twins.length > inFlight ? twins : [],
    'more given up than posts in flight': givenUp.length * 2 > inFlight ? givenUp : [],
  };
  return Object.entries(kinds).flatMap(([kind, found]) => found.map((each) => `${kind}: ${each}`));
}

/** Judges a world whose instance has ended. */
export async function judge(world: World): Promise<Verdict> {
  return lookInto(world.folder, async (store) => {
    const deployments = await everyRecord(store, deploymentWorkflow.spec);
    const messages = new Map((await everyRecord(store, messageCollection)).map(({ id, value }) => [id, value]));
    const replies = new Set((await everyRecord(store, repliesSpec)).map(({ id }) => id));
    const entries = await everyEntry(store);
    const audit = await store.audit.verify();
    return {
      deployments: deployments.length,
      messages: world.connector.messages.size,
      inFlight: interruptedPosts(world.output()),
      lostApprovals: lostApprovals(world, deployments, entries),
      lostRequests: lostRequests(world, deployments, messages),
      doubleRuns: doubles(world.ledger.started.flatMap((run) => [run.key, `${run.service} ${run.version}`])),
      doubleEntries: doubles(entries.map(({ what, target }) => `${what} ${target}`).filter(happensOnce)),
      auditBreaks: audit.breaks.map(({ sequence, problem }) => `${sequence}: ${problem}`),
      unclear: deployments.filter(({ value }) => value.unclearSince !== undefined).map(({ value }) => nameOf(value)),
      ...seen(world, messages, replies),
    };
  });
}

/** A record forgets its interrupted posts when the message has something new to say; what was printed of them stays. */
function interruptedPosts(output: string): number {
  return output
    .split('\n')
    .filter((line) => line.includes('A post was interrupted') || line.includes('"kind":"unclear"')).length;
}

const happensOnce = (entry: string): boolean =>
  /^(approvals\.approve|deployments\.(request|approve|start|end)) /.test(entry);

function lostApprovals(
  { journal, ledger }: World,
  deployments: readonly Stored<Deployment>[],
  entries: readonly AuditEntry[],
): string[] {
  return journal.approved.flatMap((promised) => {
    const found = deployments.filter(({ value }) => nameOf(value) === nameOf(promised));
    const [deployment] = found;
    const runs = ledger.started.filter((run) => nameOf(run) === nameOf(promised)).length;
    const label = `D-${deployment?.value.number}`;
    const told = entries.filter(
      ({ what, target }) => what === 'approvals.approve' && target.split(' ', 1)[0] === label,
    ).length;
    const state = deployment?.value.state ?? 'missing';
    if (found.length === 1 && state === 'succeeded' && runs >= 1 && told >= 1) return [];
    return [`${nameOf(promised)}: ${state}, ${found.length} deployments, ${runs} runs, ${told} audit entries`];
  });
}

function lostRequests(
  { journal, connector, sights }: World,
  deployments: readonly Stored<Deployment>[],
  messages: ReadonlyMap<string, MessageRecord>,
): string[] {
  return journal.requested.flatMap((promised) => {
    const deployment = deployments.find(({ value }) => nameOf(value) === nameOf(promised));
    if (!deployment) return [`${nameOf(promised)}: no deployment`];
    const message = messages.get(cardKey(deployment.id));
    if (message?.state === 'undeliverable') return [];
    const { posted } = message ?? {};
    const card =
      posted &&
      connector.messages.has(posted.activityId) &&
      sights(channelOf(posted.placeId)).find(({ messageId }) => messageId === posted.activityId);
    if (!card) return [`${nameOf(promised)}: no card`];
    // Nobody could decide on a used picker, which only points to the card.
    return card.kind !== 'pointer' && card.kind !== 'picker' && card.text.includes(`${nameOf(promised)} to production`)
      ? []
      : [`${nameOf(promised)}: the message of its card is a ${card.kind}: ${card.text.slice(0, 60)}`];
  });
}

/**
 * Every message that the store wants people to see is there, once. `replies` were posted without the outbox, such as the late answer to a click on a slow
 * machine. A kill between its post and the record of it leaves one without a record; there are never more of those than promises of a later answer.
 */
function seen(
  { connector, sights, journal }: World,
  messages: ReadonlyMap<string, MessageRecord>,
  replies: ReadonlySet<string>,
): Pick<Verdict, 'unseenMessages' | 'givenUp' | 'twins'> {
  const known = new Map<string, string>();
  const unseenMessages: string[] = [];
  const givenUp: string[] = [];
  for (const [key, { state, posted, ambiguous, dueAt, revision, shownRevision }] of messages) {
    if (state === 'undeliverable' && ambiguous > 1) givenUp.push(key);
    else if (!posted || !connector.messages.has(posted.activityId)) unseenMessages.push(`${key}: ${state}`);
    else if (dueAt !== undefined || shownRevision !== revision) unseenMessages.push(`${key}: an older state is shown`);
    if (!posted) continue;
    const other = known.get(posted.activityId);
    if (other !== undefined) unseenMessages.push(`${key}: stands in the place of ${other}`);
    known.set(posted.activityId, key);
  }
  const places = new Set([...connector.messages.values()].map(({ conversation }) => channelOf(conversation)));
  const unknown = [...places]
    .flatMap((place) => sights(place))
    .filter(({ kind, messageId }) => kind !== 'picker' && kind !== 'words' && !known.has(messageId))
    .filter(
      ({ messageId, conversation }) =>
        !replies.has(activityKey({ placeId: channelOf(conversation), activityId: messageId })),
    )
    .filter(({ messageId }) => connector.messages.has(messageId));
  const lateAnswers = unknown.filter(mayAnswerLate).slice(0, journal.promisedLate);
  const twins = unknown
    .filter((sight) => !lateAnswers.includes(sight))
    .map(({ kind, conversation, text }) => `${kind} in ${conversation}: ${text.slice(0, 60)}`);
  return { unseenMessages, givenUp, twins };
}

/** Its card comes to the personal chat of the person who clicked; text comes where the click was, with a mention. */
const mayAnswerLate = ({ kind, conversation }: Sight): boolean => kind === 'end' || conversation.startsWith('a:');

function doubles(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `${name}: ${count} times`);
}

/** Page by page into the past; entries of one moment that are on two pages are read twice and counted once. */
async function everyEntry({ audit }: Store): Promise<AuditEntry[]> {
  const found = new Map<string, AuditEntry>();
  let until: number | undefined;
  for (;;) {
    const page = await audit.read({ limit: 1_000, until });
    for (const [index, entry] of page.entries())
      found.set(entry.key ?? `${entry.at}:${entry.what}:${entry.target}:${index}`, entry);
    const oldest = page.at(-1)?.at;
    if (page.length < 1_000 || oldest === undefined || oldest === until) return [...found.values()];
    until = oldest;
  }
}
