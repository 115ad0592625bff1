import type { Happening, Rule } from '../../../src/features/subscriptions';
import { newListener } from '../../../src/features/subscriptions/listener';
import type { Listener } from '../../../src/features/subscriptions/listener';

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

export const listener = (more: Partial<Listener> = {}): Listener => ({
  ...newListener('place', 'General', 'UTC'),
  rules: [rule()],
  ...more,
});

/** A failure of D-`number`, a deployment of its own. */
export const failure = (number: number, more: Partial<Happening> = {}): Happening => ({
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

export const said = (record: Listener | undefined): (string | undefined)[] =>
  (record?.pending ?? []).map(({ detail }) => (detail?.['text'] ?? detail?.['tally'])?.toString());
