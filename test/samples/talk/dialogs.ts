import assert from 'node:assert/strict';
import { answeredCard } from '../../../src/chat/router/questions';
import { people } from '../../features/fakes';
import { live } from '../releases';
import { idOf, scene } from '../stage';

/** What buttons ask before they do something. */

const { avery, dana, noor } = people;

const questions = scene(async ({ ask, click, keep, request, sent, world }) => {
  keep('choose', await ask(dana, 'health.open', 'fleet'));
  keep('restart', await ask(noor, 'health.restart', 'shop/production'));
  // Without dialogs, the question is a card in one’s own chat.
  keep('own', await ask(noor, 'health.restart', 'shop/staging', 'personal'));
  const answer = await click(noor, 'health.restart', { id: 'shop/staging', why: 'checkout hangs', revision: '2.14.0' });
  assert.ok('notice' in answer, JSON.stringify(answer));
  keep('answered', answeredCard('f'.repeat(32), answer.notice));
  await request(dana, 'deploy shop 2.14.0 to production');
  keep('reject', await ask(avery, 'approvals.reject', idOf(sent('approvals/approval'))));
  const running = await request(dana, 'deploy shop 2.15.0 to staging');
  await world.pass(8000);
  keep('cancel', await ask(dana, 'deployments.cancel', idOf(running)));
  await world.pass(2000);
});

const rollbacks = scene(async ({ ask, click, keep, request, sent, world }) => {
  for (const version of ['2.14.0', '2.15.0']) {
    await request(dana, `deploy shop ${version} to staging`);
    await world.pass(8000);
    world.connector.finish('succeeded');
    await world.pass(20_000);
  }
  keep('more', await ask(dana, 'health.more', 'shop/staging'));
  keep('roll-back', await ask(dana, 'deployments.rollback-service', 'shop/staging/2.14.0'));
  await request(dana, 'deploy shop 2.14.0 to production');
  await click(avery, 'approvals.approve', { id: idOf(sent('approvals/approval')) });
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
  keep('', await ask(dana, 'deployments.rollback', `${idOf(sent('deployments/deployment-result'))}/2.13.0`));
  const { connector } = world;
  connector.serving.set('shop/staging', { ...live('2.14.0', world.clock.now()), version: '2.14.0-*x*_${title}' });
  keep('hostile', await ask(noor, 'health.restart', 'shop/staging'));
});

export const dialogScenes = [questions, rollbacks];
