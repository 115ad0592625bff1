import { setImmediate as breath } from 'node:timers/promises';
import type { SampleConversation } from '../../../src/playground/world';
import type { AuditEntry } from '../../../src/store/contract';
import { eventually } from '../../patience';
import { askForDeployment } from '../ask';
import { channelNumber, createPeople, deliver, openConnections, personNumber, textIn } from '../harness';
import type { Answer } from '../harness';
import type { Crowd } from './crowd';

/** Everybody approves one request at the same moment. */
export interface Storm {
  readonly service: string;
  readonly channel: SampleConversation;
  /** The request's name: `D-1001`. */
  readonly label: string;
  readonly answers: readonly Answer[];
}

const version = '1.0.2';

/** Requests a deployment of service number `round` and lets this many people click Approve at once, spread over the instances. */
export async function approveAtOnce(crowd: Crowd, round: number, people: number): Promise<Storm> {
  const { connector, instances } = crowd;
  const portOf = (index: number): number => instances[index % instances.length]?.port ?? 0;
  const service = `s${round}`;
  const channel = channelNumber(round);
  const connections = openConnections();
  const asked = await askForDeployment(portOf(round), connector, channel, service, version, (activity) =>
    deliver(portOf(round), activity, connections),
  );
  const label = /\bD-\d+\b/.exec(textIn(asked.card.activity))?.[0] ?? '';
  const { clicks } = createPeople(connector.url);
  const activities = Array.from({ length: people }, (_, index) =>
    clicks(personNumber(index + 1), channel, asked.card.id, 'approvals.approve', { id: asked.approvalId }),
  );
  const answers: Promise<Answer>[] = [];
  for (const [index, activity] of activities.entries()) {
    answers.push(deliver(portOf(index), activity, connections));
    // The outside systems are in this process and have to answer in the meantime.
    if (index % 50 === 49) await breath();
  }
  const storm = { service, channel, label, answers: await Promise.all(answers) };
  connections.destroy();
  return storm;
}

/** Resolves when the run of this storm has ended and the card in the channel shows the result, so that any duplicate has appeared. */
export async function settled(crowd: Crowd, storm: Storm): Promise<void> {
  const { service, channel, label } = storm;
  await eventually(`the end of ${label}`, () =>
    crowd.ledger.started.some((run) => run.service === service) &&
    [...crowd.connector.messages.values()].some(({ conversation, activity }) => {
      if (!conversation.startsWith(channel.id)) return false;
      const text = textIn(activity);
      return text.includes(label) && /went live (?:at|on)\b/.test(text);
    })
      ? true
      : undefined,
  );
  for (const number of promisedTo(storm))
    await eventually(`the late answer to Person ${number}`, () => lateAnswer(crowd, storm, number));
}

/** People who were promised a later answer, as happens on a slow machine. */
export function promisedTo({ answers }: Storm): number[] {
  return answers.flatMap(({ body }, index) => (textIn(body).includes('Still working on it') ? [index + 1] : []));
}

/** What the person got in their own chat after that. */
function lateAnswer({ connector }: Crowd, { label }: Storm, number: number): string | undefined {
  const chat = `a:${personNumber(number).id}`;
  return [...connector.messages.values()]
    .filter(({ conversation }) => conversation === chat)
    .map(({ activity }) => textIn(activity))
    .find((text) => text.includes(label) && approvedBy.test(text));
}

const approvedBy = /Approved by (Person \d+)/;

/** What is wrong after a storm, in words; empty if there was one winner and one run, and everybody saw the same. */
export function faultsOf(storm: Storm, crowd: Crowd, audit: readonly AuditEntry[]): string[] {
  const { service, label, answers } = storm;
  const late = promisedTo(storm);
  const told = answers.map(({ status, body }, index) => {
    const words = late.includes(index + 1) ? lateAnswer(crowd, storm, index + 1) : textIn(body);
    const facts = approvedBy.exec(words ?? '')?.[1];
    return status === 200 && facts !== undefined ? facts : `no facts but ${status}: ${textIn(body).slice(0, 120)}`;
  });
  const withoutFacts = told.filter((each) => !/^Person \d+$/.test(each));
  const winners = new Set(told.filter((each) => /^Person \d+$/.test(each)));
  const entries = audit.filter(({ what, target }) => what === 'approvals.approve' && target.split(' ', 1)[0] === label);
  const runs = crowd.ledger.started.filter((run) => run.service === service);
  const [winner] = winners;
  return [
    ...(runs.length === 1 ? [] : [`${label}: ${runs.length} runs`]),
    ...(entries.length === 1 ? [] : [`${label}: ${entries.length} winners in the audit`]),
    ...(winners.size === 1 ? [] : [`${label}: people were told of ${winners.size} winners`]),
    ...(entries.length !== 1 || !winner || entries[0]?.who.endsWith(idOf(winner))
      ? []
      : [`${label}: the audit names another winner than the card`]),
    ...(withoutFacts.length === 0 ? [] : [`${label}: ${withoutFacts.length} answered with ${withoutFacts[0]}`]),
  ];
}

function idOf(name: string): string {
  return personNumber(Number(name.split(' ')[1])).aadObjectId;
}
