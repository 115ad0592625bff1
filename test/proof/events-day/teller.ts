import { setTimeout as wait } from 'node:timers/promises';
import { createLanguage } from '../../../src/chat/language';
import { systemsOf } from '../../systems';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { FeatureDependencies } from '../../../src/features/contract';
import { createSubscriptions } from '../../../src/features/subscriptions';
import { createLeases, createSweeper } from '../../../src/jobs';
import { tenantId } from '../../../src/playground/world';
import { createMovableClock } from '../../core/time/movable-clock';
import { dana } from '../harness';
import { meetChannels, startSending, turnIn } from '../outbox/stage';
import { channels, dayBegins, planDay } from './plan';

// Gavel's notifications in a separate process that can be killed: subscriptions, timed work and outbox, all real except for the clock, on which a day passes
// as fast as it
// can. Reports each event that it accepted, and at the end that nothing is waiting anymore.

const catalogText = `
timeZone: UTC
people:
  dana: { id: "entra:${tenantId}/${dana.aadObjectId}", name: Dana Developer }
grants:
  - { person: dana, role: admin }
services:
${['shop', 'payments', 'search'].map((name) => `  ${name}: { description: A service, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 } }`).join('\n')}
environments:
${['staging', 'production'].map((name) => `  ${name}: { risk: low, deploy: { required: 0 }, rollback: { required: 0 }, restart: { required: 0 }, verifyForSeconds: 1, rollBackAutomatically: true }`).join('\n')}
`;

async function main(): Promise<void> {
  const [folder = '', serviceUrl = '', count = '0', from = '0', graceMs = '1500'] = process.argv.slice(2);
  const day = planDay(Number(count));
  const rest = day.slice(Number(from));
  const sending = startSending({ folder, lostPlaceGraceMs: Number(graceMs) });
  const { store, outbox } = sending;
  const clock = createMovableClock(rest[0]?.at ?? dayBegins);
  const common = { store, clock, logger: silentLogger };
  const leases = createLeases({ store, clock, owner: newId() });
  const sweeper = createSweeper({ ...common, leases, pollMs: 50 });
  const parsed = parseCatalog(catalogText);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const deps: FeatureDependencies = {
    ...common,
    catalog: () => parsed.catalog,
    outbox,
    sweeper,
    systems: systemsOf(() => undefined),
  };
  const { feature, subscriptions } = createSubscriptions(deps, {
    deployments: { onStart: () => undefined, onEnd: () => undefined },
    announcements: { placeOf: () => Promise.resolve(undefined) },
  });
  sweeper.start();
  process.once(
    'SIGTERM',
    () =>
      void sweeper
        .stop()
        .then(() => sending.stop())
        .then(() => process.exit(0)),
  );
  process.on('disconnect', () => process.exit(1));

  if (Number(from) === 0) {
    await meetChannels(sending, serviceUrl, channels.length);
    const language = createLanguage(feature.commands ?? []);
    const names = {
      services: new Set(Object.keys(parsed.catalog.services)),
      environments: new Set(Object.keys(parsed.catalog.environments)),
    };
    for (const { number, lines } of channels)
      for (const line of lines) {
        const said = language.parse(line, names);
        if (said.kind !== 'command') throw new Error(`Not understood: ${line}`);
        await said.command.run(turnIn(number), said.args);
      }
  }
  for (const [index, { at, happening }] of rest.entries()) {
    clock.advance(Math.max(0, at - clock.now()));
    await subscriptions.notify({ ...happening, toldTo: [] });
    process.send?.({ told: Number(from) + index });
    await sweeper.idle();
  }
  // Days pass until digests, mutes and blocked places have released everything.
  for (let hours = 0; ; hours++) {
    clock.advance(3_600_000);
    await sweeper.idle();
    await wait(hours < 200 ? 2 : 100);
    const deliveries = await subscriptions.deliveries();
    if (hours >= 200 && deliveries.every(({ waiting, refusedSince }) => waiting === 0 && refusedSince === undefined))
      break;
  }
  process.send?.({ settled: true });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
