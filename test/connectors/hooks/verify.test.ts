import assert from 'node:assert/strict';
import { hookProof } from '../../../src/connectors/hooks/settings';
import { digestOf, refuseBody, refuseHead, replayWindowMs } from '../../../src/connectors/hooks/verify';
import type { HookProof } from '../../../src/connectors/contract/hooks';
import { hookSecret, signByGavel, signByGithub, signByGrafana } from './signing';

type Headers = Readonly<Record<string, string>>;

const now = Date.UTC(2026, 10, 29, 12);
const body = '{"alerts":[{"name":"Größe"}]}';
const proofOf = (form: Parameters<typeof hookProof>[0], user?: string): HookProof =>
  hookProof(form, { secret: 'GAVEL_HOOK', user }, () => hookSecret) ?? assert.fail('no proof');
const gavel = proofOf('gavel');
const grafana = proofOf('grafana');
const github = proofOf('github');
const bearer = proofOf('password');
const basic = proofOf('password', 'alertmanager');

function verdictOf(proof: HookProof, headers: Headers, sent = body): string {
  const head = { header: (name: string) => new Map(Object.entries(headers)).get(name) };
  return refuseHead(proof, head, now) ?? refuseBody(proof, head, Buffer.from(sent)) ?? 'good';
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const at = now;

describe('the proof that a call comes from its system', () => {
  const cases: readonly (readonly [what: string, proof: HookProof, headers: Headers, verdict: string])[] = [
    ['Gavel’s signature', gavel, signByGavel(body, { at }), 'good'],
    ['Gavel’s signature, with a clock a bit ahead', gavel, signByGavel(body, { at: at + replayWindowMs }), 'good'],
    [
      'a signature from before the window',
      gavel,
      signByGavel(body, { at: at - replayWindowMs - 1_000 }),
      'too old or too early',
    ],
    [
      'a signature from after the window',
      gavel,
      signByGavel(body, { at: at + replayWindowMs + 1_000 }),
      'too old or too early',
    ],
    ['a signature of another body', gavel, signByGavel(`${body} `, { at }), 'wrong proof'],
    ['a signature with another secret', gavel, signByGavel(body, { at, secret: 'guessed' }), 'wrong proof'],
    [
      'an old signature with a new time',
      gavel,
      { ...signByGavel(body, { at: at - 9_000_000 }), 'x-gavel-timestamp': String(at / 1_000) },
      'wrong proof',
    ],
    [
      'a signature without what it is',
      gavel,
      { ...signByGavel(body, { at }), 'x-gavel-signature': signByGavel(body, { at })['x-gavel-signature'].slice(7) },
      'wrong proof',
    ],
    [
      'a time in words',
      gavel,
      { ...signByGavel(body, { at }), 'x-gavel-timestamp': new Date(at).toISOString() },
      'too old or too early',
    ],
    ['no time', gavel, { 'x-gavel-signature': signByGavel(body, { at })['x-gavel-signature'] }, 'no proof'],
    ['no signature', gavel, {}, 'no proof'],
    ['the secret itself', gavel, { authorization: `Bearer ${hookSecret}` }, 'no proof'],
    ['Grafana’s signature', grafana, signByGrafana(body, { at }), 'good'],
    ['Gavel’s signature for Grafana', grafana, signByGavel(body, { at }), 'no proof'],
    [
      'Grafana’s signature without a time',
      grafana,
      { 'x-grafana-alerting-signature': signByGrafana(body, { at })['x-grafana-alerting-signature'] },
      'no proof',
    ],
    ['GitHub’s signature', github, signByGithub(body, 'push'), 'good'],
    ['GitHub’s signature of another body', github, signByGithub(`${body} `, 'push'), 'wrong proof'],
    [
      'GitHub’s signature with another secret',
      github,
      signByGithub(body, 'push', { secret: 'guessed' }),
      'wrong proof',
    ],
    ['GitHub’s older signature', github, { 'x-hub-signature': 'sha1=0123' }, 'no proof'],
    ['Gavel’s signature for GitHub', github, signByGavel(body, { at }), 'no proof'],
    ['a bearer secret', bearer, { authorization: `Bearer ${hookSecret}` }, 'good'],
    ['a bearer secret in lower case letters', bearer, { authorization: `bearer ${hookSecret}` }, 'good'],
    ['another bearer secret', bearer, { authorization: `Bearer ${hookSecret}x` }, 'wrong proof'],
    ['the beginning of a bearer secret', bearer, { authorization: `Bearer ${hookSecret.slice(0, -1)}` }, 'wrong proof'],
    ['an empty bearer secret', bearer, { authorization: 'Bearer ' }, 'wrong proof'],
    ['the secret alone', bearer, { authorization: hookSecret }, 'wrong proof'],
    ['nothing', bearer, {}, 'no proof'],
    ['a user and password', basic, { authorization: `Basic ${base64(`alertmanager:${hookSecret}`)}` }, 'good'],
    ['another user', basic, { authorization: `Basic ${base64(`prometheus:${hookSecret}`)}` }, 'wrong proof'],
    ['a password as bearer secret', basic, { authorization: `Bearer ${hookSecret}` }, 'wrong proof'],
  ];
  for (const [what, proof, headers, verdict] of cases)
    it(`${what}: ${verdict}`, () => assert.equal(verdictOf(proof, headers), verdict));

  it('is refused before the body is read wherever that is possible', () => {
    const head = { header: () => 'Bearer guessed' };
    assert.equal(refuseHead(bearer, head, now), 'wrong proof');
    assert.equal(refuseHead(gavel, { header: () => undefined }, now), 'no proof');
  });

  it('fails whatever is sent once the secret is empty or gone', () => {
    const gone = [
      hookProof('password', { secret: 'GAVEL_HOOK' }, () => ''),
      hookProof('gavel', { secret: 'GAVEL_HOOK' }, () => assert.fail('GAVEL_HOOK isn’t set')),
    ];
    for (const proof of gone) {
      assert.ok(proof);
      const headers = { ...signByGavel(body, { at, secret: '' }), authorization: 'Bearer ' };
      assert.equal(verdictOf(proof, headers), 'the secret is missing');
    }
  });

  it('isn’t asked for by a connection that takes no calls', () =>
    assert.equal(
      hookProof('password', undefined, () => hookSecret),
      undefined,
    ));
});

describe('the digest of a call', () => {
  const digest = (proof: HookProof, headers: Headers, connection = 'monitoring', sent = body): string =>
    digestOf(connection, proof, { header: (name) => new Map(Object.entries(headers)).get(name) }, Buffer.from(sent));

  it('is the same for the same call, and another for another connection, body or signed time', () => {
    const first = digest(gavel, signByGavel(body, { at }));
    assert.equal(digest(gavel, signByGavel(body, { at })), first);
    const others = [
      digest(gavel, signByGavel(body, { at }), 'other'),
      digest(gavel, signByGavel(body, { at }), 'monitoring', `${body} `),
      digest(gavel, signByGavel(body, { at: at + 1_000 })),
    ];
    assert.equal(new Set([first, ...others]).size, 4);
  });

  it('counts only the body of a call without a time', () =>
    assert.equal(digest(bearer, { authorization: 'Bearer a', date: '1' }), digest(bearer, { date: '2' })));
});
