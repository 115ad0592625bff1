import { askForDeployment } from '../proof/ask';
import type { Asked } from '../proof/ask';
import { channelNumber, createPeople, deliver, personNumber } from '../proof/harness';
import { startOpenConnector } from '../proof/teams/open-connector';
import { answerQuestions } from './process';

// Many people who click at the same moment, and their Teams, in a separate process.

export interface ClicksQuestion {
  readonly port: number;
  readonly kind: 'each their own' | 'all the same';
  readonly people: number;
  /** The first unused service; one more is used for each request. */
  readonly firstService: number;
}

export interface ClicksAnswer {
  /** From the click to the answer, for each person. */
  readonly ms: readonly number[];
  readonly unanswered: number;
}

async function main(): Promise<void> {
  const connector = await startOpenConnector();
  const people = createPeople(connector.url);

  /** Each service and channel is used once, so no earlier round affects a later one. */
  const request = (port: number, number: number): Promise<Asked> =>
    askForDeployment(port, connector, channelNumber(number), `s${number}`, '1.0.1');

  const approve = (port: number, person: number, { approvalId, card, channel }: Asked) =>
    deliver(port, people.clicks(personNumber(person), channel, card.id, 'approvals.approve', { id: approvalId }));

  async function answer({ port, kind, people: count, firstService }: ClicksQuestion): Promise<ClicksAnswer> {
    const asked: Asked[] = [];
    // One after another, because a flood of requests isn't what is measured.
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
