import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { coAuthorsIn, comparableName, contributorIds, distinctContributors } from '../../../src/core/catalog/authors';

const parsed = parseCatalog(`
people:
  avery: { id: "entra:11111111-0000-4000-8000-000000000001/11111111-0000-4000-8000-0000000000a1", name: Avery Approver, commitNames: [avap], emails: [Avery@Example.com, 7+avap@users.noreply.github.com] }
  bjorn: { id: "entra:11111111-0000-4000-8000-000000000001/11111111-0000-4000-8000-0000000000b1", name: Björn Ångström }
grants: []
services: {}
environments: {}
`);
assert.ok('catalog' in parsed, JSON.stringify(parsed));
const { catalog } = parsed;
const avery = catalog.people['avery']?.id;
const bjorn = catalog.people['bjorn']?.id;

describe('the authors of a change in the catalog', () => {
  const table: [string, { name: string; email?: string }, (string | undefined)[]][] = [
    ['by name', { name: 'Avery Approver' }, [avery]],
    ['in another case', { name: 'AVERY approver' }, [avery]],
    ['with other white space', { name: ' Avery \u00A0 Approver\t' }, [avery]],
    ['in full-width letters', { name: 'Ａｖｅｒｙ Approver' }, [avery]],
    ['with an invisible character', { name: 'Avery\u200B Approver\u3164' }, [avery]],
    ['with a Cyrillic letter', { name: '\u0410very Approver' }, [avery]],
    ['with a Greek letter', { name: '\u0391very Appr\u03BFver' }, [avery]],
    ['by the key of the catalog', { name: 'avery' }, [avery]],
    ['by a commit name', { name: 'AvAp' }, [avery]],
    ['by e-mail, whatever the name', { name: 'CI', email: 'AVERY@example.COM ' }, [avery]],
    ['by a second e-mail', { name: 'x', email: '7+avap@users.noreply.github.com' }, [avery]],
    ['with a combining accent', { name: 'Bjo\u0308rn A\u030Angstro\u0308m' }, [bjorn]],
    ['nobody by another name', { name: 'Avery' + ' Approvers', email: 'else@example.com' }, []],
    ['nobody by an empty name', { name: '\u200B' }, []],
    ['nobody by a name of the language', { name: '__proto__', email: 'constructor' }, []],
  ];
  for (const [what, contributor, expected] of table)
    it(what, () => assert.deepEqual(contributorIds(catalog, [contributor]), expected));

  it('are compared in time that is linear in the name', () => {
    assert.equal(comparableName(' a'.repeat(100_000)).length, 199_999);
  });

  it('are listed once', () => {
    const twice = [{ name: 'A', email: 'x@y' }, { name: 'a ', email: 'X@y' }, { name: 'A' }];
    assert.deepEqual(distinctContributors(twice), [{ name: 'A', email: 'x@y' }, { name: 'A' }]);
  });
});

describe('co-authors in a commit message', () => {
  const table: [string, string, { name: string; email?: string }[]][] = [
    [
      'as Git hosts write them',
      'Fix\n\nCo-authored-by: Avery Approver <a@x>',
      [{ name: 'Avery Approver', email: 'a@x' }],
    ],
    [
      'in another case, several',
      'x\nco-Authored-BY:A <a>\n  CO-AUTHORED-BY : B <b',
      [
        { name: 'A', email: 'a' },
        { name: 'B', email: 'b' },
      ],
    ],
    ['without an address', 'Co-authored-by: Avery', [{ name: 'Avery' }]],
    ['not in the middle of a line', 'by Co-authored-by: Avery', []],
    ['none', 'Fix: the basket\nSigned-off-by: B <b>\nCo-authored-by:', []],
  ];
  for (const [what, message, expected] of table) it(what, () => assert.deepEqual(coAuthorsIn(message), expected));
});
