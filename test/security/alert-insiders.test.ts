import assert from 'node:assert/strict';
import type { Person, Turn } from '../../src/chat/contract';
import type { SourceAlert } from '../../src/connectors/contract';
import type { Alert } from '../../src/features/alerts/record';
import { createMemorySource, createWorldOf, shopAlert } from '../features/alerts/world';
import type { AlertWorld } from '../features/alerts/world';
import { people, places, turnOf } from '../features/fakes';
import { cast, grant, somebody } from '../features/rights/cast';
import { privately, there, wordsOf } from '../features/talk-world';

/** What somebody with few permissions tries through every door of alerts. */

const minuteMs = 60_000;
/** Operates `shop` in staging, and can view nothing else. */
const insider = somebody(8, 'Iris Insider');
const stranger = cast.nobody;

const alertOf = (name: string, ...environments: string[]): SourceAlert =>
  shopAlert({ key: name, name, labels: { service: 'shop', environment: environments.join('+') } });
const own = 'Own';
const foreign = 'Foreign';
const shared = 'Shared';

async function open(): Promise<AlertWorld> {
  const source = createMemorySource();
  const test = await createWorldOf(
    source,
    (_connection, { labels }) =>
      (labels['environment'] ?? '').split('+').map((environment) => ({ service: 'shop', environment })),
    () => [source],
  );
  await grant(test, 'grant operator on shop in staging to', insider);
  await grant(test, 'grant viewer on shop in staging to', insider);
  await test.say(people.noor, 'maintenance shop in production for 2h because the database moves', there);
  await test.say(people.noor, 'end maintenance shop in production', there);
  source.alerts = [alertOf(own, 'staging'), alertOf(foreign, 'production'), alertOf(shared, 'staging', 'production')];
  await test.world.pass(minuteMs, minuteMs);
  source.told.length = 0;
  return test;
}

interface Aim {
  readonly test: AlertWorld;
  readonly who: Person;
  readonly where: Partial<Turn>;
  readonly id: string;
  readonly label: string;
}

type Door = (aim: Aim) => Promise<string>;

const click =
  (verb: string, more: object = {}): Door =>
  async ({ test, who, where, id }) =>
    wordsOf(await test.router.handleAction(turnOf(who, where), verb, { id, ...more }));
const ask =
  (verb: string): Door =>
  async ({ test, who, where, id }) =>
    wordsOf(await test.router.handleQuestion(turnOf(who, where), verb, { id }));
const type =
  (line: string): Door =>
  ({ test, who, where, label }) =>
    test.say(who, line.replace('A-0', label), where);
const later =
  (line: string, then: string): Door =>
  async ({ test, who, where, label }) => {
    const saved = await test.say(who, line.replace('A-0', label), where);
    const answer = then === '' ? '' : await test.say(who, then, where);
    await test.world.pass(3 * minuteMs, minuteMs);
    return `${saved} ${answer}`;
  };

/** Everything that changes an alert or what its source does about it. */
const acting: Readonly<Record<string, Door>> = {
  'the button Acknowledge': click('alerts.acknowledge'),
  'the button Remove acknowledgement': click('alerts.unacknowledge'),
  'the button End silence': click('alerts.end-silence'),
  'a silence of 1 h': click('alerts.silence', { until: '1h', why: 'on it' }),
  'a silence of 4 h': click('alerts.silence', { until: '4h', why: 'on it' }),
  'a silence until morning': click('alerts.silence', { until: 'morning', why: 'on it' }),
  'a silence until a date': click('alerts.silence', { date: 'Monday 8:00', why: 'on it' }),
  'the form of a silence': ask('alerts.silence'),
  'acknowledge as a line': type('acknowledge A-0 because on it'),
  'silence as a line': type('silence A-0 until 18:00 because on it'),
  'an alias': later('alias hush = silence A-0 until 18:00 because on it', 'hush'),
  'a schedule': later('in 1 minute silence A-0 until 18:00 because on it', 'schedules'),
};
/** Everything that shows an alert, or acts on its target. */
const looking: Readonly<Record<string, Door>> = {
  'the refresh of a card': click('alerts.view'),
  'the button More': ask('alerts.more'),
  'a click in More': click('alerts.more'),
  'the button Check again': click('alerts.recheck'),
  'the button Mute here': click('alerts.mute', { until: '1h' }),
  'the form of a mute': ask('alerts.mute'),
  'alert show': type('alert show A-0'),
  'a mute as a line': type('alert mute A-0 until 18:00'),
  'a check as a line': type('check shop in production'),
  'maintenance as a line': type('maintenance shop in production for 2h because on it'),
  'the end of maintenance as a line': type('end maintenance shop in production'),
  'the button Restart': (aim) => click('health.restart', { why: 'slow' })({ ...aim, id: 'shop/production' }),
  'the form of Restart': (aim) => ask('health.restart')({ ...aim, id: 'shop/production' }),
  'the button Roll back': (aim) =>
    click('deployments.rollback-service', { reason: 'slow' })({ ...aim, id: 'shop/production/2.13.0' }),
  'the graph': (aim) => click('graphs.show')({ ...aim, id: 'shop/production/60/p95' }),
};

