import { ConnectorError } from '../../src/core/errors';
import { people } from '../features/fakes';
import { longEnvironment, longService, withLongNames } from './catalogs';
import { hostileText, longText } from './contract';
import { live } from './releases';
import type { Reading } from './releases';
import { scene } from './stage';
import type { Stage } from './stage';

/** How services are, in every state: the card of one, the fleet, and what runs where. */

const { dana, noor } = people;
const minuteMs = 60_000;
const slow: Reading = {
  figures: { p95Ms: 412, p50Ms: 92 },
};
const failing: Reading = {
  figures: { p95Ms: 1400, p50Ms: 800, errorPercent: 12, requestsPerSecond: 60 },
};
const down = (complaint?: string): Reading => ({
  probe: { answers: false, ...(complaint !== undefined && { complaint }) },
  figures: 'none',
});

/** The service gets like this, and stays so for a while. */
async function become({ readings, world }: Stage, target: string, reading: Reading, minutes = 9): Promise<void> {
  readings.set(target, reading);
  await world.pass(minutes * minuteMs, minuteMs);
}

/** 2.14.0 goes live in production. */
async function goLive({ click, request, sent, world }: Stage): Promise<void> {
  await request(dana, 'deploy shop 2.14.0 to production');
  const approval = sent('approvals/approval');
  await click(people.avery, 'approvals.approve', {
    id: 'card' in approval && 'id' in approval.data ? approval.data.id : '',
  });
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
}

const oneService = scene(async (stage) => {
  const { readings, show } = stage;
  const line = 'health shop in production';
  await goLive(stage);
  await become(stage, 'shop/production', {}, 25);
  await show('healthy', dana, line);
  await show('posted', dana, line, 'channel');
  await become(stage, 'shop/production', slow);
  await show('', dana, line);
  await show('alone', people.nico, line);
  await become(stage, 'shop/production', failing, 3);
  await show('failing', noor, line);
  await become(stage, 'shop/production', down(), 3);
  await show('down', noor, line);
  await become(stage, 'shop/production', { figures: 'none' }, 4);
  await show('unknown', noor, line);
  readings.set('shop/staging', { figures: { requestsPerSecond: 0.5, errorPercent: 3 } });
  await show('lone-failure', dana, 'health shop in staging');
  await show('nothing-deployed', dana, 'health shop in practice');
  await become(stage, 'shop/staging', down(hostileText), 3);
  await show('hostile', dana, 'health shop in staging');
  await become(stage, 'shop/staging', down('الخدمة لا تستجيب'), 3);
  await show('right-to-left', dana, 'health shop in staging');
});

const withLong = scene(async (stage) => {
  stage.changeCatalog(withLongNames);
  for (const service of ['payments', 'search'])
    stage.world.connector.serving.set(`${service}/${longEnvironment}`, live('2.13.0', stage.world.clock.now()));
  stage.world.connector.serving.set(`${longService}/staging`, live('2.14.0', stage.world.clock.now()));
  stage.world.connector.serving.set(`${longService}/${longEnvironment}`, {
    ...live('2.14.0', stage.world.clock.now()),
    version: '2026.11.20-release-candidate.14+build.4711',
  });
  await become(stage, `${longService}/staging`, down(longText), 3);
  await become(stage, `${longService}/${longEnvironment}`, slow, 3);
  await stage.show('long', dana, `health ${longService} in staging`);
  await stage.show('long', dana, 'health');
  await stage.show('long', dana, 'where');
});

const fleets = scene(async (stage) => {
  const { show, world } = stage;
  await show('healthy', dana, 'health');
  await show('healthy', dana, 'where');
  await show('one-service', dana, 'where search');
  await become(stage, 'search/staging', down(), 0);
  await become(stage, 'payments/staging', { figures: 'none' }, 0);
  await become(stage, 'shop/production', slow, 6);
  await show('', dana, 'health');
  await show('', dana, 'where');
  world.connector.serving.set('shop/production', {
    ...live('2.13.0', world.clock.now()),
    version: '2.14.0-*x*_${title}',
  });
  await show('hostile', dana, 'health');
  await show('hostile', dana, 'where');
  const all = ['shop', 'payments', 'search'].flatMap((service) => [`${service}/staging`, `${service}/production`]);
  for (const target of all) stage.readings.set(target, down());
  await become(stage, 'shop/practice', {}, 3);
  await show('down', dana, 'health');
  await show('down', dana, 'where');
  world.connector.serving.clear();
  await world.pass(2 * minuteMs, minuteMs);
  await show('unknown', dana, 'health');
  await show('unknown', dana, 'where');
});

/** Several tools say what is live, and somebody deploys without Gavel. */
const severalSources = scene(async (stage) => {
  const { show, world } = stage;
  const { connector, clock } = world;
  const ago = clock.now() - 86_400_000;
  connector.others.set('GitHub', async (service, environment) =>
    live(
      service === 'shop' && environment === 'production' ? '2.12.0' : environment === 'staging' ? '2.14.0' : '2.13.0',
      ago,
    ),
  );
  await show('disagreement', dana, 'where');
  connector.others.clear();
  await goLive(stage);
  connector.serving.set('shop/production', live('2.12.0', clock.now()));
  await show('drift', dana, 'where shop');
  connector.others.set('GitHub', async () => Promise.reject(new ConnectorError('github', 'unreachable', 'no answer')));
  await show('unreachable', dana, 'where shop');
  connector.others.set(hostileText, async () => ({ version: hostileText, commit: hostileText, since: ago }));
  connector.others.set(longText, async () => undefined);
  await show('sources-hostile', dana, 'where shop');
  connector.others.clear();
  connector.title = 'خادم النشر';
  connector.others.set('مستودع', async () => ({ version: 'إصدار', commit: '', since: ago }));
  await show('right-to-left', dana, 'where shop');
});

export const healthScenes = [oneService, withLong, fleets, severalSources];
