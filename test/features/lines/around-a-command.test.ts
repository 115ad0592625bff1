import assert from 'node:assert/strict';
import type { Command } from '../../../src/chat/contract';
import { createLanguage } from '../../../src/chat/language';
import type { Language } from '../../../src/chat/language';
import { knownNames } from '../../../src/chat/router/typed';
import { mayAnywhere, namedReach } from '../../../src/core/catalog/rights';
import { createTalkWorld, privately, roles } from '../talk-world';
import type { TalkWorld } from '../talk-world';

/** Mistyped lines with the suggestions for them. */
const misspellings = [
  'deplyo shop to staging',
  'depoly shop 2.14.0 to production',
  'restrat shop in staging',
  'restart shop in staging and search too',
  'rolback shop in staging',
  'whre shop',
  'helth shop in production',
  'aprove D-1042',
  'lokc shop in staging because it hangs',
  'feeze production until Friday because x',
  'I want to deploy shop to staging please',
  'could you perhaps restart shop in staging',
  'show me the health of shop',
  'what about approvals',
  'please execute `restart shop in staging`',
  'audti shop',
  'grnat developer to Noor Operator',
  'grant',
  'who is on call in production',
  'rembember greeting is hello',
  'in staging deploy shop',
  'so in the end we restart shop in staging',
  "don't restart shop in staging",
  'do not deploy shop to production',
  'never freeze production',
  '__proto__ restart shop',
  `${'very '.repeat(90)}long line that ends in deploy shop`,
];

describe('the suggestions for a line that is not a command', () => {
  let talk: TalkWorld;
  let commands: readonly Command[];
  let language: Language;
  before(() => {
    talk = createTalkWorld();
    commands = talk.features.features.flatMap((feature) => feature.commands ?? []);
    language = createLanguage(commands);
  });
  after(() => talk.close());

  const offered = (reply: string): string[] =>
    ((JSON.parse(reply) as { lines?: { line: string }[] }).lines ?? []).map(({ line }) => line);

  it('parse without a word left over, and are allowed for their reader', async () => {
    const catalog = talk.features.catalog();
    let count = 0;
    for (const who of [roles.viewer, roles.developer, roles.admin])
      for (const said of misspellings) {
        if (language.parse(said, knownNames(catalog)).kind !== 'unknown') continue;
        for (const line of offered(await talk.say(who, said, privately(who)))) {
          const parsed = language.parse(line, knownNames(catalog));
          assert.ok(parsed.kind !== 'unknown', `${said}: ${line}`);
          assert.ok(parsed.kind === 'missing' || parsed.extra.length === 0, `${said}: ${line}`);
          const { right } = parsed.command;
          const isAllowed =
            right === undefined || mayAnywhere(catalog, who.id, right, namedReach(catalog, parsed.args));
          assert.ok(isAllowed, `${who.name}, ${said}: ${line}`);
          count++;
        }
      }
    assert.ok(count > 30, `${count} lines were offered`);
  });

  it('are the command that was meant', async () => {
    const table: readonly (readonly [said: string, offer: string])[] = [
      ['deplyo shop to staging', 'deploy shop to staging'],
      ['restrat shop in staging', 'restart shop in staging'],
      ['whre shop', 'where shop'],
      ['we have to restart shop in staging', 'restart shop in staging'],
      ['please execute `restart shop in staging`', 'restart shop in staging'],
    ];
    for (const [said, offer] of table)
      assert.equal(offered(await talk.say(roles.admin, said, privately(roles.admin)))[0], offer);
  });

  it('are never what somebody says not to do', async () => {
    for (const said of [
      "don't restart shop in staging",
      'do not deploy shop to production',
      'please never freeze production',
    ]) {
      const lines = offered(await talk.say(roles.admin, said, privately(roles.admin)));
      for (const line of lines)
        assert.equal(
          language.parse(line, knownNames(talk.features.catalog())).kind === 'command' && /^(help|ask)/.test(line),
          true,
          `${said}: ${line}`,
        );
    }
  });
});

describe('words that are not a command', () => {
  let talk: TalkWorld;
  before(() => (talk = createTalkWorld()));
  after(() => talk.close());

  it('get a fitting answer', async () => {
    const { developer: dana } = roles;
    const say = (line: string) => talk.say(dana, line, privately(dana));
    for (const line of ['yes', 'Yes!', 'ok', 'no', 'y']) assert.match(await say(line), /no open question here/, line);
    assert.match(await say('thx'), /welcome|glad|pleasure|time/i);
    assert.match(await say('status'), /"kind":"Status"/);
    assert.match(await say('status shop'), /"kind":"Status".*"title":"shop"/);
    assert.match(await say('who deployed shop'), /"title":"shop".*Nothing matches/);
    assert.match(await say('hey gavel where shop'), /What runs where/);
    for (const line of ['', '&nbsp;', '\n&nbsp;', '…'])
      assert.match(await say(line), /help|understand/i, JSON.stringify(line));
  });

  it('a bare cancel asks for no number if nothing can be canceled', async () => {
    assert.match(
      await talk.say(roles.developer, 'cancel', privately(roles.developer)),
      /nothing you can cancel: .*no deployment/,
    );
  });
});
