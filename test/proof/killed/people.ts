import type { Activity } from '../../../src/playground/activities';
import type { SampleConversation } from '../../../src/playground/world';
import { eventually, patienceMs } from '../../patience';
import { channelNumber, createPeople, dana, deliver, textIn } from '../harness';
import type { Answer } from '../harness';
import type { Sight } from './seen';
import { approverOf, channelOf, nameOf } from './world';
import type { Promised, World } from './world';

/** What people and Teams do with a bot that dies: they request, approve, and repeat what got no answer. */

const noReplyMs = 60_000;
let ids = 0;
const freshId = (): string => `f:${Date.now()}-${(ids += 1)}`;

/** A person's channel for each service. */
export function channelFor(service: string): SampleConversation {
  return channelNumber(Number(service.slice(1)));
}

/** Delivers until it is answered: after a broken connection the very same once more; then, as Teams does with clicks, under a new id. */
async function insist(world: World, activity: Activity, renews: boolean): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await deliver(world.port, renews && tries > 1 ? { ...activity, id: freshId() } : activity);
    if (answer.status === 200) return answer;
    if (answer.status !== 0) throw new Error(`Answered ${answer.status}: ${textIn(answer.body)}`);
    world.journal.redelivered += 1;
    await world.serving();
    if (world.closed()) throw new Error('The world has ended');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Clicks until the answer says that it is done; "still working" doesn't count as a promise. */
async function clickUntil(world: World, says: RegExp, what: string, click: () => Activity): Promise<string> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const text = textIn((await insist(world, click(), true)).body);
    if (says.test(text)) return text;
    if (text.includes('Still working on it')) world.journal.promisedLate += 1;
    if (Date.now() > until) throw new Error(`${what} was never answered with ${says.source}, but with: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Gavel can only send personal messages to people it has met. */
export async function introduceApprovers(world: World): Promise<void> {
  const people = createPeople(world.connector.url);
  for (const service of world.services)
    await insist(world, people.says(approverOf(service), channelFor(service), 'hello'), false);
}

/** From the typed line to the approval card; the request counts as promised once the answer says so. */
export async function ask(world: World, { service, version }: Promised): Promise<Sight> {
  const people = createPeople(world.connector.url);
  const picker = await typeUntilAnswered(world, service, version);
  const choice = { id: picker.recordId, service, release: version, environment: 'production' };
  await clickUntil(world, /\bRequest D-\d+\b.*\bRequested\b/s, `Asking for ${service} ${version}`, () =>
    people.clicks(dana, channelFor(service), picker.messageId, 'deployments.request', choice),
  );
  world.journal.requested.push({ service, version });
  return eventually(`an approval card for ${service} ${version}`, () => cardFor(world, service, version), patienceMs);
}

/** Clicks Approve until the answer says that it is approved. */
export async function approve(world: World, { service, version }: Promised, card: Sight): Promise<void> {
  const people = createPeople(world.connector.url);
  const approver = approverOf(service);
  await clickUntil(world, /Approved by/, `Approving ${service} ${version}`, () =>
    people.clicks(approver, placeOf(service, card), card.messageId, 'approvals.approve', { id: card.recordId }),
  );
  world.journal.approved.push({ service, version });
}

/** Both, up to the start of the run, because a newer request would supersede one that hasn't started. `mayDecide` is awaited before the approval. */
export async function askAndApprove(
  world: World,
  promised: Promised,
  mayDecide: () => Promise<void> = async () => undefined,
): Promise<void> {
  const card = await ask(world, promised);
  await mayDecide();
  await approve(world, promised, card);
  await eventually(`a run of ${nameOf(promised)}`, () => world.hasRun(promised) || undefined, patienceMs);
}

/** Types the line; if it is answered 200 without a visible reply, that is recorded and it is typed again. */
async function typeUntilAnswered(world: World, service: string, version: string): Promise<Sight> {
  const people = createPeople(world.connector.url);
  const channel = channelFor(service);
  const line = `deploy ${service} ${version} to production`;
  for (let tries = 0; tries < 10; tries++) {
    await insist(world, people.says(dana, channel, line), false);
    const find = (): Sight | undefined =>
      world.sights(channel.id).find(({ kind, text }) => kind === 'picker' && isOf(text, service, version));
    const picker = await eventually(line, find, noReplyMs).catch(() => undefined);
    if (picker) return picker;
    world.journal.unanswered.push(`${service} ${version}`);
  }
  throw new Error(`Nobody ever answered: ${line}`);
}

/** The card in the channel; if two kills in a row interrupted its post, the approver's own copy. */
function cardFor(world: World, service: string, version: string): Sight | undefined {
  return [channelFor(service).id, `a:${approverOf(service).id}`]
    .flatMap((place) => world.sights(place))
    .find(({ kind, text }) => kind === 'approval' && isOf(text, service, version));
}

/** The place where this was seen. */
function placeOf(service: string, { conversation }: Sight): SampleConversation {
  const channel = channelFor(service);
  if (channelOf(conversation) === channel.id) return channel;
  return { id: conversation, name: '', type: 'personal', members: [] };
}

function isOf(text: string, service: string, version: string): boolean {
  return text.includes(`${service} ${version} to production`);
}
