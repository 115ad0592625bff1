import { people } from '../features/fakes';
import {
  called,
  longEnvironment,
  longService,
  withHostileNames,
  withLongNames,
  withManyServices,
  withRightToLeftNames,
} from './catalogs';
import { hostileName, hostileText, longText } from './contract';
import { live, setCommits } from './releases';
import { idOf, scene } from './stage';
import type { Stage } from './stage';

/** The pickers of releases: what a deployment or a rollback would change, before anything is requested. */

const { ada, dana, nico, noor } = people;
const longVersion = '2026.11.20-release-candidate.14+build.4711';
const hostileVersion = '2.14.0-*x*_${title}';

/** One release with this version, and commits that say this. */
function rename({ world }: Stage, version: string, message: string, author: string): void {
  const { clock, connector } = world;
  connector.releasesOf.set(version, { version, commit: '3c9f2e1'.padEnd(40, '0'), createdAt: clock.now() - 60_000 });
  setCommits(
    connector.commits,
    ['3c9f2e1', 'b71d04a', '90ae6f3'].map((id) => ({ id: id.padEnd(40, '0'), message, author, committedAt: 0 })),
  );
}

/** This release goes live in staging, where no approval is needed. */
async function goLive({ request, world }: Stage, service: string, version: string): Promise<void> {
  await request(noor, `deploy ${service} ${version} to staging`);
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
}

const usual = scene(async (stage) => {
  const { click, keep, show, type, world } = stage;
  await show('target', dana, 'deploy');
  await show('release', dana, 'deploy shop to production');
  await show('', dana, 'deploy shop 2.14.0 to production because customers wait for SHOP-214');
  await show('live-already', dana, 'deploy shop 2.14.0 to staging');
  await show('no-release', dana, 'deploy shop 9.9.9 to production');
  await show('practice', nico, 'deploy shop 2.14.0 to practice');
  const picker = await type(dana, 'deploy shop 2.14.0 to production');
  keep('', await click(dana, 'deployments.close', { id: idOf(picker) }));
  const overtaken = await type(dana, 'deploy shop 2.14.0 to production');
  world.connector.serving.set('shop/production', live('2.14.0', world.clock.now()));
  keep('superseded', await click(dana, 'deployments.request', { id: idOf(overtaken) }));
  const old = await type(dana, 'deploy search 2.14.0 to production');
  await world.pass(61 * 60_000, 61 * 60_000);
  keep('expired', await click(dana, 'deployments.preview', { id: idOf(old) }));
  await type(noor, 'freeze production until Monday 8:00 because finance is closing the books', 'channel');
  await show('frozen', dana, 'deploy shop 2.15.0 to production');
  await show('override', ada, 'deploy shop 2.15.0 to production because the tax rates change tonight');
  await type(noor, 'lock shop in staging until 18:00 because I am testing the tax fix', 'channel');
  await show('locked', dana, 'deploy shop 2.15.0 to staging');
  world.connector.releasesOf.clear();
  await show('empty', dana, 'deploy shop to staging');
});

const many = scene(async ({ changeCatalog, show, world }) => {
  changeCatalog(withManyServices);
  for (let patch = 1; patch <= 40; patch += 1)
    world.connector.releasesOf.set(`2.15.${patch}`, {
      ...{ version: `2.15.${patch}`, commit: String(patch).padEnd(40, '0') },
      createdAt: world.clock.now() - (60 - patch) * 60_000,
    });
  await show('many', dana, 'deploy shop to production');
});

const hostile = scene(async (stage) => {
  const { changeCatalog, click, keep, request, show, type } = stage;
  changeCatalog(withHostileNames);
  rename(stage, hostileVersion, hostileText, hostileName);
  const who = called('hostile', 'dana');
  await show('hostile', who, `deploy shop ${hostileVersion} to production because ${hostileText}`);
  const picker = await type(who, `deploy shop ${hostileVersion} to production`);
  keep('hostile', await click(who, 'deployments.close', { id: idOf(picker) }));
  keep('hostile', await request(who, `deploy shop ${hostileVersion} to production`));
  await type(called('hostile', 'noor'), `freeze staging for 2h because ${hostileText}`, 'channel');
  await show('frozen-hostile', who, `deploy shop ${hostileVersion} to staging`);
});

const long = scene(async (stage) => {
  const { changeCatalog, keep, request, show, world } = stage;
  changeCatalog(withLongNames);
  rename(stage, longVersion, longText, called('long', 'dana').name);
  world.connector.serving.set(`${longService}/${longEnvironment}`, live('2.13.0', world.clock.now()));
  const line = `deploy ${longService} ${longVersion} to ${longEnvironment}`;
  await show('long', called('long', 'dana'), line);
  keep('long', await request(called('long', 'dana'), line));
  await goLive(stage, longService, '2.14.0');
  await goLive(stage, longService, '2.15.0');
  await show('long', called('long', 'noor'), `rollback ${longService} in staging`);
});

const rightToLeft = scene(async (stage) => {
  stage.changeCatalog(withRightToLeftNames);
  rename(stage, '2.14.1', 'إصلاح سلة الشراء عند الدفع بالبطاقة 2.14', 'אביגיל כהן');
  await stage.show('right-to-left', called('rightToLeft', 'dana'), 'deploy shop 2.14.1 to production');
});

const rollbacks = scene(async (stage) => {
  const { changeCatalog, click, keep, request, sent, show, type, world } = stage;
  await goLive(stage, 'shop', '2.15.0');
  await request(dana, 'deploy shop 2.14.0 to production');
  await click(people.avery, 'approvals.approve', { id: idOf(sent('approvals/approval')) });
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
  await show('', dana, 'rollback shop in production');
  await show('own', noor, 'rollback shop in production because checkout answers 500');
  keep('rollback', await request(dana, 'rollback shop in production'));
  await show('no-approval', dana, 'rollback shop to 2.14.0 in staging');
  await request(dana, 'deploy shop 2.12.0 to staging');
  await show('busy', dana, 'rollback shop to 2.14.0 in staging');
  await show('busy', dana, 'deploy shop 2.14.0 to staging');
  await type(noor, 'lock shop in production until 18:00 because I am testing the tax fix', 'channel');
  await show('locked', dana, 'rollback shop in production');
  changeCatalog(withHostileNames);
  rename(stage, '2.14.1', hostileText, hostileName);
  await show('hostile', called('hostile', 'dana'), 'rollback shop in production');
  changeCatalog(withRightToLeftNames);
  rename(stage, '2.14.1', 'إصلاح سلة الشراء عند الدفع بالبطاقة 2.14', 'אביגיל כהן');
  await show('right-to-left', called('rightToLeft', 'dana'), 'rollback shop in production');
});

export const pickerScenes = [usual, many, hostile, long, rightToLeft, rollbacks];
