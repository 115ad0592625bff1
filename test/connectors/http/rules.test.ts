import assert from 'node:assert/strict';
import {
  judgeAnswer,
  judgeSilence,
  pauseBefore,
  readRetryAfter,
  isSignInPage,
} from '../../../src/connectors/http/rules';

const now = Date.UTC(2026, 10, 29, 12);
const seconds = (count: number): string => new Date(now + count * 1_000).toUTCString();

describe('what an answer means', () => {
  const waits: readonly [header: string | undefined, ms: number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['7', 7_000],
    ['0.5', 500],
    [' 12 ', 12_000],
    ['901', 901_000],
    ['999999999', 86_400_000],
    ['9999999999999', undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['2026-11-29', undefined],
    [seconds(30), 30_000],
    [seconds(-30), 0],
    [seconds(100_000), 86_400_000],
  ];
  for (const [header, ms] of waits)
    it(`reads ${header === undefined ? 'no Retry-After' : `Retry-After: ${header}`} as ${String(ms)} ms`, () =>
      assert.equal(readRetryAfter(new Map(header === undefined ? [] : [['retry-after', header]]), now), ms));

  it('waits at most ten seconds by itself, and never with a call that is to be sent once', () => {
    const limited = (kind: 'read' | 'once', wait: string) =>
      judgeAnswer(
        kind,
        { path: '/', status: 429, headers: new Map([['retry-after', wait]]), isSignInPage: false },
        now,
      );
    assert.equal(limited('read', '10')?.againInMs, 10_000);
    assert.equal(limited('read', '11')?.againInMs, undefined);
    assert.equal(limited('once', '1')?.againInMs, undefined);
    assert.equal(limited('once', '1')?.retryAfterMs, 1_000);
  });

  it('counts only what says that the system is in trouble', () => {
    const statuses = [400, 401, 403, 404, 409, 422, 429, 500, 502, 503];
    const outages = statuses.filter(
      (status) => judgeAnswer('read', { path: '/', status, headers: new Map(), isSignInPage: false }, now)?.isOutage,
    );
    assert.deepEqual(outages, [500, 502, 503]);
    assert.equal(judgeSilence('once', { code: 'STOPPED', isSent: true }).isOutage, false);
    assert.equal(judgeSilence('once', { code: 'ECONNREFUSED', isSent: false }).isOutage, true);
  });

  const silences: readonly [code: string, isSent: boolean, again: readonly string[]][] = [
    ['ECONNREFUSED', false, ['read', 'idempotent', 'once']],
    ['ECONNRESET', false, ['read', 'idempotent', 'once']],
    ['ECONNRESET', true, ['read', 'idempotent']],
    ['ENOTFOUND', false, []],
    ['CERT_HAS_EXPIRED', false, []],
    ['UND_ERR_CONNECT_TIMEOUT', false, []],
    ['UND_ERR_HEADERS_TIMEOUT', true, []],
    ['TOO_LARGE', true, []],
    ['SOMETHING_NEW', true, []],
  ];
  for (const [code, isSent, again] of silences)
    it(`sends again after ${code}, ${isSent ? 'sent' : 'not sent'}: ${again.join(', ') || 'nothing'}`, () => {
      const kinds = (['read', 'idempotent', 'once'] as const).filter(
        (kind) => judgeSilence(kind, { code, isSent }).againInMs !== undefined,
      );
      assert.deepEqual(kinds, again);
    });

  it('pauses longer each time, never for less than the system wants', () => {
    assert.deepEqual(
      [1, 2, 3].map((attempt) => pauseBefore(attempt, 0, 0.5, 100)),
      [100, 200, 400],
    );
    assert.deepEqual([pauseBefore(1, 0, 0, 100), pauseBefore(1, 0, 1, 100)], [80, 120]);
    assert.equal(pauseBefore(1, 5_000, 0.5, 100), 5_000);
  });

  const pages: readonly [type: string | undefined, text: string, isSignIn: boolean][] = [
    ['text/html', '<input type=password>', true],
    ['text/html; charset=utf-8', '<h1>Log in</h1>', true],
    ['TEXT/HTML', '<a href="/x">Sign in</a>', true],
    ['text/html', '<h1>Deployments</h1>', false],
    ['application/json', '{"next":"sign in"}', false],
    ['text/plain', 'user 7 has to log in', false],
    [undefined, '<input type=password>', false],
  ];
  for (const [type, text, isSignIn] of pages)
    it(`takes ${text} as ${String(type)} ${isSignIn ? '' : 'not '}for a page to sign in`, () =>
      assert.equal(isSignInPage('read', 200, type, text), isSignIn));

  it('takes a page that only offers to sign in for the answer to a write', () => {
    assert.equal(isSignInPage('once', 200, 'text/html', '<a href="/login">log in</a> Started.'), false);
    assert.equal(isSignInPage('once', 200, 'text/html', '<input type="password">'), true);
    assert.equal(isSignInPage('once', 203, 'text/html', ''), true);
  });

  const redirects: readonly [path: string, location: string, failure: string][] = [
    ['/job/shop/build', '/login?from=%2Fjob', 'unauthorized'],
    ['/acme/_apis/builds', '/acme/_signin', 'unauthorized'],
    ['/api', 'https://sso.acme.example/saml2?x=1', 'unauthorized'],
    ['/job/shop/build', '/job/shop/', 'unclear'],
    ['/job/login/build', '/job/login/', 'unclear'],
    ['/job/sso-proxy/build', 'https://ci.acme.example/job/sso-proxy/', 'unclear'],
    ['/job/blogin/build', '/job/blogin/', 'unclear'],
  ];
  for (const [path, location, failure] of redirects)
    it(`takes a redirect of ${path} to ${location} for ${failure}`, () => {
      const head = { path, status: 302, headers: new Map([['location', location]]), isSignInPage: false };
      assert.equal(judgeAnswer('once', head, now)?.failure, failure);
    });
});
