import assert from 'node:assert/strict';
import { followRedirect, joinAddress, nextLink, nextPage } from '../../../src/connectors/http/address';
import type { CallPath } from '../../../src/connectors/http/address';

const base = new URL('https://ci.acme.example/jenkins');

describe('where a call goes', () => {
  const inside: readonly [path: CallPath, address: string][] = [
    ['', '/jenkins/'],
    ['api/json', '/jenkins/api/json'],
    ['/api/json', '/jenkins/api/json'],
    ['api/json?tree=jobs[name]', '/jenkins/api/json?tree=jobs[name]'],
    ['things?next=../..', '/jenkins/things?next=../..'],
    ['a..b/.well-known/..c', '/jenkins/a..b/.well-known/..c'],
    [['job', 'billing deploy', 'build'], '/jenkins/job/billing%20deploy/build'],
    [['job', 'feat%2Fx'], '/jenkins/job/feat%252Fx'],
    [['job', 'a/b?c#d&e=f'], '/jenkins/job/a%2Fb%3Fc%23d%26e%3Df'],
    [['runs', 42], '/jenkins/runs/42'],
    ['job/feat%252Fx', '/jenkins/job/feat%252Fx'],
  ];
  for (const [path, address] of inside)
    it(`goes to ${address} for ${JSON.stringify(path)}`, () =>
      assert.equal(joinAddress(base, path)?.href, `https://ci.acme.example${address}`));

  const outside: readonly CallPath[] = [
    ...['..', '../admin', 'a/../../admin', '/..', './x', 'a/.'],
    ...['%2e%2e/admin', 'a/%2E%2E/%2e%2e/admin', '%252e%252e/admin', '..%2fadmin', 'a%2f..%2f..%2fadmin', '.%2e/x'],
    ...['//evil.example/x', '\\\\evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)'],
    ...['a\r\nhost: evil.example', 'a b', 'a#b', '\tx', 'a\u0000'],
    ...[['..', 'admin'], ['job', '..', '..'], ['job', '.'], ['job', ''], ['job', '../..'], ['%2e%2e']],
  ];
  for (const path of outside)
    it(`goes nowhere for ${JSON.stringify(path)}`, () => assert.equal(joinAddress(base, path), undefined));

  it('encodes every value of the query, and writes lists once for each value', () => {
    const query = { name: 'a&b=c d', page: 2, all: true, none: undefined, tag: ['x', 'y/z'] };
    assert.equal(joinAddress(base, 'things', query)?.search, '?name=a%26b%3Dc+d&page=2&all=true&tag=x&tag=y%2Fz');
  });

  const redirects: readonly [location: string | undefined, expected: string][] = [
    ['/other', 'https://ci.acme.example/other same'],
    ['https://ci.acme.example/x', 'https://ci.acme.example/x same'],
    ['https://ci.acme.example:8443/x', 'https://ci.acme.example:8443/x other'],
    ['https://logs.example/x?sig=1#part', 'https://logs.example/x?sig=1 other'],
    ['//logs.example/x', 'https://logs.example/x other'],
    ['http://ci.acme.example/x', 'none'],
    ['https://user:password@logs.example/', 'none'],
    ['file:///etc/passwd', 'none'],
    ['http://[', 'none'],
    [undefined, 'none'],
  ];
  for (const [location, expected] of redirects)
    it(`follows ${String(location)}: ${expected}`, () => {
      const found = followRedirect(new URL('https://ci.acme.example/jenkins/x'), location);
      assert.equal(found ? `${found.url.href} ${found.isSame ? 'same' : 'other'}` : 'none', expected);
    });

  const links: readonly [header: string | undefined, next: string | undefined][] = [
    [undefined, undefined],
    ['<https://x/?page=2>; rel="next", <https://x/?page=9>; rel="last"', 'https://x/?page=2'],
    ['<https://x/?page=1>; rel="prev",<https://x/?a=1,2>; rel="next"', 'https://x/?a=1,2'],
    ['<https://x/?page=9>; rel="last"', undefined],
    ['</jenkins/x?page=2>; title="a"; rel=next', '/jenkins/x?page=2'],
    ['<https://x/>; rel="first next"', 'https://x/'],
    ['<https://x/>; rel="nextdoor"', undefined],
    ['nonsense', undefined],
  ];
  for (const [header, next] of links)
    it(`finds ${String(next)} in the header Link: ${String(header)}`, () => assert.equal(nextLink(header), next));

  it('takes the next page only from the system itself', () => {
    const at = new URL('https://ci.acme.example/jenkins/things');
    const pageAt = (link: string): string | undefined => nextPage(base, at, link)?.href;
    assert.equal(pageAt('?page=2'), 'https://ci.acme.example/jenkins/things?page=2');
    assert.equal(pageAt('https://ci.acme.example/jenkins/x'), 'https://ci.acme.example/jenkins/x');
    for (const link of [
      'https://evil.example/',
      '/other',
      '../x',
      '//evil.example',
      'https://a:b@ci.acme.example/jenkins/x',
    ])
      assert.equal(pageAt(link), undefined, link);
  });
});
