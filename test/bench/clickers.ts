import { askForDeployment } from '../proof/ask';
import type { Asked } from '../proof/ask';
import { channelNumber, createPeople, deliver, personNumber } from '../proof/harness';
import { startOpenConnector } from '../proof/teams/open-connector';
import { answerQuestions } from './process';

// Many people who click at the same moment, and the Teams they sit in, in a process of its own.

export interface ClicksQuestion {
  readonly port: number;
  readonly kind: 'each their own' | 'all the same';
  readonly people: number;
  /** The first service that nobody has asked for yet; as many more are used as there are requests. */
  readonly firstService: number;
}

export interface ClicksAnswer {
  /** From the click to the answer, of each person. */
  readonly ms: readonly number[];
  readonly unanswered: number;
}

async function main(): Promise<void> {
  const connector = await startOpenConnector();
  const people = createPeople(connector.url);

  /** Each service and channel is used once, so that nothing of an earlier round stands in the way. */
  const request = (port: number, number: number): Promise<Asked> =>
    askForDeployment(port, connector, channelNumber(number), `s${number}`, '1.0.1');

  const approve = (port: number, person: number, { approvalId, card, channel }: Asked) =>
    deliver(port, people.clicks(personNumber(person), channel, card.id, 'approvals.approve', { id: approvalId }));

  async function answer({ port, kind, people: count, firstService }: ClicksQuestion): Promise<ClicksAnswer> {
    const asked: Asked[] = [];
    // One after another, for a flood of requests is not what is measured.
    const requests = kind === 'all the same' ? 1 : count;
    for (let index = 0; index < requests; index++) asked.push(await request(port, firstService + index));
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => approve(port, index + 1, asked[index % requests] as Asked)),
    );
    return { ms: answers.map(({ ms }) => ms), unanswered: answers.filter(({ status }) => status !== 200).length };
  }

  answerQuestions(answer, () => connector.close());
}

void main();