const rooms: readonly (readonly [name: string, where: (who: Person) => Partial<Turn>])[] = [
  ['the channel of the card', () => ({ place: places.deployments })],
  ['another channel', () => there],
  ['a personal chat', privately],
];

/** A line that is scheduled is refused only when its time has come. */
const refused = /You (?:can’t|may not)|need the \w+ permission|Scheduled|schedule/;
/** Everything except the bookkeeping of Gavel's own effects. */
const stateOf = ({ wakeAt: _wakeAt, signals, ...alert }: Alert): string =>
  JSON.stringify({
    ...alert,
    pending: undefined,
    effectsMade: undefined,
    silences: signals.map((each) => each.alert.silences),
  });

describe('people with few permissions and the alerts of others', () => {
  let test: AlertWorld;
  before(async () => void (test = await open()));
  after(() => test.close());

  async function attack(door: Door, who: Person, number: number, expected = refused): Promise<void> {
    const before = (await test.alerts()).map(stateOf);
    const lines = (await test.audits()).length;
    for (const [room, where] of rooms) {
      const aim = { test, who, where: where(who), id: await test.idOf(number), label: `A-${number}` };
      assert.match(await door(aim), expected, `${room}, A-${number}`);
    }
    await test.world.pass(2 * minuteMs, minuteMs);
    assert.deepEqual((await test.alerts()).map(stateOf), before, 'an alert has changed');
    assert.deepEqual(test.source.told, [], 'the source was told something');
    const done = (await test.audits())
      .slice(lines)
      .filter(
        ({ who: by, outcome, what }) =>
          by === who.id && !/^(?:aliases|schedules)\./.test(what) && !/^refused/.test(outcome),
      );
    assert.deepEqual(done, [], 'something was done in their name');
  }
  const numberOf = async (name: string, environment: string): Promise<number> =>
    (await test.alerts()).find((each) => each.name === name && each.environment === environment)?.number ??
    assert.fail(name);

  for (const [name, door] of Object.entries({ ...acting, ...looking }))
    it(`can do nothing through ${name}`, async () => {
      for (const who of [insider, stranger]) await attack(door, who, await numberOf(foreign, 'production'));
    });

  for (const [name, door] of Object.entries(acting))
    it(`can’t act through ${name} on an alert that its source has for others, too`, async () => {
      await attack(door, insider, await numberOf(shared, 'staging'));
    });

  it('are offered no button that would be refused', async () => {
    const offered = async (name: string): Promise<string> =>
      test.click(insider, 'alerts.view', await test.idOf(await numberOf(name, 'staging')));
    assert.match(await offered(own), /alerts\.acknowledge/);
    assert.doesNotMatch(await offered(shared), /alerts\.(?:acknowledge|silence)/);
  });

  it('find nothing of what they can’t view in lists', async () => {
    for (const line of ['alerts', 'problems', 'problems here', 'maintenance windows'])
      assert.doesNotMatch(await test.say(insider, line, { place: places.deployments }), /Foreign|in production/, line);
  });

  it('can’t end an alert with a call of another source', async () => {
    const hook = { firing: [], ended: [{ alert: alertOf(foreign, 'production'), at: 0 }], isCut: false };
    assert.equal(await test.features.takeHook('other', 'digest', hook), 'taken');
    await test.world.pass(2 * minuteMs, minuteMs);
    const found = (await test.alerts()).find(({ name }) => name === foreign);
    assert.equal(found?.state, 'firing');
  });
});

const rubbish: readonly unknown[] = [
  ...['', ' ', '../../etc/passwd', '__proto__', 'f'.repeat(32), 'A-999999999999', 'x'.repeat(20_000), '\u0000\u202E'],
  ...[null, 7, -1, true, [], ['a'], {}, { $gt: '' }],
];

