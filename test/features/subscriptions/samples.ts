import assert from 'node:assert/strict';
import type { MessageState } from '../../../src/chat/contract';
import type { Rule, ServiceEvent } from '../../../src/features/subscriptions';
import { newSubscriber } from '../../../src/features/subscriptions/record';
import type { Subscriber, Tally } from '../../../src/features/subscriptions/record';
import { subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import type { SubscriberEvent } from '../../../src/features/subscriptions/workflow';
import { withEffects } from '../../../src/workflows';
import type { Kept } from '../../../src/workflows';

export const noon = Date.UTC(2026, 10, 20, 12);

export const rule = (more: Partial<Rule> = {}): Rule => ({
  from: 'subscribe',
  services: ['shop'],
  environments: [],
  branches: [],
  outcomes: ['failure', 'recovery'],
  severity: 'info',
  ...more,
});

export const subscriber = (more: Partial<Subscriber> = {}): Kept<Subscriber> => ({
  ...newSubscriber({ to: 'place', name: 'General', zone: 'UTC' }),
  rules: [rule()],
  ...more,
  pending: [],
});

/** A failure of D-`number`, a separate deployment. */
export const failure = (number: number, more: Partial<ServiceEvent> = {}): ServiceEvent => ({
  id: `${number}`,
  thread: `deployment-${number}`,
  revision: 1,
  name: `D-${number}`,
  service: 'shop',
  environment: 'production',
  outcome: 'failure',
  severity: 'warning',
  words: `shop failed (D-${number}).`,
  toldTo: [],
  ...more,
});

/** The record after an event, with all its effects still pending; undefined if the event changes nothing. */
export function tryStep(
  record: Kept<Subscriber> | undefined,
  event: SubscriberEvent,
  now = noon,
): Kept<Subscriber> | undefined {
  const context = { id: 'general', now, waiting: [] };
  const verdict = subscriberWorkflow.transition(record, event, context);
  if (!verdict || 'refusal' in verdict) return undefined;
  // Every choice redraws the cards; these tests check the messages.
  const messages = (verdict.effects ?? []).filter(({ kind }) => kind !== 'show');
  return withEffects(record, verdict.record, messages, now);
}

export function step(record: Kept<Subscriber>, event: SubscriberEvent, now = noon): Kept<Subscriber> {
  return tryStep(record, event, now) ?? assert.fail(`${event.type} changes nothing`);
}

export const wake = (record: Kept<Subscriber>, now: number, lastMessage?: MessageState): Kept<Subscriber> =>
  step(record, { type: 'time', lastMessage }, now);

/** The pending message: the text of a single one, or the content of a summary. */
export const said = (record: Kept<Subscriber> | undefined): (string | Tally)[] =>
  (record?.pending ?? []).map(({ detail }) => (detail?.['text'] ?? detail?.['tally']) as string | Tally);
