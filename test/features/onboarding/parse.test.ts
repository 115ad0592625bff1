import assert from 'node:assert/strict';
import {
  isAnswer,
  readAccess,
  readAside,
  readHours,
  readServices,
  readWhen,
  readWork,
  readZone,
} from '../../../src/features/onboarding/parse';

describe('answers to the first questions', () => {
  const table = <T>(read: (said: string) => T, rows: readonly (readonly [string, T])[]): void => {
    for (const [said, expected] of rows) assert.deepEqual(read(said), expected, said);
  };

  it('tell answers that begin like a command from schedules', () =>
    table(isAnswer, [
      ['at once', true],
      ['At once.', true],
      ['at the weekend', true],
      ['at 10pm to 7am', true],
      ['in the evening', true],
      ['in Berlin', true],
      ['every evening', true],
      ['once a day', true],
      ['in 2 hours remind me to look', false],
      ['at 16:30 health of shop', false],
      ['every hour health of shop', false],
      ['every weekday at 9 health of shop', false],
      ['tomorrow remind me to ask Noor', false],
      ['deploy shop', false],
      ['I deploy things', true],
      ['We mostly approve releases', true],
      ['I want to deploy shop', false],
      ['help', false],
    ]));

  it('include what somebody does', () =>
    table(readWork, [
      ['ship', 'ship'],
      ['I deploy things.', 'ship'],
      ['“Decide”', 'decide'],
      ['approver', 'decide'],
      ['run', 'run'],
      ['on-call', 'run'],
      ['just looking', 'look'],
      ['I run the servers at night', 'run'],
      ['I look after the shop', 'run'],
      ['We keep things running.', 'run'],
      ['I’m on call this month', 'run'],
      ['mostly I write code and ship it', 'ship'],
      ['I build the payments service', 'ship'],
      ['I approve what others deploy', 'decide'],
      ['I review and sign off releases', 'decide'],
      ["I'm the team lead", 'decide'],
      ['I don’t deploy anything, I only want to see how things are', 'look'],
      ['see how the team is doing', 'look'],
      ['2', 'decide'],
      ['bananas', undefined],
      ['', undefined],
    ]));

  it('include services by name, all, or none', () =>
    table(
      (said) => readServices(said, ['shop', 'payments', 'search']),
      [
        ['shop and payments', ['shop', 'payments']],
        ['search,shop', ['shop', 'search']],
        ['Shop', ['shop']],
        ['all', ['shop', 'payments', 'search']],
        ['none', []],
        ['I work on the shop and payments services, please', ['payments', 'shop'].reverse()],
        ['only search', ['search']],
        ['all of them', ['shop', 'payments', 'search']],
        ['none of them', []],
        ['shop and bananas', undefined],
        ['', undefined],
      ],
    ));

  it('include when to notify', () =>
    table(readWhen, [
      ['at once', 'at once'],
      ['immediately', 'at once'],
      ['once a day', 'digest'],
      ['digest', 'digest'],
      ['Only when I ask.', 'only when I ask'],
      ['never', 'only when I ask'],
      ['right away, please', 'at once'],
      ['I don’t know', undefined],
      ['bananas', undefined],
    ]));

  it('include quiet hours in both clock formats', () =>
    table(readHours, [
      ['22:00-07:00', '22:00-07:00'],
      ['22-7', '22:00-07:00'],
      ['from 9pm to 7am', '21:00-07:00'],
      ['at 22-7', '22:00-07:00'],
      ['I sleep from 23 to 6', '23:00-06:00'],
      ['please be quiet between 10pm and 7am', '22:00-07:00'],
      ['12am - 6:30am', '00:00-06:30'],
      ['between 10 pm and 7 am', '22:00-07:00'],
      ['noon to midnight', '12:00-00:00'],
      ['22:00 CET to 7:00', undefined],
      ['none', 'none'],
      ['25-7', undefined],
      ['13pm-7am', undefined],
      ['7-7', undefined],
      ['at night', undefined],
    ]));

  it('include zones and cities', () =>
    table(readZone, [
      ['Europe/Berlin', 'Europe/Berlin'],
      ['in Berlin', 'Europe/Berlin'],
      ['berlin', 'Europe/Berlin'],
      ['New York', 'America/New_York'],
      ['I live in Lisbon', 'Europe/Lisbon'],
      ['I’m in Tokyo', 'Asia/Tokyo'],
      ['Berlin time, please', 'Europe/Berlin'],
      ['utc', 'UTC'],
      ['Atlantis', undefined],
      ['x', undefined],
    ]));

  it('include a role, its scope, and its end', () => {
    const known = {
      roles: ['developer', 'operator', 'viewer'],
      services: ['shop', 'search'],
      environments: ['staging', 'production'],
    };
    table(
      (said) => {
        const wish = readAccess(said, known);
        return wish && Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
      },
      [
        ['developer', { role: 'developer' }],
        ['developer in staging', { role: 'developer', environment: 'staging' }],
        ['I need operator on shop in production', { role: 'operator', service: 'shop', environment: 'production' }],
        [
          'developer on shop in staging for 7 days because I join',
          { role: 'developer', service: 'shop', environment: 'staging', time: 'for 7 days', reason: 'I join' },
        ],
        [
          'developer in staging for 30 days because I join',
          { role: 'developer', environment: 'staging', time: 'for 30 days', reason: 'I join' },
        ],
        ['developer until Friday', { role: 'developer', time: 'until Friday' }],
        ['the viewer role everywhere', { role: 'viewer' }],
        ['king', undefined],
        ['developer in mars', undefined],
      ],
    );
  });

  it('include the replies that work at every question', () =>
    table(readAside, [
      ['Cancel.', 'leave'],
      ['later', 'leave'],
      ['help', 'help'],
      ['skip', 'skip'],
      ['not now', 'skip'],
      ['back', 'back'],
      ['shop', undefined],
    ]));
});