describe('rubbish in every field of an alert’s buttons', () => {
  const verbs = [
    'view',
    'acknowledge',
    'unacknowledge',
    'silence',
    'end-silence',
    'more',
    'recheck',
    'mute',
    'end-maintenance',
  ];
  let test: AlertWorld;
  before(async () => void (test = await open()));
  after(() => test.close());

  for (const verb of verbs)
    it(`alerts.${verb} answers each with a sentence, and changes nothing`, async () => {
      const good = { id: await test.idOf(101), until: '1h', date: '', why: 'on it' };
      const before = (await test.alerts()).map(stateOf);
      const fields = verb === 'silence' || verb === 'mute' ? ['id', 'until', 'date', 'why'] : ['id'];
      for (const field of fields)
        for (const value of rubbish) {
          // An ordinary text is a comment, and an empty date means the choice above it.
          if (field === 'why' && typeof value === 'string' && (verb === 'mute' || value.trim() !== '')) continue;
          if (field === 'date' && typeof value === 'string' && value.trim() === '') continue;
          const answer = wordsOf(
            await test.router.handleAction(turnOf(people.noor), `alerts.${verb}`, { ...good, [field]: value }),
          );
          assert.match(answer, /\S/, `${field}: ${JSON.stringify(value)}`);
          assert.doesNotMatch(answer, /went wrong|undefined|\[object/, `${field}: ${JSON.stringify(value)}`);
        }
      await test.world.pass(1_000);
      assert.deepEqual((await test.alerts()).map(stateOf), before);
    });
});

describe('what others have set for their alerts', () => {
  let test: AlertWorld;
  let number: number;
  const ids = { maintenance: '', mute: '' };
  const idIn = (words: string): string => /\b[0-9a-f]{32}\b/.exec(words)?.[0] ?? assert.fail(words);
  const channel = { place: places.deployments };
  before(async () => {
    test = await open();
    number = (await test.alerts()).find(({ name }) => name === foreign)?.number ?? assert.fail('no alert');
    const id = await test.idOf(number);
    await test.press(people.noor, 'alerts.silence', { id, until: '4h', why: 'on it' });
    ids.maintenance = idIn(
      await test.say(people.noor, 'maintenance shop in production for 2h because the disks move', channel),
    );
    ids.mute = idIn(await test.say(people.ada, 'mute shop in production for 2h', channel));
    await test.world.pass(2_000);
    test.source.told.length = 0;
  });
  after(() => test.close());

  const doors: Readonly<Record<string, Door>> = {
    'unsilence as a line': type('unsilence A-0'),
    'end silence as a line': type('end silence A-0'),
    'the button End silence': click('alerts.end-silence'),
    'unmute as a line': type('unmute'),
    'unmute of the service as a line': type('unmute shop in production'),
    'the button Unmute': (aim) => click('subscriptions.unmute')({ ...aim, id: ids.mute }),
    'end maintenance as a line': type('end maintenance shop in production'),
    'the button End maintenance': (aim) => click('alerts.end-maintenance')({ ...aim, id: ids.maintenance }),
    'an alias of it': later('alias over = end maintenance shop in production', 'over'),
    'a schedule of it': later('in 1 minute unmute shop in production', ''),
  };
  const state = async (): Promise<string> => {
    const own = (await test.alerts()).find((each) => each.number === number);
    const muted = await test.say(people.ada, 'mutes', channel);
    return JSON.stringify([own?.silenced, own?.maintenance, muted.includes(ids.mute)]);
  };

  for (const [name, door] of Object.entries(doors))
    it(`stays as it is through ${name}`, async () => {
      const before = await state();
      assert.match(before, /"comment":"on it".*"reason":"the disks move".*true/);
      for (const who of [insider, stranger])
        for (const [, where] of rooms)
          await door({ test, who, where: where(who), id: await test.idOf(number), label: `A-${number}` });
      await test.world.pass(2_000);
      assert.equal(await state(), before);
      assert.deepEqual(test.source.told, [], 'the source was told something');
    });

  it('ends for those who set it', async () => {
    await test.press(people.noor, 'alerts.end-silence', { id: await test.idOf(number) });
    await test.say(people.noor, 'end maintenance shop in production', channel);
    await test.say(people.ada, 'unmute shop in production', channel);
    await test.world.pass(2_000);
    assert.equal(await state(), '[null,null,false]');
  });
});

describe('maintenance of what shares its hosts with others', () => {
  let test: AlertWorld;
  beforeEach(async () => {
    test = await open();
    test.source.covered = [alertOf(shared, 'staging', 'production')];
  });
  afterEach(() => test.close());
  const plan = (who: Person) => test.say(who, 'maintenance shop in staging for 2h because the disks move', there);

  it('is refused to whoever can operate only one of them, and nothing is planned', async () => {
    assert.match(
      await plan(insider),
      /You can’t plan maintenance of shop in staging[^]*The same hosts or labels are monitored for shop in production, so you need the operate permission there, too/,
    );
    await test.world.pass(2_000);
    assert.deepEqual(test.source.told, []);
    assert.match(await test.say(insider, 'maintenance windows', there), /Nothing[^]*is in maintenance/);
  });

  it('says what else is quiet, and only who can operate both ends it', async () => {
    assert.match(await plan(people.noor), /The maintenance also covers shop in production/);
    await test.world.pass(2_000);
    assert.deepEqual(test.source.told.splice(0), ['maintain by Noor Operator']);
    assert.match(
      await test.say(insider, 'end maintenance shop in staging', there),
      /so you need the operate permission there, too/,
    );
    assert.match(await test.say(people.noor, 'end maintenance shop in staging', there), /has ended/);
    await test.world.pass(2_000);
    assert.match(test.source.told.join(), /^end window-\d+ by Noor Operator$/);
  });

  it('isn’t carried to a source that told only later what it shares', async () => {
    test.source.isDown = true;
    assert.match(await plan(insider), /shop in staging is in maintenance until/);
    test.source.isDown = false;
    await test.world.pass(10 * minuteMs, minuteMs);
    assert.deepEqual(test.source.told, []);
    assert.match(
      await test.say(insider, 'maintenance windows shop in staging', there),
      /Not in maintenance in Monitoring yet/,
    );
  });
});

describe('an alert that several people act on', () => {
  let test: AlertWorld;
  beforeEach(async () => void (test = await open()));
  afterEach(() => test.close());
  const silence = (who: Person, id: string) => test.press(who, 'alerts.silence', { id, until: '1h', why: 'on it' });

  it('is acknowledged and silenced once by two clicks at the same moment', async () => {
    const id = await test.idOf(101);
    const answers = await Promise.all([1, 2].map(() => test.click(people.noor, 'alerts.acknowledge', id)));
    assert.equal(answers.filter((each) => /You already acknowledged A-\d+\./.test(each)).length, 1, answers.join('\n'));
    await Promise.all([silence(people.noor, id), silence(people.noor, id)]);
    await test.world.pass(2_000);
    const name = (await test.alerts())[0]?.name ?? '';
    assert.deepEqual(
      test.source.told.filter((each) => !each.startsWith('extend')),
      [`acknowledge ${name} by Noor Operator`, `silence ${name} by Noor Operator`],
    );
  });

  it('is acknowledged by two people at the same moment, belongs to one of them, and the audit log has both', async () => {
    const id = await test.idOf(101);
    await Promise.all([people.noor, people.ada].map((who) => test.click(who, 'alerts.acknowledge', id)));
    await test.world.pass(2_000);
    const [alert] = await test.alerts();
    const lines = (await test.audits()).filter(({ outcome }) => outcome === 'acknowledged');
    const both = [people.noor.id, people.ada.id];
    assert.deepEqual(lines.map(({ who }) => who).sort(), [...both].sort());
    assert.ok(both.includes(alert?.acknowledged?.by.id ?? ''));
  });

  it('can’t be changed through a card from before it ended', async () => {
    const id = await test.idOf(101);
    test.source.alerts = [];
    await test.world.pass(5 * minuteMs, minuteMs);
    const before = (await test.alerts()).map(stateOf);
    assert.match(before[0] ?? '', /"state":"resolved"/);
    test.source.told.length = 0;
    for (const verb of ['acknowledge', 'unacknowledge', 'end-silence'])
      assert.match(await test.click(people.noor, `alerts.${verb}`, id), /Nothing was changed/, verb);
    assert.match(await silence(people.noor, id), /already been resolved. Nothing was changed/);
    assert.match(await test.press(people.noor, 'alerts.mute', { id, until: '1h' }), /already been resolved/);
    await test.world.pass(2_000);
    assert.deepEqual((await test.alerts()).map(stateOf), before);
    assert.deepEqual(test.source.told, []);
  });

  it('is silenced once at a source that was down for ten minutes, and its card says so until it’s true', async () => {
    const id = await test.idOf(101);
    test.source.isDown = true;
    await silence(people.noor, id);
    await test.world.pass(10 * minuteMs, minuteMs);
    assert.match(
      await test.click(people.noor, 'alerts.view', id),
      /Gavel; not yet in Monitoring\. Gavel will keep trying/,
    );
    test.source.isDown = false;
    await test.world.pass(10 * minuteMs, minuteMs);
    assert.equal(test.source.told.length, 1, test.source.told.join(', '));
    assert.match(test.source.told[0] ?? '', /^silence \w+ by Noor Operator$/);
    assert.doesNotMatch(await test.click(people.noor, 'alerts.view', id), /not yet in/);
  });

  it('isn’t silenced at its source for what joins it later and concerns others', async () => {
    const number = (await test.alerts()).find(({ name }) => name === own)?.number ?? 0;
    await silence(insider, await test.idOf(number));
    await test.world.pass(2_000);
    assert.deepEqual(test.source.told.splice(0), ['silence Own by Iris Insider']);
    test.source.alerts = [...test.source.alerts, { ...alertOf(own, 'staging', 'production'), key: 'joined' }];
    await test.world.pass(3 * minuteMs, minuteMs);
    assert.deepEqual(test.source.told, []);
  });
});
