import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Bindable, BoundCapabilities, Connector, MachineParts } from '../../src/connectors/contract/kinds';
import { guardConnection } from '../../src/connectors/guards';
import { readTemplates } from '../../src/core/catalog/templates';
import type { Logger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { bind, openConnection } from './open-connection';
import { showFailures } from './shown';
import type { Failing } from './shown';

/** Secrets that a system repeats in what it says, and where nobody may see them. */

export const password = 'pass-of-the-connection';
export const encodedPassword = Buffer.from(`gavel:${password}`).toString('base64');
/** One that nobody told Gavel about. */
export const plantedSecret = 'planted-by-the-system';
/** What such a system says. */
export const repeatedWords = `password=${plantedSecret} token=${password} Authorization: Basic ${encodedPassword}`;

/** Fails if the text has one of them. */
export function assertShowsNone(what: string, text: string): void {
  for (const secret of [password, encodedPassword, plantedSecret])
    assert.ok(!text.includes(secret), `${what} shows a secret: ${text}`);
}

/** Fails if a whole Gavel shows, records or logs one of them while the calls fail. */
export async function assertProductShowsNone(failing: Failing): Promise<void> {
  const { audits, log, cards } = await showFailures(failing);
  assertShowsNone('the audit log', audits);
  assertShowsNone('the log', log);
  assertShowsNone('a card', cards);
}

/** A system without HTTP that answers everything with certain words, and what the catalog says of it. */
export interface Repeating {
  readonly settings: object;
  readonly machine?: Partial<MachineParts>;
  /** What the catalog binds to it of `shop` in production. */
  readonly bindings: Readonly<Partial<Record<Bindable, unknown>>>;
  close(): Promise<void>;
}

/** A capability of it, bound to `shop` in production. */
type BoundTo = <C extends Bindable>(capability: C) => BoundCapabilities[C];

/** How a connector without HTTP meets such a system. */
export interface RepeatingSuite {
  readonly connector: Connector;
  readonly repeat: (words: string) => Promise<Repeating>;
  /** Everything it can be asked and told, by its name. */
  readonly calls: Readonly<Record<string, (bound: BoundTo) => Promise<unknown>>>;
}

/** Fails if a secret that the system repeats is in an answer, an error, a check or a log line, or anywhere in the product. */
export async function assertRepeatedStaysHidden({ connector, repeat, calls }: RepeatingSuite): Promise<void> {
  const logged: string[] = [];
  const log = (fields: object, message: string): void =>
    void logged.push(`${message} ${inspect(fields, { depth: 6 })}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  const { settings, machine, bindings, close } = await repeat(repeatedWords);
  const target = { service: 'shop', environment: 'production' };
  const opened = openConnection(connector, settings, {
    ...{ logger, machine },
    targets: (capability) =>
      bindings[capability] === undefined ? [] : [{ ...target, values: readTemplates(bindings[capability]).value }],
  });
  const connection = guardConnection(opened, { name: connector.kind, telemetry: undefined, clock: systemClock });
  const bound: BoundTo = (capability) => bind(connection, capability, bindings[capability], target);
  try {
    const made = Object.entries(calls).map(([what, call]) => [what, async () => call(bound)] as const);
    for (const [what, call] of made)
      assertShowsNone(what, inspect(await call().catch((error: unknown) => error), { depth: 6 }));
    const lines = await connection.check();
    await assertProductShowsNone({ calls: made.map(([, call]) => call), lines });
    assertShowsNone('the log', logged.join('\n'));
  } finally {
    await connection.close();
    await close();
  }
}
