import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'libsql';
import { people } from '../features/fakes';
import { called, longService, withHostileNames, withLongNames, withRightToLeftNames } from './catalogs';
import { hostileText, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** The audit log, page by page. */

const { ada } = people;
const hourMs = 3_600_000;
type Cast = Pick<typeof people, 'dana' | 'noor' | 'ada'>;

/** Two days on which people did this and that. */
async function work(
  { request, type, world }: Stage,
  cast: Cast,
  reason: string,
  service = 'shop',
  rounds = 1,
): Promise<void> {
  const say = async (who: Cast['dana'], line: string): Promise<void> => {
    await type(who, line, 'channel');
    await world.pass(hourMs, hourMs);
  };
  await say(cast.ada, `grant operator on ${service} to nico until Dec 31 because ${reason}`);
  await say(cast.noor, `restart ${service} in staging because ${reason}`);
  await say(cast.noor, `freeze staging for 2h because ${reason}`);
  await world.pass(18 * hourMs, 6 * hourMs);
  await request(cast.dana, `deploy ${service} 2.15.0 to staging`);
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
  for (const who of Array.from({ length: rounds }, () => [cast.dana, cast.noor, cast.ada]).flat()) {
    await say(who, `lock ${service} in staging for 3h because ${reason}`);
    await say(who, `unlock ${service} in staging`);
  }
}

const castOf = (kind: Parameters<typeof called>[0]): Cast => ({
  dana: called(kind, 'dana'),
  noor: called(kind, 'noor'),
  ada: called(kind, 'ada'),
});

const usual = scene(async (stage) => {
  const { click, keep, show, type, world } = stage;
  await work(stage, people, 'checkout fails', 'shop', 3);
  await show('empty', ada, 'audit Avery Approver last week');
  const newest = await type(ada, 'audit shop');
  keep('', newest);
  assert.ok('card' in newest && newest.card === 'audits/list');
  const [older] = newest.data.actions;
  keep('oldest', await click(ada, 'audits.older', { id: older?.id }));
  // Somebody has changed a line in the file.
  const file = new Database(join(world.folder, 'gavel.db'));
  file.exec(
    `UPDATE "audit-entries" SET body = 'changed' WHERE sequence = (SELECT max(sequence) - 2 FROM "audit-entries")`,
  );
  file.close();
  await show('damaged', ada, 'audit staging');
});

const hostile = scene(async (stage) => {
  stage.changeCatalog(withHostileNames);
  await work(stage, castOf('hostile'), hostileText);
  await stage.show('hostile', ada, 'audit');
});

const long = scene(async (stage) => {
  stage.changeCatalog(withLongNames);
  await work(stage, castOf('long'), longText, longService);
  await stage.show('long', ada, 'audit');
});

const rightToLeft = scene(async (stage) => {
  stage.changeCatalog(withRightToLeftNames);
  await work(stage, castOf('rightToLeft'), 'العملاء لا يستطيعون الدفع');
  await stage.show('right-to-left', ada, 'audit');
});

export const auditScenes = [usual, hostile, long, rightToLeft];
