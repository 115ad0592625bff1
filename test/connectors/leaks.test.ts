import assert from 'node:assert/strict';
import { z } from 'zod';
import { defineConnector } from '../../src/connectors/contract/kinds';
import { shopAlert } from '../features/alerts/world';
import { assertProductShowsNone, assertRepeatedStaysHidden, password } from './secrets';

/** A connector that gives away its credential: where the contract doesn't notice, it proves nothing. */
const leaky = (where: 'error' | 'log' | 'check') =>
  defineConnector({
    kind: 'leaky',
    title: 'Leaky',
    connection: z.strictObject({}),
    bindings: { metrics: z.strictObject({}) },
    open: (_settings, { logger }) => ({
      bind: {
        metrics: () => ({
          async figures() {
            if (where === 'log') logger.warn({ credential: password }, 'It was refused');
            throw new Error(where === 'error' ? `${password} was refused` : 'It was refused');
          },
          history: async () => [],
        }),
      },
      check: async () => [{ about: 'reading', problem: where === 'check' ? `${password} is wrong.` : 'It is wrong.' }],
      close: async () => undefined,
    }),
  });

const leak = (where: 'error' | 'log' | 'check'): Promise<void> =>
  assertRepeatedStaysHidden({
    connector: leaky(where),
    repeat: async () => ({ settings: {}, bindings: { metrics: {} }, close: async () => undefined }),
    calls: { figures: (bound) => bound('metrics').figures(60_000) },
  });
const calls = [async () => Promise.reject(new Error('refused'))];

describe('the contract of connectors notices a credential', () => {
  it('in an error', () => assert.rejects(leak('error'), /figures shows a secret/));
  it('in a log line', () => assert.rejects(leak('log'), /the log shows a secret/));
  it('on a card', () => assert.rejects(leak('check'), /a card shows a secret/));
  it('in the log of the product', () =>
    assert.rejects(
      assertProductShowsNone({ calls: [async () => Promise.reject(new Error(password))], lines: [] }),
      /the log shows a secret/,
    ));
  it('in the audit log', () =>
    assert.rejects(
      assertProductShowsNone({ calls, lines: [], alert: shopAlert({ name: password }) }),
      /the audit log shows a secret/,
    ));
  it('nowhere in a connector without leaks', () => assertProductShowsNone({ calls, lines: [] }));
});
