import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';

/** Cards with buttons that aren't drawn anew when something changes, each with why it says nothing that could become untrue. */
const unfollowed: Readonly<Record<string, string>> = {
  'audits/list': 'it lists what is past',
  'deployments/log': 'it says of which moment it is, and its button only leads back',
  'environments/lines': 'it says of which moment it is, and its button only leads back',
  'workloads/log': 'it says of which moment it is, and its buttons read again',
  'onboarding/checklist': 'it says when it checked, and its buttons check again',
  'help/hello': 'it says nothing that changes',
  'help/help': 'it lists what one may write, which is checked when it is written',
  'help/command': 'the same',
  'chat/choose': 'it asks, and what was chosen is checked as if it had been typed',
  'chat/nearest': 'the same',
  'runs/form': 'it asks, and what was filled in is checked when it is sent',
  'chat/refusal': 'it says why not at that moment, and its buttons only lead on',
};

/** Whether a card has a button that does more than open a web page. */
function hasButtons(reply: Reply): boolean {
  return (
    'card' in reply && /"type":"Action\.(?:Execute|Submit)"/.test(JSON.stringify(renderCard(reply.card, reply.data)))
  );
}

/** Fails for an answer with buttons that stays as it is when what it shows changes, unless it's an exception above. */
export function assertFollowed(reply: Reply, from: string): void {
  if (!('card' in reply) || !hasButtons(reply) || reply.card in unfollowed) return;
  assert.ok(reply.about, `${reply.card}, from ${from}, has buttons and nothing keeps it current`);
}
