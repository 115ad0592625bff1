import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Bound, MetricSource, SourceAlert, Systems } from '../../src/connectors/contract';
import type { CheckLine } from '../../src/connectors/contract/kinds';
import type { Logger } from '../../src/core/telemetry/logger';
import { createMemorySource, shopAlert } from '../features/alerts/world';
import { people, turnOf } from '../features/fakes';
import { createTalkWorld, privately, wordsOf } from '../features/talk-world';

/** What a whole Gavel shows, records and logs while an outside system fails. */

const minuteMs = 60_000;

export interface Failing {
  /** Each call of a connector, made in such a way that it fails. */
  readonly calls: readonly (() => Promise<unknown>)[];
  /** What its check said. */
  readonly lines: readonly CheckLine[];
  /** What fires meanwhile. */
  readonly alert?: SourceAlert;
}

/** Everything that people see, and what was written down. */
interface Shown {
  readonly cards: string;
  readonly audits: string;
  readonly log: string;
}

/**
 * An alert fires, then each call to its system fails while people ask about the service and act on the alert. Resolves to everything they see, the audit
 * log and the log.
 */
export async function showFailures({ calls, lines, alert = shopAlert() }: Failing): Promise<Shown> {
  const shown: string[] = [];
  const logged: string[] = [];
  const log = (fields: object, message: string): void =>
    void logged.push(`${message} ${inspect(fields, { depth: 6 })}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  let made = 0;
  /** Each call takes its turn, whoever waits for it. */
  const fail = async (): Promise<never> => {
    await calls[made++ % calls.length]?.();
    return assert.fail('the call didn’t fail');
  };
  const memory = createMemorySource();
  const source = Object.assign(memory, { alerts: [alert] });
  const metrics: Bound<MetricSource> = {
    ...{ connection: 'monitoring', probe: fail, figures: fail, history: fail, answeringSince: fail, series: fail },
    ...{ queries: [{ name: 'queue', unit: '' }], findQueries: fail },
  };
  const own: Partial<Systems> = {
    alertSources: () => [source],
    concernedBy: () => [{ service: 'shop', environment: 'production' }],
    alerts: () => [source],
    metrics: () => [metrics],
    checkers: () => [{ connection: 'monitoring', recheck: fail }],
  };
  const systems = new Proxy({} as Systems, {
    get: (_none, key) => Reflect.get(Object.hasOwn(own, key) ? own : talk.world.deps.systems, key) as unknown,
  });
  const talk = createTalkWorld({ logger }, { systems, logger, looks: async () => lines });
  const { world, features, router } = talk;
  const say = async (line: string, who = people.noor): Promise<void> =>
    void shown.push(await talk.say(who, line, privately(who)));
  try {
    await talk.say(people.ada, 'subscription announce shop here');
    await features.begin();
    await world.pass(minuteMs, minuteMs);
    const id = idOfAlert(JSON.stringify([...world.outbox.messages.values()]));
    Object.assign(source, { read: fail, acknowledge: fail, unacknowledge: fail, silence: fail, maintain: fail });
    for (const [verb, input] of [
      ['alerts.acknowledge', { id, comment: 'on it' }],
      ['alerts.silence', { id, until: '1h', why: 'on it' }],
      ['alerts.check', { id }],
    ] as const)
      shown.push(wordsOf(await router.handleAction(turnOf(people.noor), verb, input)));
    await say('maintenance shop in production for 2h because the disk is replaced');
    await say('doctor', people.ada);
    for (let round = 0; round * 4 < calls.length + 4; round += 1) {
      for (const line of ['check shop', 'health shop in production', 'graph queue of shop in production', 'problems'])
        await say(line);
      await world.pass(2 * minuteMs, minuteMs);
    }
    assert.ok(made >= calls.length, `only ${made} of ${calls.length} calls were made`);
    shown.push(JSON.stringify([...world.outbox.messages.values()]));
    return { cards: shown.join('\n'), audits: JSON.stringify(await talk.audits()), log: logged.join('\n') };
  } finally {
    await talk.close();
  }
}

function idOfAlert(messages: string): string {
  return /"key":"alert:([0-9a-f]{32}):card"/.exec(messages)?.[1] ?? assert.fail(messages);
}
