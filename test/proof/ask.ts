import type { Activity } from '../../src/playground/activities';
import type { SampleConversation } from '../../src/playground/world';
import { eventually } from '../patience';
import { createPeople, dana, deliver } from './harness';
import type { OpenConnector, PostedMessage } from './teams/open-connector';

/** A requested deployment, and the card on which others decide. */
export interface Asked {
  readonly service: string;
  readonly version: string;
  readonly approvalId: string;
  readonly card: PostedMessage;
  readonly channel: SampleConversation;
}

/** Dana requests a deployment to production with the picker; resolves when the approval card is in the channel. */
export async function askForDeployment(
  port: number,
  connector: OpenConnector,
  channel: SampleConversation,
  service: string,
  version: string,
  send: (activity: Activity) => Promise<unknown> = (activity) => deliver(port, activity),
): Promise<Asked> {
  const people = createPeople(connector.url);
  const here = (): PostedMessage[] =>
    [...connector.messages.values()].filter((message) => message.conversation.startsWith(channel.id));
  const said = people.says(dana, channel, `deploy ${service} ${version} to production`);
  await send(said);
  const picker = await eventually(`a picker for ${service} ${version}`, () =>
    here().find((message) => isFor(message, 'deployments.request', service, version)),
  );
  const pickerId = idBehind(picker, 'deployments.request');
  await send(people.clicks(dana, channel, picker.id, 'deployments.request', choice(pickerId, service, version)));
  const card = await eventually(`an approval card for ${service} ${version}`, () =>
    here().find((message) => isFor(message, 'approvals.view', service, version)),
  );
  return { service, version, approvalId: idBehind(card, 'approvals.view') ?? '', card, channel };
}

const choice = (id: string | undefined, service: string, release: string) => ({
  id,
  service,
  release,
  environment: 'production',
});

function isFor({ activity }: PostedMessage, verb: string, service: string, version: string): boolean {
  const text = JSON.stringify(activity);
  return text.includes(`"${verb}"`) && new RegExp(`\\b${service}\\b`).test(text) && text.includes(version);
}

/** The record id of the button with this verb on this card. */
export function idBehind({ activity }: Pick<PostedMessage, 'activity'>, verb: string): string | undefined {
  const pattern = new RegExp(`"verb":"${verb.replace('.', '\\.')}","data":\\{"id":"([0-9a-f]{32})"`);
  return pattern.exec(JSON.stringify(activity))?.[1];
}
