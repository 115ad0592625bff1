import assert from 'node:assert/strict';
import { wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';

/** What people do for a deployment in the channel, and the cards they find there. */

export const deployments = '19:deployments@thread.tacv2';

/** A card of Gavel with this title, in this state. */
export const titled =
  (title: string, state: RegExp) =>
  (message: SeenMessage): boolean => {
    const words = wordsOf(message.card);
    return message.from.isBot && words.includes(title) && state.test(words);
  };
const isApproval = (message: SeenMessage): boolean => verbOfRefresh(message) === 'approvals.view';

/** As Dana: `deploy …`, then the button that requests it. */
export async function askFor(
  client: PlaygroundClient,
  service: string,
  release: string,
  environment: string,
): Promise<void> {
  const asked = await client.say('dana', deployments, `deploy ${service} ${release} to ${environment}`);
  const picker = await client.waitFor(
    'dana',
    deployments,
    (message) => message.from.isBot && message.root === asked.id,
  );
  const answer = await client.click('dana', picker, 'deployments.request', { service, release, environment });
  assert.match(wordsOf(answer.kind === 'card' ? answer.card : ''), /D-\d+/, JSON.stringify(answer));
}

/** The approval card in the channel. */
export const approvalOf = (client: PlaygroundClient, title: string): Promise<SeenMessage> =>
  client.waitFor('dana', deployments, (message) => isApproval(message) && titled(title, /Waiting/)(message));

/** As this approver: the client refreshes the card and shows the buttons; then the click. */
export async function approve(client: PlaygroundClient, as: string, title: string): Promise<SeenMessage> {
  const card = await approvalOf(client, title);
  assert.equal((await client.refresh(as, card)).kind, 'card');
  const answer = await client.click(as, card, 'approvals.approve');
  assert.match(wordsOf(answer.kind === 'card' ? answer.card : ''), /Approved by/);
  return card;
}

function refreshOf(message: SeenMessage): { verb?: string; data?: { id?: string } } {
  return (
    (message.card?.['refresh'] as { action?: { verb?: string; data?: { id?: string } } } | undefined)?.action ?? {}
  );
}

function verbOfRefresh(message: SeenMessage): string | undefined {
  return refreshOf(message).verb;
}

/** What the card's own refresh asks for. */
export function idOf(message: SeenMessage): string {
  return refreshOf(message).data?.id ?? '';
}
