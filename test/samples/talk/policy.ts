import type { Person } from '../../../src/chat/contract';
import { people } from '../../features/fakes';
import { called, withHostileNames, withLongNames, withRightToLeftNames } from '../catalogs';
import { hostileText, longText } from '../contract';
import { idOf, scene } from '../stage';
import type { Stage } from '../stage';

/** The lists of rules, people and what they have written. */

const { ada, avery, dana, nico, noor } = people;

/** With nothing there yet. */
const empty = scene(async ({ changeCatalog, show }) => {
  await show('aliases-none', dana, 'aliases');
  await show('delegations-none', ada, 'delegations');
  await show('freezes-none', dana, 'freezes');
  await show('history-none', dana, 'history bananas');
  await show('locks-none', dana, 'locks');
  await show('memory-none', dana, 'recall');
  await show('reviews-none', ada, 'reviews');
  await show('schedules-none', dana, 'schedules');
  await show('subscriptions-none', ada, 'subscriptions', 'channel');
  await show('my-roles', dana, 'my roles');
  await show('policy-open', dana, 'policy shop in production');
  await show('rights', dana, 'what can I do');
  await show('roles', dana, 'roles');
  await show('who-can', dana, 'who can deploy shop to production');
  changeCatalog((text) => text.replaceAll(/ {2}- \{ everyone: true, role: .*\n/g, ''));
  await show('rights-none', nico, 'what can I do');
  await show('roles-none', nico, 'my roles');
});

interface Cast {
  readonly dana: Person;
  readonly avery: Person;
  readonly noor: Person;
  readonly ada: Person;
  readonly reason: string;
  readonly note: string;
  readonly task: string;
}

const usual: Cast = {
  ada,
  avery,
  dana,
  noor,
  reason: 'customers are waiting for the fix',
  note: 'in the wiki, under Releases',
  task: 'look at the graphs',
};
const castOf = (kind: 'hostile' | 'long' | 'rightToLeft', reason: string): Cast => ({
  dana: called(kind, 'dana'),
  avery: called(kind, 'avery'),
  noor: called(kind, 'noor'),
  ada: called(kind, 'ada'),
  ...{ reason, note: reason, task: reason },
});

/** What people can have, with samples of the lists of all of it. */
async function write(stage: Stage, cast: Cast, suffix: string, service = 'shop'): Promise<void> {
  const { click, show, type, world } = stage;
  const named = (list: string): string => [list, suffix].filter(Boolean).join('-');
  await type(cast.dana, `remember release notes is ${cast.note}`);
  await type(cast.dana, 'remember phone is 555 0100, extension 7');
  await show(named('memory'), cast.dana, 'recall');
  await type(cast.dana, `lock ${service} in staging until 18:00 because ${cast.reason}`, 'channel');
  await type(cast.noor, `lock ${service} in staging because I am next`, 'channel');
  await show(named('locks'), cast.dana, 'locks');
  if (suffix === 'long' || suffix === 'right-to-left') return;
  await type(cast.dana, 'alias standup = where');
  await type(cast.dana, `alias note = remember release notes is ${cast.note}`);
  await show(named('aliases'), cast.dana, 'aliases');
  await type(cast.dana, 'every Monday at 9 where');
  await type(cast.dana, `in 2 hours remind me to ${cast.task}`);
  await show(named('schedules'), cast.dana, 'schedules');
  await type(cast.avery, 'delegate my approvals to noor until Sunday 18:00');
  await show(named('delegations'), cast.ada, 'delegations');
  const preview = await type(cast.ada, `emergency deploy shop 2.15.0 to production because ${cast.reason}`, 'channel');
  await click(cast.ada, 'emergencies.start', { id: idOf(preview), reason: cast.reason }, 'channel');
  await world.pass(4000);
  world.connector.finish('succeeded');
  await world.pass(24_000, 4000);
  await show(named('reviews'), cast.ada, 'reviews');
  await type(cast.noor, `freeze production until 18:00 because ${cast.reason}`, 'channel');
  await type(cast.noor, `freeze staging for 2h because ${cast.reason}`, 'channel');
  await show(named('freezes'), cast.dana, 'freezes');
}

const written = scene(async (stage) => {
  const { click, keep, sent, show, type, world } = stage;
  await write(stage, usual, '');
  await show('memory-about', dana, 'recall release');
  await show('policy-frozen', dana, 'policy shop in production');
  await show('your-data', dana, 'my data');
  await type(ada, 'alias stopit for everybody = restart shop in practice because it hangs');
  await show('prepared', noor, 'stopit');
  const hostileLine = 'restart shop in practice because *b* [x](https://evil.example) <at>all</at>';
  await type(ada, `alias fix for everybody = ${hostileLine}`);
  await show('prepared-hostile', noor, 'fix');
  await world.pass(4 * 3_600_000, 3_600_000);
  keep('lock-question', sent('policy/list'));
  const answer = async (verb: string) => {
    await type(dana, 'delete my data');
    await world.pass(1000);
    const asked = sent('policy/list');
    const [first] = 'card' in asked && asked.card === 'policy/list' ? asked.data.actions : [];
    const reply = await click(dana, verb, { id: first?.id });
    return { asked, reply };
  };
  const { asked, reply } = await answer('privacy.keep');
  keep('delete-data', asked);
  keep('data-kept', reply);
  keep('data-deleting', (await answer('privacy.delete')).reply);
  await world.pass(10_000);
  keep('data-deleted', sent('policy/list'));
});

const history = scene(async ({ changeCatalog, show, type, world }) => {
  const say = async (who: Person, line: string) => {
    await type(who, line, 'channel');
    await world.pass(3 * 60_000, 60_000);
  };
  await say(noor, 'freeze production for 2h because the sale is on');
  await say(dana, 'lock shop in staging until 18:00 because I am testing the tax fix');
  await say(dana, 'rollback shop to 2.15.0 in production');
  await say(nico, 'restart shop in production because it hangs');
  await say(noor, 'unfreeze production because the sale has ended');
  await say(dana, 'deplyo shop');
  await say(dana, 'status');
  await show('history', dana, 'history', 'channel');
  changeCatalog(
    (text) =>
      `${text}freezes:\n  - { name: Weekend, reason: nobody is at work, environments: [production], weekly: { from: Fri 16:00, to: Mon 8:00 } }\n`,
  );
  await show('', dana, 'freezes');
});

const hostile = scene(async (stage) => {
  stage.changeCatalog(withHostileNames);
  await write(stage, castOf('hostile', hostileText), 'hostile');
  await stage.show('hostile', ada, 'who can deploy shop to production');
});

const long = scene(async (stage) => {
  stage.changeCatalog(withLongNames);
  await write(stage, castOf('long', longText), 'long', 'checkout-and-payments-gateway-partners');
  await stage.show(
    'long',
    ada,
    'who can deploy checkout-and-payments-gateway-partners to production-europe-west-frankfurt',
  );
});

const rightToLeft = scene(async (stage) => {
  stage.changeCatalog(withRightToLeftNames);
  await write(stage, castOf('rightToLeft', 'العملاء لا يستطيعون الدفع'), 'right-to-left');
  await stage.show('right-to-left', ada, 'who can deploy shop to production');
});

export const policyScenes = [empty, written, history, hostile, long, rightToLeft];
