import assert from 'node:assert/strict';
import { parseCatalog, readCatalog } from '../../../src/core/catalog';
import { may, personName, rolesOf, whoHolds, whoMay } from '../../../src/core/catalog/rights';

const tenant = '00000000-0000-4000-8000-00000000c0de';
const person = (digits: string): string => `entra:${tenant}/11111111-0000-4000-8000-0000000000${digits}`;

const text = `timeZone: Europe/Berlin
people:
  dana: { id: '${person('d1')}', name: Dana }
  avery: { id: '${person('a1')}', name: Avery }
  nico: { id: '${person('e1')}', name: Nico }
roles:
  auditor: [view, audit]
grants:
  - { everyone: true, role: viewer }
  - { person: dana, role: developer, services: [shop] }
  - { person: avery, role: approver, environments: [production] }
services:
  shop:
    description: The shop
    environments: [production]
    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 1 }
  search:
    description: The search
    environments: [staging]
    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 1 }
environments:
  production:
    risk: high
    deploy: { required: 1 }
    rollback: { required: 1 }
    restart: { required: 1 }
    verifyForSeconds: 10
    rollBackAutomatically: true
  staging:
    risk: low
    deploy: { required: 0 }
    rollback: { required: 0 }
    restart: { required: 0 }
    verifyForSeconds: 5
    rollBackAutomatically: true
`;

function catalog() {
  const result = parseCatalog(text);
  assert.ok('catalog' in result, JSON.stringify(result));
  return result.catalog;
}

function problemsOf(changed: string): string {
  const result = parseCatalog(changed, 'catalog.yaml');
  assert.ok('problems' in result);
  return result.problems.join('\n');
}

describe('the catalog', () => {
  it('is read with its defaults and can’t be changed', () => {
    const { environments } = catalog();
    assert.equal(environments['production']?.deploy.role, 'approver');
    assert.equal(environments['production']?.deploy.requesterMayApprove, false);
    assert.throws(() => Object.assign(environments, { other: {} }));
  });

  it('names the line of each problem', () => {
    assert.match(
      problemsOf(text.replace('required: 1', 'required: many')),
      /catalog\.yaml:2\d: environments\.production\.deploy\.required/,
    );
    assert.match(
      problemsOf(text.replace('person: dana', 'person: dan')),
      /catalog\.yaml:10: grants\.1: there is no person dan/,
    );
    assert.match(
      problemsOf(text.replace('environments: [staging]', 'environments: [stage]')),
      /there is no environment stage/,
    );
    assert.match(problemsOf(text.replace('Europe/Berlin', 'Mars')), /Mars isn’t a time zone/);
  });

  it('rejects an approval rule whose role can’t approve', () => {
    const wrong = text.replace('deploy: { required: 1 }', 'deploy: { required: 1, role: developer }');
    assert.match(
      problemsOf(wrong),
      /environments\.production\.deploy: the developer role has no permission to approve/,
    );
  });

  for (const key of ['  shop:', '  nico:', '  staging:', ' name: Nico'])
    it(`rejects __proto__ in place of \`${key.trim()}\`, whose lines would silently be lost`, () => {
      const wrong = text.replace(key, key.replace(/\w+(?=:)/, '__proto__'));
      assert.match(problemsOf(wrong), /:\d+: __proto__ can’t be a name here/);
    });

  for (const [what, wrong, said] of [
    ['a key twice', `${text}timeZone: UTC\ntimeZone: UTC\n`, /:\d+: this isn’t YAML: Map keys must be unique/],
    ['an empty file', '', /this isn’t a catalog; create one with npx gavel init/],
    ['a list', '- shop', /this isn’t a catalog/],
    [
      'keys that there are not',
      `${text}colors: {}\nplanets: {}\n`,
      /:\d+: colors: the catalog doesn’t have this key here\n.*planets/,
    ],
  ] as const)
    it(`says in words what is wrong with ${what}`, () => void assert.match(problemsOf(wrong), said));

  it('reports all problems at once', () => {
    const wrong = text.replace('role: viewer', 'role: view').replace('Europe/Berlin', 'Mars');
    assert.equal(problemsOf(wrong).split('\n').length, 2);
  });

  it('rejects a person id that is not an object id', () => {
    assert.match(problemsOf(text.replace(person('d1'), 'dana@example.com')), /people\.dana\.id: entra:<tenant id>/);
  });

  it('says so if the file is missing', () => {
    const result = readCatalog('/nowhere/catalog.yaml');
    assert.ok('problems' in result && /can’t be read/.test(result.problems[0] ?? ''));
  });
});

