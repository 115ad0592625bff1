import assert from 'node:assert/strict';
import { createLanguage, normalizeText } from '../../../src/chat/language';
import { missingIn } from '../../../src/chat/language/arguments';
import { typingDistance } from '../../../src/core/text/nearest';
import { command, commands } from '../sample';

const language = createLanguage(commands);
const names = { services: new Set(['shop', 'search']), environments: new Set(['staging', 'production']) };

/** `command key=value …`, `missing argument` or `unknown: the first suggestion`. */
function meant(text: string): string {
  const parsed = language.parse(text, names);
  if (parsed.kind === 'unknown') return `unknown: ${parsed.nearest.map(({ line }) => line).join(' | ')}`;
  const args = Object.entries(parsed.args).map(([name, value]) => `${name}=${value}`);
  const missing =
    parsed.kind === 'missing'
      ? [`?${missingIn(parsed.command.arguments ?? [], parsed.args)[0]?.name}`]
      : parsed.extra.map((word) => `+${word}`);
  return [parsed.command.name, ...args, ...missing].join(' ');
}

describe('the language', () => {
  const table: [said: string, meant: string][] = [
    ['deploy', 'deploy'],
    ['Deploy.', 'deploy'],
    ['DEPLOY SHOP', 'deploy service=shop'],
    ['deploy shop 2.14.0 to production', 'deploy service=shop release=2.14.0 environment=production'],
    ['deploy shop 2.14.0 to Production.', 'deploy service=shop release=2.14.0 environment=production'],
    ['&nbsp;deploy&nbsp;shop', 'deploy service=shop'],
    ['\u00a0deploy\u00a0\u00a0shop\u00a0', 'deploy service=shop'],
    ['deploy&#32;shop &#x74;o staging', 'deploy service=shop environment=staging'],
    ['deploy “shop” to ‘staging’', 'deploy service=shop environment=staging'],
    ['deploy shop to staging please', 'deploy service=shop environment=staging'],
    ['please deploy the shop to staging', 'deploy service=shop environment=staging'],
    ['can you deploy shop', 'deploy service=shop'],
    ['deploy shop production', 'deploy service=shop environment=production'],
    ['deploy production shop', 'deploy environment=production service=shop'],
    ['deploy 2.14.0 to staging', 'deploy release=2.14.0 environment=staging'],
    ['deploy service=shop environment=staging', 'deploy service=shop environment=staging'],
    ['deploy --service shop --to=staging', 'deploy service=shop environment=staging'],
    ['deploy —service shop', 'deploy service=shop'],
    ['deploy env=staging service="Shop"', 'deploy environment=staging service=shop'],
    ['ship shop', 'deploy service=shop'],
    ['roll back shop on production', 'rollback service=shop environment=production'],
    ['rollback shop', 'rollback service=shop ?environment'],
    ['rollback', 'rollback ?service'],
    ['rollback shop in production twice', 'rollback service=shop environment=production +twice'],
    ['reject D-1042', 'reject id=D-1042'],
    ['reject d1042', 'reject id=D-1042'],
    ['reject 1042', 'reject id=D-1042'],
    ['reject #1042', 'reject id=D-1042'],
    ['reject 1042 because it’s too late', 'reject id=D-1042 reason=it’s too late'],
    ['reject 1042 because payments—which is broken—fails!', 'reject id=D-1042 reason=payments—which is broken—fails!'],
    ['reject 1042 because 1. stop\r\n2. start', 'reject id=D-1042 reason=1. stop\n2. start'],
    ['reject 1042 because  two  spaces', 'reject id=D-1042 reason=two  spaces'],
    ['reject 1042 because of the audit', 'reject id=D-1042 reason=the audit'],
    ['reject 1042 because: too late', 'reject id=D-1042 reason=too late'],
    ['reject 1042 because:late', 'reject id=D-1042 reason=late'],
    ['reject because="too late" 1042', 'reject reason=too late id=D-1042'],
    ['reject because=late 1042', 'reject reason=late id=D-1042'],
    ['reject because it is late D-1042', 'reject reason=it is late id=D-1042'],
    ['reject 1042 because “quoted words”', 'reject id=D-1042 reason=quoted words'],
    ['reject 1042 because 🧑‍💻 is away', 'reject id=D-1042 reason=🧑‍💻 is away'],
    ['`deploy shop`', 'deploy service=shop'],
    ['```\ndeploy shop to staging\n```', 'deploy service=shop environment=staging'],
    ['```bash\ndeploy shop\n```', 'deploy service=shop'],
    ['deploy `shop` to `staging`', 'deploy service=shop environment=staging'],
    ['🚀 deploy shop', 'deploy service=shop'],
    ['🚀deploy shop🚀', 'deploy service=shop'],
    ['deploy shop 🙏🏽', 'deploy service=shop'],
    ['hey Gavel, deploy shop', 'deploy service=shop'],
    ['please deploy shop thanks', 'deploy service=shop'],
    ['thank you, deploy shop', 'deploy service=shop'],
    ['reject 1042 the a=b of it', 'reject id=D-1042 reason=the a=b of it'],
    ['reject 1042 reason="Too late"', 'reject id=D-1042 reason=Too late'],
    ['reject 1042 --reason too late', 'reject id=D-1042 reason=too late'],
    ['reject 1042 "quoted words"', 'reject id=D-1042 reason=quoted words'],
    ['reject 1042 say "no" to it', 'reject id=D-1042 reason=say "no" to it'],
    ['@Gavel help', 'help'],
    ['/help deploy', 'help topic=deploy'],
    ['Help!', 'help'],
    ['deplyo shop', 'unknown: deploy shop'],
    ['depl', 'unknown: deploy | deployments'],
    ['rolback shop in staging', 'unknown: rollback shop in staging'],
    ['I want to deploy shop', 'unknown: deploy shop'],
    ['please run `deploy shop`', 'unknown: deploy shop'],
    ["don't deploy shop", 'unknown: help deploy'],
    ['bananas', 'unknown: '],
    ['__proto__ constructor', 'unknown: '],
  ];
  for (const [said, expected] of table) it(`understands “${said}”`, () => assert.equal(meant(said), expected));

  it('fills only declared arguments', () => {
    const parsed = language.parse('deploy __proto__=x constructor=y', names);
    assert.ok(parsed.kind === 'command');
    assert.deepEqual(Object.keys(parsed.args).sort(), ['release', 'service'].sort());
    assert.equal(Object.getPrototypeOf(parsed.args), Object.prototype);
  });

  it('handles long and odd text', () => {
    for (const text of [
      '',
      ' ',
      '"',
      "'",
      '--',
      '=',
      '&#0;',
      '&#xD800;',
      '\u202e',
      'a'.repeat(100_000),
      '" '.repeat(5_000),
    ])
      assert.doesNotThrow(() => language.parse(text, names), JSON.stringify(text.slice(0, 20)));
  });

  it('rejects two commands with the same word', () =>
    assert.throws(
      () => createLanguage([command('deploy', []), command('go', [], { synonyms: ['Deploy'] })]),
      /deploy/i,
    ));

  it('keeps a question mark on its own', () => assert.equal(normalizeText(' ? '), '?'));

  it('counts swapped neighbors as one typo', () => {
    assert.equal(typingDistance('deplyo', 'deploy'), 1);
    assert.equal(typingDistance('', 'abc'), 3);
  });
});
