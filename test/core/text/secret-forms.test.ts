import assert from 'node:assert/strict';
import { findSecret, looksLikePassword, maskSecrets, registerSecret } from '../../../src/core/text/secrets';

// Assembled here, so that no scanner mistakes this file for a leak.
const made = (...parts: string[]): string => parts.join('');

const secrets: readonly (readonly [string, RegExp])[] = [
  ['deploy key is -----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNz', /private key/],
  ['key is --BEGIN RSA PRIVATE KEY--', /private key/],
  [made('aws is AKIA', 'IOSFODNN7EXAMPLE'), /AWS/],
  [made('ci is ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'), /GitHub/],
  [made('ci is github_pat_', '11ABCDEFG0abcdefghijkl_mnop'), /GitHub/],
  [made('lab is glpat-', 'abcdefghij0123456789'), /GitLab/],
  [made('slack is xoxb-', '123456789012-abcdefghijkl'), /Slack/],
  [made('pay is sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'), /Stripe/],
  [made('maps is AIza', 'SyA1234567890abcdefghijklmnopqrstuv'), /Google/],
  [made('npm is npm_', 'abcdefghijklmnopqrstuvwxyz0123456789'), /npm/],
  [made('model is sk-', 'proj-abcdefghijklmnopqrstuv'), /API key/],
  [made('vault is hvs.', 'CAESIJabcdefghijklmnopqrst'), /Vault/],
  [
    made('login is eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'),
    /signed token/,
  ],
  ['db is postgres://shop:hunter2@db.example/shop', /connection string/],
  ['db is mongodb+srv://a:b@cluster.example', /connection string/],
  ['db is Server=x;User Id=sa;Database=shop', /connection string/],
  ['queue is Endpoint=sb://x;SharedAccessKey=abc', /connection string/],
  ['db password is hunter2', /password/],
  ['the PASSWORD is hunter2', /password/],
  ['admin pwd: x', /password/],
  ['wifi passphrase = correct horse', /password/],
  ['door pin is 4711', /password/],
  ['shop api key is abc', /password/],
  ['token=abc123', /password/],
  ['my access token is abc123', /password/],
  ['header is Authorization: Basic c2hvcDpodW50ZXIy', /sign-in|password/],
  ['curl is -H bearer abcdefghijklmnop1234', /sign-in/],
  ['hook is https://hooks.slack.com/services/T000/B000/XXXX', /webhook/],
  ['blob is https://x.blob.core.example/c/f?sv=1&sig=abcdef%3D', /signed URL/],
  [made('thing is 9aF3kLm2Q', 'x7Zp0RtVb8WsYc5'), /long random string/],
  [made('thing is 0123456789abcdef', '0123456789abcdef'), /long random string/],
];

const harmless = [
  'release day is Thursday',
  'the password is kept in the vault',
  'db password is in the vault under shop',
  'token is expired',
  'who has the password',
  'commit is 2f1c0a5b9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a',
  'tenant is 11111111-0000-4000-8000-0000000000d1',
  'image is sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'runbook is https://docs.example/document/d/1A2b3C4d5E6f7G8h9I0jK1lM2nO3pQ4r/edit',
  'queue is shop-orders-production-westeurope-2026',
  'box is SHOP_PRODUCTION_ORDERS_QUEUE_NAME_2',
  'branch is feature/SHOP-123-take-gift-cards-in-checkout',
  'deploy shop 2.14.0 to production because SHOP-4711 is fixed',
  'on call is dana@example.org',
  'pinned release is 2.14.0',
  'lunch is at 12:30 on floor 3',
];

describe('secrets recognized by their form', () => {
  for (const [text, kind] of secrets)
    it(`include one in “${text.slice(0, 40)}”`, () => assert.match(findSecret(text) ?? 'nothing', kind));

  for (const text of harmless)
    it(`don’t include “${text.slice(0, 50)}”`, () => assert.equal(findSecret(text), undefined));

  it('include those that Gavel itself was given', () => {
    registerSecret('a plain sentence of ours');
    assert.match(findSecret('x is a plain sentence of ours') ?? '', /Gavel/);
  });

  it('include one word of letters, digits and symbols as a password', () => {
    for (const value of ['Tr0ub4dor&3', 'S3cret!pass', 'hunter2!!']) assert.ok(looksLikePassword(value), value);
    for (const value of ['2.14.0', 'Thursday', 'https://x.example/a?b=1', 'dana@example.org', 'two words 1!', 'D-1042'])
      assert.ok(!looksLikePassword(value), value);
  });

  it('are found quickly in long text', () => {
    const long = `${'aB3-'.repeat(1_000)} ${'password '.repeat(500)}`;
    assert.doesNotThrow(() => findSecret(long.slice(0, 4_000)));
  });
});

describe('masking secrets in outside text', () => {
  for (const [text] of secrets)
    it(`leaves nothing to find in: ${text.slice(0, 24)}…`, () => {
      const masked = maskSecrets(text);
      assert.ok(masked.text.includes('[secret]'), masked.text);
      assert.equal(findSecret(masked.text), undefined, masked.text);
      assert.deepEqual(maskSecrets(masked.text), { text: masked.text, kinds: [] });
      assert.ok(masked.kinds.includes(findSecret(text) ?? ''));
      for (const piece of piecesBehind(text, masked.text)) assert.ok(!masked.text.includes(piece), piece);
    });

  const lines: readonly (readonly [string, string])[] = [
    ['password=hunter2hunter2', 'password=[secret]'],
    [made('AWS_SECRET_ACCESS_KEY=wJalrXUtn', 'FEMI/K7MDENG,bPxRfiCY'), 'AWS_SECRET_ACCESS_KEY=[secret]'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [secret]'],
    ['connecting to postgres://app:s3cr3tpw@db/x now', 'connecting to [secret] now'],
    [made('pushed with ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8', ' to main'), 'pushed with [secret] to main'],
    ['{"user":"app","password":"correct horse","port":1}', '{"user":"app","password":[secret]"port":1}'],
    ["pwd = 'correct horse battery' done", 'pwd = [secret] done'],
    ['restarting shop because the pool is empty', 'restarting shop because the pool is empty'],
    ['deployed 0123456789abcdef0123456789abcdef01234567', 'deployed 0123456789abcdef0123456789abcdef01234567'],
  ];
  for (const [line, expected] of lines) it(`gives ${expected}`, () => assert.equal(maskSecrets(line).text, expected));

  it('masks what Gavel registered as its own secret', () => {
    registerSecret('a-secret-of-gavel');
    assert.equal(maskSecrets('it is a-secret-of-gavel!').text, 'it is [secret]!');
  });
});

/** The text in place of which the masked one has `[secret]`. */
function piecesBehind(text: string, masked: string): readonly string[] {
  const literal = masked.split('[secret]').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const found = new RegExp(`^${literal.join('(.+?)')}$`, 's').exec(text);
  assert.ok(found, `${masked} is not ${text} with pieces left out`);
  return found.slice(1);
}