describe('rights', () => {
  const cases: [string, 'view' | 'deploy' | 'approve', { service: string; environment: string }, boolean][] = [
    ['d1', 'deploy', { service: 'shop', environment: 'production' }, true],
    ['d1', 'deploy', { service: 'search', environment: 'staging' }, false],
    ['d1', 'approve', { service: 'shop', environment: 'production' }, false],
    ['a1', 'approve', { service: 'shop', environment: 'production' }, true],
    ['a1', 'approve', { service: 'search', environment: 'staging' }, false],
    ['e1', 'view', { service: 'shop', environment: 'production' }, true],
    ['e1', 'deploy', { service: 'shop', environment: 'staging' }, false],
    ['ff', 'view', { service: 'shop', environment: 'staging' }, false],
  ];
  for (const [who, right, target, expected] of cases)
    it(`${who} ${expected ? 'can' : 'can’t'} ${right} ${JSON.stringify(target)}`, () =>
      assert.equal(may(catalog(), person(who), right, target), expected));

  it('name the people who can', () => {
    assert.deepEqual(
      whoMay(catalog(), 'deploy', { service: 'shop', environment: 'staging' }).map((each) => each.name),
      ['Dana'],
    );
    assert.deepEqual(
      whoHolds(catalog(), 'approver', { service: 'shop', environment: 'production' }).map((each) => each.name),
      ['Avery'],
    );
    assert.deepEqual(rolesOf(catalog(), person('d1'), { service: 'shop', environment: 'staging' }), [
      'viewer',
      'developer',
    ]);
    assert.equal(personName(catalog(), person('e1')), 'Nico');
  });

  it('are empty for a stranger, who doesn’t even get what everyone has', () =>
    assert.deepEqual(rolesOf(catalog(), 'entra:other/other', { service: 'shop', environment: 'staging' }), []));
});

describe('the marks of a catalog', () => {
  const marks = (lines: string) => parseCatalog(`${text}\nconfirm:\n${lines}\n`, 'catalog.yaml');
  const problems = (lines: string): string => {
    const read = marks(lines);
    return 'problems' in read ? read.problems.join('\n') : '';
  };
  const first = text.split('\n').length + 2;

  it('name an operation, and reject a command or button with its line and the operation to use', () => {
    assert.equal(problems('  - { operation: unlock }'), '');
    assert.match(
      problems('  - { operation: freeze }\n  - { operation: locks.unlock }'),
      new RegExp(
        `catalog.yaml:${first + 1}: confirm.1.operation: locks.unlock is only one way .*write operation: unlock$`,
      ),
    );
    assert.match(problems('  - { operation: approvals.approve-with-note }'), /write operation: approve$/);
    assert.match(problems('  - { operation: promote }'), /write operation: deploy$/);
    assert.match(problems('  - { operation: unlok }'), /there is no operation unlok; did you mean unlock\?/);
    assert.match(problems('  - { operation: __proto__ }'), /there is no operation __proto__/);
    assert.match(problems('  - { operation: where }'), /there is no operation where/);
    assert.match(problems('  - { expiresAfterSeconds: 60 }'), /names no operation/);
    assert.match(problems('  - { operation: lock, action: lock }'), /names both/);
  });

  it('of earlier releases are read as the operations of the command or button they name', () => {
    const read = marks('  - { action: locks.unlock, expiresAfterSeconds: 60 }\n  - { action: onboarding.setup }');
    assert.ok('catalog' in read, JSON.stringify(read));
    assert.deepEqual(
      read.catalog.confirm.map(({ operation, formerly, expiresAfterSeconds }) => [
        operation,
        formerly,
        expiresAfterSeconds,
      ]),
      [
        ['unlock', 'locks.unlock', 60],
        ['grant', 'onboarding.setup', 600],
        ['announce', 'onboarding.setup', 600],
        ['subscribe', 'onboarding.setup', 600],
      ],
    );
    assert.match(problems('  - { action: no such thing }'), /there is no operation no such thing/);
  });

  it('reject a name that nobody could type, with its line', () => {
    for (const word of ['all', 'to', 'until', 'because', 'me', 'here', 'please'])
      assert.match(
        problemsOf(text.replace('  search:\n', `  ${word}:\n`)),
        new RegExp(`^catalog\\.yaml:17: services\\.${word}: “${word}” has a special meaning in commands`),
      );
    assert.match(
      problemsOf(text.replace('  auditor: [', '  everything: [')),
      /catalog\.yaml:7: roles\.everything: “everything”/,
    );
    assert.match(problemsOf(text.replace('  nico: {', '  me: {')), /catalog\.yaml:5: people\.me: “me”/);
  });

  it('accept dots and underscores between letters', () => {
    const elsewhere = text.replace('  search:\n', '  svc_199:\n');
    assert.ok('catalog' in parseCatalog(elsewhere));
    assert.ok('catalog' in parseCatalog(elsewhere.replace('svc_199', 'api.v2')));
    for (const name of ['api.', 'api..v2', '.api', '_api', 'api_', 'a/b', '..'])
      assert.match(problemsOf(elsewhere.replace('svc_199', `"${name}"`)), /a name of a-z, 0-9/, name);
  });
});
