import assert from 'node:assert/strict';
import { createMask, findLeak } from '../../../src/connectors/recording/mask';
import { registerSecret } from '../../../src/core/text/secrets';

const registered = 'plain-words-of-a-setting';
registerSecret(registered);

const newMask = () => createMask({ hosts: ['alertmanager.acme.example'], people: ['Dana Developer'] });
const maskOf = (value: unknown): string => JSON.stringify(newMask().body(JSON.stringify(value)));

describe('what is masked in a recorded answer', () => {
  const cases: readonly (readonly [what: string, value: unknown, expected: RegExp, gone: string])[] = [
    ['a password by its field', { password: 'hunter2' }, /"password":"\[secret\]"/, 'hunter2'],
    ['a number as a password', { pin_token: 123456 }, /"\[secret\]"/, '123456'],
    ['a cookie by its field', { setCookie: 'NagFormId=ab12' }, /"\[secret\]"/, 'ab12'],
    ['a secret of this installation', { summary: `it said ${registered}!` }, /\[secret\]/, registered],
    ['a token by its form', { text: 'use ghp_0123456789abcdefghijABCDEFGHIJ012345' }, /\[secret\]/, 'ghp_'],
    ['a password in an address', { link: 'https://ci:hunter2222@ci.acme.example/x' }, /\[secret\]/, 'hunter2222'],
    ['an address of a machine', { link: 'http://web01.acme.example:9090/graph' }, /http:\/\/host-1\.example/, 'web01'],
    ['a known host without a scheme', { text: 'on alertmanager.acme.example' }, /on host-1\.example/, 'acme'],
    ['an IP address', { text: 'at 10.1.2.3:9100 now' }, /at host-1\.example now/, '10.1.2.3'],
    [
      'a machine with its port in a query',
      { expr: 'up{instance="web01:9100"}' },
      /instance=\\"host-1\.example\\"/,
      'web01',
    ],
    ['a key that pages write with', { rudderstackWriteKey: '1abcDEF' }, /"\[secret\]"/, '1abcDEF'],
    ['a machine by its field', { labels: { instance: 'db-7' } }, /"instance":"host-1\.example"/, 'db-7'],
    ['an e-mail address', { text: 'ask noor@acme.example' }, /ask person-1@mail\.example/, 'noor'],
    ['a person by the field', { createdBy: 'Noor Ferreira' }, /"createdBy":"Person 1"/, 'Ferreira'],
    ['a person of the catalog in a text', { comment: 'dana developer is on it' }, /"Person 1 is on it"/, 'developer'],
    ['a person by the full name', { fullName: 'Noor Ferreira', id: 7 }, /"fullName":"Person 1"/, 'Ferreira'],
    [
      'a variable of a process in a log',
      { content: 'h environment:\nh  HOME=/home/noor\nomake all' },
      /h {2}HOME=\[secret\]\\nomake all/,
      'noor',
    ],
    [
      'a person beside an address',
      { committer: { name: 'Noor Ferreira', email: '' } },
      /"committer":\{"name":"Person 1","email":""\}/,
      'Ferreira',
    ],
    ['a person in a list', { author: ['Noor Ferreira'] }, /\["Person 1"\]/, 'Noor'],
    [
      'a person in a file in base64',
      { content: Buffer.from('# ask noor@acme.example\nname: Deploy\n').toString('base64'), encoding: 'base64' },
      /"# ask person-1@mail\.example\\nname: Deploy\\n","encoding":"utf-8"/,
      'noor',
    ],
    ['a machine in a key', { '10.1.2.3': 'up' }, /"host-1\.example":"up"/, '10.1.2.3'],
  ];
  for (const [what, value, expected, gone] of cases)
    it(what, () => {
      const masked = maskOf(value);
      assert.match(masked, expected);
      assert.ok(!masked.toLowerCase().includes(gone.toLowerCase()), masked);
      assert.equal(findLeak(masked), undefined);
    });

  it('leaves what says nothing about anybody', () => {
    const value = {
      alertname: 'QueueTooLong',
      severity: 'warning',
      value: 42,
      version: '0.25.0',
      at: '20:47:50, a:12',
      isFiring: true,
      none: null,
      field: { name: 'title', fullName: 'title', label: 'What for', type: 'text' },
    };
    assert.equal(maskOf(value), JSON.stringify(value));
  });

  it('has the same stand-in for the same name in every answer', () => {
    const mask = newMask();
    const [one, other] = ['{"host":"web01"}', '{"link":"http://web01/x","host":"db-7"}'].map((each) => mask.body(each));
    assert.deepEqual(
      [one, other],
      [{ host: 'host-1.example' }, { link: 'http://host-1.example/x', host: 'host-2.example' }],
    );
  });

  it('masks pages and queries, too, and counts what it masked', () => {
    const mask = newMask();
    assert.equal(mask.body('<p>Mail noor@acme.example</p>'), '<p>Mail person-1@mail.example</p>');
    const path = mask.path(`/api/v1/query?query=up&token=abcdef`);
    assert.equal(path, '/api/v1/query?query=up&token=[secret]');
    assert.deepEqual(Object.fromEntries(mask.masked()), { 'e-mail address': 1, secret: 1 });
  });
});

describe('what a masked answer still shows', () => {
  for (const [what, text] of [
    ['a secret of this installation', `{"a":"${registered}"}`],
    ['one that is part of a word', `x${registered}y`],
    ['one in base64', Buffer.from(registered).toString('base64')],
    ['a key that is a token', '{"ghp_0123456789abcdefghijABCDEFGHIJ012345":1}'],
    ['a token behind escapes', '"gh\\u0070_0123456789abcdefghijABCDEFGHIJ012345"'],
    ['a password in words', 'the password is hunter2'],
  ] as const)
    it(`is found: ${what}`, () => assert.notEqual(findLeak(`first line\n${text}`), undefined));

  it('is nothing in a plain answer', () =>
    assert.equal(findLeak('{\n  "summary": "42 jobs wait",\n  "value": "[secret]"\n}'), undefined));

  it('a field that has fields of its own isn’t a secret, and those can be', () => {
    assert.equal(findLeak('  "secret": {\n    "defaultMode": 420\n  }'), undefined);
    assert.notEqual(findLeak('  "secret": {\n    "password": "hunter2hunter2"\n  }'), undefined);
  });
});
