import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { pageFor } from '../../../src/features/deployments/store';
import { sampleCatalogText } from '../fakes';

const parse = (links: string, ofShop = '') =>
  parseCatalog(
    `${sampleCatalogText.replace('    description: The web shop', `    description: The web shop\n${ofShop}`)}links: { ${links} }\n`,
  );

describe('where a commit or a ticket leads', () => {
  const both = 'commit: "https://git.example/{service}/commit/{commit}", ticket: "https://tickets.example/{ticket}"';
  const own = '    links: { commit: "https://own.example/c/{commit}" }';
  const table: [string, string, string, Parameters<typeof pageFor>[2], string, string][] = [
    ['a commit', both, '', 'commit', '3c9f2e1', 'https://git.example/shop/commit/3c9f2e1'],
    ['a ticket', both, '', 'ticket', 'SHOP-123', 'https://tickets.example/SHOP-123'],
    ['a number with its sign', both, '', 'ticket', '#12', 'https://tickets.example/12'],
    ['what the service says instead', both, own, 'commit', '3c9f2e1', 'https://own.example/c/3c9f2e1'],
    ['what the service doesn’t say', both, own, 'ticket', 'SHOP-1', 'https://tickets.example/SHOP-1'],
    ['nothing named', 'ticket: "https://tickets.example/{ticket}"', '', 'commit', '3c9f2e1', ''],
    ['a name that would change the address', both, '', 'commit', '../admin?x=1', ''],
    ['a name with Markdown', both, '', 'ticket', 'A](https://evil.example)', ''],
  ];
  for (const [what, links, ofShop, kind, name, page] of table)
    it(what, () => {
      const parsed = parse(links, ofShop);
      const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail(parsed.problems.join('\n'));
      assert.equal(pageFor(catalog, 'shop', kind, name), page);
    });

  for (const address of [
    'https://git.example/commit',
    'http://git.example/{commit}',
    'javascript:alert("{commit}")',
    'https://git.example/(x)/{commit}',
    'https://somebody@git.example/{commit}',
    'https://git.example/{branch}/{commit}',
  ])
    it(`is never ${address}`, () => {
      const parsed = parse(`commit: '${address}'`);
      assert.match('problems' in parsed ? parsed.problems.join() : '', /links\.commit.*must be an https address/);
    });
});
