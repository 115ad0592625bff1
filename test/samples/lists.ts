import { people } from '../features/fakes';
import { called, longService, withHostileNames, withLongNames, withRightToLeftNames } from './catalogs';
import { hostileText, longText } from './contract';
import { idOf, scene } from './stage';
import type { Stage } from './stage';

/** Deployments, their logs, what waits for approval, and the preview of an emergency. */

const { ada, avery, dana, noor } = people;
type Person = (typeof people)['dana'];

/** A deployment to staging that ends like this; the answer is the card of the request. */
async function deploy({ request, world }: Stage, who: Person, what: string, end: 'failed' | 'succeeded') {
  const requested = await request(who, `deploy ${what} to staging`);
  await world.pass(4000);
  world.connector.finish(end, end === 'failed' ? { reason: 'the tests failed' } : {});
  await world.pass(24_000, 4000);
  return requested;
}

const log = [
  'fetch  b71d04a',
  'build  bundled 214 modules in 2.9 s',
  'test   38 passed, 1 failed',
  'test   cart keeps its items: failed',
];

const deployments = scene(async (stage) => {
  const { click, keep, request, show, world } = stage;
  const { connector } = world;
  connector.log = log;
  await deploy(stage, dana, 'shop 2.15.0', 'failed');
  await show('failed', dana, 'log D-1001');
  await deploy(stage, dana, 'shop 2.15.0', 'succeeded');
  await show('over', dana, 'deployments');
  await request(dana, 'deploy shop 2.14.0 to production');
  await show('not-run', dana, 'log D-1003');
  const requested = await request(noor, 'deploy search 2.15.0 to staging');
  keep('approved', requested);
  await world.pass(4000);
  keep('running', await click(noor, 'deployments.requested', { id: idOf(requested) }));
  await show('', dana, 'log D-1004');
  connector.log = [];
  await show('empty', dana, 'log D-1004');
  await show('', dana, 'deployments');
  keep('', await request(noor, 'deploy search 2.14.0 to production'));
  for (const version of ['2.14.0', '2.15.0', '2.12.0', '2.14.0', '2.15.0', '2.12.0'])
    await request(noor, `deploy payments ${version} to production`);
  await show('more', dana, 'deployments');
});

const waiting = scene(async ({ request, show }) => {
  await show('empty', avery, 'approvals');
  await request(dana, 'deploy shop 2.14.0 to production');
  await show('', avery, 'approvals');
  await show('own', dana, 'approvals');
  await request(noor, 'deploy payments 2.14.0 to production');
  await request(dana, 'deploy search 2.14.0 to production');
  await show('several', noor, 'approvals');
});

const emergencies = scene(async ({ click, keep, request, type, world }) => {
  const preview = (line = 'shop 2.15.0 to production') =>
    type(ada, `emergency deploy ${line} because customers can’t pay`, 'channel');
  const dismissed = await preview();
  keep('preview', dismissed);
  keep('canceled', await click(ada, 'emergencies.dismiss', { id: idOf(dismissed) }, 'channel'));
  keep('no-rules', await preview('shop 2.15.0 to staging'));
  const started = await preview('search 2.15.0 to production');
  const reason = 'customers can’t pay';
  keep('started', await click(ada, 'emergencies.start', { id: idOf(started), reason }, 'channel'));
  await request(dana, 'deploy shop 2.12.0 to staging');
  await world.pass(4000);
  keep('preview-waits', await preview('shop 2.15.0 to staging'));
  const late = await preview('payments 2.15.0 to production');
  await world.pass(16 * 60_000, 16 * 60_000);
  keep('expired', await click(ada, 'emergencies.start', { id: idOf(late), reason }, 'channel'));
});

/** The same lists with these names and words. */
const inWords = (
  state: 'hostile' | 'long' | 'right-to-left',
  kind: Parameters<typeof called>[0],
  change: (text: string) => string,
  { words, service = 'shop', environment = 'production' }: { words: string; service?: string; environment?: string },
) =>
  scene(async (stage) => {
    const { changeCatalog, request, show, type, world } = stage;
    changeCatalog(change);
    world.connector.log = [`\u001B[31m${words}\u001B[0m`, '| a | b |', '# heading'];
    const who = called(kind, 'dana');
    await deploy(stage, who, `${service} 2.15.0`, 'failed');
    await show(state, who, 'log D-1001');
    await request(who, `deploy ${service} 2.14.0 to ${environment}`);
    await show(state, who, 'deployments');
    await show(state, called(kind, 'avery'), 'approvals');
    await type(who, `lock ${service} in ${environment} until 18:00 because ${words}`, 'channel');
    await type(called(kind, 'noor'), `freeze ${environment} until Monday 8:00 because ${words}`, 'channel');
    const line = `emergency deploy ${service} 2.15.0 to ${environment} because ${words}`;
    await show(`preview-${state}`, called(kind, 'ada'), line, 'channel');
  });

export const listScenes = [
  deployments,
  waiting,
  emergencies,
  inWords('hostile', 'hostile', withHostileNames, { words: hostileText }),
  inWords('long', 'long', withLongNames, {
    ...{ words: longText, service: longService },
    environment: 'production-europe-west-frankfurt',
  }),
  inWords('right-to-left', 'rightToLeft', withRightToLeftNames, { words: 'העברת נתונים: בודקים את התיקון' }),
];
