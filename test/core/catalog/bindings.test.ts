import assert from 'node:assert/strict';
import { z } from 'zod';
import { parse } from 'yaml';
import { parseCatalog } from '../../../src/core/catalog';
import type { CatalogReading } from '../../../src/core/catalog';
import { Bindings, Connection, findBindingProblems, resolveBindings } from '../../../src/core/catalog/bindings';
import type { Capability, ConnectorKind } from '../../../src/core/catalog/bindings';
import { readTemplates } from '../../../src/core/catalog/templates';

const Text = z.looseObject({ pieces: z.array(z.unknown()) });
const Loose = z.looseObject({});

const kinds: ReadonlyMap<string, ConnectorKind> = new Map([
  [
    'github',
    {
      connection: z.strictObject({ credential: z.string(), url: z.string().optional() }),
      bindings: { source: z.strictObject({ repository: Text }), pipelines: Loose, tickets: Loose },
    },
  ],
  [
    'jenkins',
    { connection: Loose, bindings: { pipelines: z.strictObject({ deploy: z.strictObject({ job: Text }) }) } },
  ],
  ['kubernetes', { connection: Loose, bindings: { running: Loose, control: Loose } }],
  [
    'nagios',
    { connection: Loose, bindings: { alerts: z.strictObject({ host: Text, services: z.array(Text).optional() }) } },
  ],
]);

/** How a catalog is read here: every setting has a value. */
const known: CatalogReading = {
  kinds,
  isSet: () => true,
  modernize: (content) => ({ content, warnings: [] }),
};

const connections = `
  github: { kind: github, credential: GAVEL_GITHUB }
  ghe: { kind: github, credential: GAVEL_GHE, url: https://github.acme.example/api/v3 }
  jenkins: { kind: jenkins }
  eu: { kind: kubernetes }
  eu-staging: { kind: kubernetes }
  nagios: { kind: nagios }
`;

/** A catalog with these defaults, and the service shop with its own. */
function sourceOf(root: string, own = '{}') {
  const environments = ['staging', 'production'];
  return {
    connections: z.record(z.string(), Connection).parse(parse(connections)),
    bindings: Bindings.parse(parse(root)),
    services: { shop: { bindings: Bindings.parse(parse(own)), environments } },
    environments: { staging: {}, production: {} },
  };
}

/** Templates as they stand in the file. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  if ('pieces' in value)
    return (value.pieces as (string | { word: string })[])
      .map((each) => (typeof each === 'string' ? each : `{${each.word}}`))
      .join('');
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, written(each)]));
}

/** What applies to one capability of shop there. */
function applies(root: string, own: string, capability: Capability, environment: string): unknown {
  const { bindings, problems } = resolveBindings(sourceOf(root, own), kinds, 'shop', environment);
  assert.deepEqual(problems, []);
  return bindings.get(capability)?.map(({ connection, values }) => written({ connection, ...values }));
}

describe('bindings', () => {
  const cases: readonly [
    what: string,
    root: string,
    own: string,
    capability: Capability,
    environment: string,
    expected: unknown,
  ][] = [
    ['nothing gives it', '{}', '{}', 'source', 'production', undefined],
    [
      'the defaults',
      '{ source: { connection: github, repository: "acme/{service}" } }',
      '{}',
      'source',
      'production',
      [{ connection: 'github', repository: 'acme/{service}' }],
    ],
    [
      'one capability of the service wins, the others stay',
      '{ source: { connection: github, repository: a/b }, tickets: { connection: github, label: x } }',
      '{ source: { repository: c/d } }',
      'tickets',
      'production',
      [{ connection: 'github', label: 'x' }],
    ],
    [
      'the service wins key by key on the same connection',
      '{ tickets: { connection: github, label: x, type: Bug } }',
      '{ tickets: { label: y } }',
      'tickets',
      'production',
      [{ connection: 'github', label: 'y', type: 'Bug' }],
    ],
    [
      'one connection restarts what another checks',
      '{ control: [{ connection: eu }, { connection: eu-staging, namespace: "{service}" }] }',
      '{}',
      'control',
      'production',
      [{ connection: 'eu' }, { connection: 'eu-staging', namespace: '{service}' }],
    ],
    [
      'an entry of the service wins over a list',
      '{ control: [{ connection: eu, a: 1 }, { connection: eu-staging, a: 2 }] }',
      '{ control: { connection: eu-staging, b: 3 } }',
      'control',
      'production',
      [{ connection: 'eu-staging', b: 3 }],
    ],
    [
      'another connection starts fresh, also one of the same kind',
      '{ tickets: { connection: github, label: x, type: Bug } }',
      '{ tickets: { connection: ghe, label: y } }',
      'tickets',
      'production',
      [{ connection: 'ghe', label: 'y' }],
    ],
    [
      'the same connection named again keeps the keys',
      '{ tickets: { connection: github, label: x, type: Bug } }',
      '{ tickets: { connection: github, label: y } }',
      'tickets',
      'production',
      [{ connection: 'github', label: 'y', type: 'Bug' }],
    ],
    [
      'defaults of an environment win over the defaults',
      '{ control: { connection: eu, namespace: "{service}", in: { staging: { connection: eu-staging, namespace: "{service}-stg" } } } }',
      '{}',
      'control',
      'staging',
      [{ connection: 'eu-staging', namespace: '{service}-stg' }],
    ],
    [
      'an environment leaves the others alone',
      '{ control: { connection: eu, namespace: "{service}", in: { staging: { connection: eu-staging } } } }',
      '{}',
      'control',
      'production',
      [{ connection: 'eu', namespace: '{service}' }],
    ],
    [
      'the service wins over the defaults of an environment',
      '{ control: { connection: eu, a: 1, b: 1, in: { staging: { a: 2, b: 2, c: 2 } } } }',
      '{ control: { b: 3, c: 3, in: { staging: { c: 4 } } } }',
      'control',
      'staging',
      [{ connection: 'eu', a: 2, b: 3, c: 4 }],
    ],
    [
      'a value of several keys is replaced as a whole',
      '{ pipelines: { connection: github, deploy: { workflow: a, ref: main }, run: [a, b] } }',
      '{ pipelines: { deploy: { workflow: b }, run: [c] } }',
      'pipelines',
      'production',
      [{ connection: 'github', deploy: { workflow: 'b' }, run: ['c'] }],
    ],
    [
      'a list of the service replaces the list of the defaults',
      '{ alerts: [{ connection: nagios, host: a }, { connection: nagios, host: b }] }',
      '{ alerts: [{ connection: nagios, host: "shop-{environment}", services: [HTTP] }] }',
      'alerts',
      'production',
      [{ connection: 'nagios', host: 'shop-{environment}', services: ['HTTP'] }],
    ],
    [
      'an empty list turns it off',
      '{ alerts: [{ connection: nagios, host: a }] }',
      '{ alerts: [] }',
      'alerts',
      'production',
      undefined,
    ],
    [
      'entries of a list have environments of their own',
      '{ running: [{ connection: eu, namespace: a, in: { staging: { namespace: b } } }, { connection: eu-staging }] }',
      '{}',
      'running',
      'staging',
      [{ connection: 'eu', namespace: 'b' }, { connection: 'eu-staging' }],
    ],
    [
      'only in one environment',
      '{ tickets: { in: { production: { connection: github, label: x } } } }',
      '{}',
      'tickets',
      'staging',
      undefined,
    ],
  ];
  for (const [what, root, own, capability, environment, expected] of cases)
    it(`resolve: ${what}`, () => assert.deepEqual(applies(root, own, capability, environment), expected));

  it('know where each value comes from', () => {
    const source = sourceOf(
      '{ control: { connection: eu, a: 1, in: { staging: { b: 2 } } } }',
      '{ control: { c: 3, in: { staging: { d: 4 } } } }',
    );
    const [found] = resolveBindings(source, kinds, 'shop', 'staging').bindings.get('control') ?? [];
    assert.deepEqual(Object.fromEntries([...(found?.origins ?? [])].map(([key, path]) => [key, path.join('.')])), {
      connection: 'bindings.control.connection',
      a: 'bindings.control.a',
      b: 'bindings.control.in.staging.b',
      c: 'services.shop.bindings.control.c',
      d: 'services.shop.bindings.control.in.staging.d',
    });
  });

  const problems: readonly [root: string, own: string, expected: readonly string[]][] = [
    [
      '{ source: { connection: gitlab, repository: x } }',
      '{}',
      ['bindings.source.connection: there is no connection gitlab'],
    ],
    ['{ source: { repository: x } }', '{}', ['bindings.source: needs a connection']],
    [
      '{ source: { connection: jenkins } }',
      '{}',
      ['bindings.source.connection: a connection of kind jenkins doesn’t give source'],
    ],
    [
      '{ source: { connection: github, repository: x, branch: main } }',
      '{}',
      ['bindings.source.branch: this kind of connection doesn’t have this key here'],
    ],
    [
      '{ source: { connection: github, repository: "acme/{servce}" } }',
      '{}',
      [
        'bindings.source.repository: {servce} isn’t known here; known are {service} {environment} {version} {commit} {key} {person}',
      ],
    ],
    [
      '{ pipelines: { connection: jenkins, deploy: { job: x } } }',
      '{ pipelines: { in: { staging: { deploy: { job: x, token: "{secret}" } } } } }',
      [
        'services.shop.bindings.pipelines.in.staging.deploy.token: {secret} isn’t known here; known are {service} {environment} {version} {commit} {key} {person}',
      ],
    ],
    [
      '{}',
      '{ pipelines: { connection: jenkins, deploy: { job: x, branch: y } } }',
      ['services.shop.bindings.pipelines.deploy.branch: this kind of connection doesn’t have this key here'],
    ],
    [
      '{ tickets: { connection: github, in: { prod: { label: x } } } }',
      '{}',
      ['bindings.tickets.in.prod: there is no environment prod here'],
    ],
    [
      '{ alerts: [{ connection: nagios, host: a }, { connection: nagios }] }',
      '{}',
      ['bindings.alerts.1.host: Invalid input: expected object, received undefined'],
    ],
  ];
  for (const [root, own, expected] of problems)
    it(`say what is wrong: ${expected[0]}`, () =>
      assert.deepEqual(
        findBindingProblems(sourceOf(root, own), known).map(([path, message]) => `${path.join('.')}: ${message}`),
        expected,
      ));

  it('stand in a catalog, whose problems name the line', () => {
    const people = 'people: {}\ngrants: []\n';
    const rule = '{ required: 0 }';
    const environment = `{ risk: low, deploy: ${rule}, rollback: ${rule}, restart: ${rule}, verifyForSeconds: 1, rollBackAutomatically: false }`;
    const limits = '{ p95Ms: 1, p50Ms: 1, errorPercent: 1, minimumRequestsPerSecond: 0 }';
    const catalogWith = (bindings: string): string =>
      `${people}environments: { staging: ${environment} }\nconnections:${connections}services:\n  shop:\n    description: x\n    environments: [staging]\n    limits: ${limits}\n    bindings:\n      source: ${bindings}\n`;
    const good = parseCatalog(catalogWith('{ connection: github, repository: a/b }'), 'catalog.yaml', known);
    assert.ok('catalog' in good, JSON.stringify(good));
    assert.equal(good.catalog.connections['jenkins']?.kind, 'jenkins');
    const bad = (bindings: string, reading = known) => parseCatalog(catalogWith(bindings), 'catalog.yaml', reading);
    assert.deepEqual(bad('{ connection: github, repository: a/b, branch: x }'), {
      problems: [
        'catalog.yaml:17: services.shop.bindings.source.branch: this kind of connection doesn’t have this key here',
      ],
    });
    assert.match(
      JSON.stringify(bad('{ connection: github, repository: a/b }', { ...known, kinds: new Map() })),
      /catalog.yaml:5: connections.github.kind: there is no kind/,
    );
    assert.match(
      JSON.stringify(bad('{ in: { staging: { in: {} } } }')),
      /catalog.yaml:17: services.shop.bindings.source.in.staging.in/,
    );
    assert.match(JSON.stringify(bad('[]')), /catalog.yaml:17: services.shop.bindings.source/);
    assert.match(
      JSON.stringify(parseCatalog(`${people}bindings: { pipeline: {} }\nservices: {}\nenvironments: {}\n`)),
      /catalog:3: bindings.pipeline: the catalog doesn’t have this key here/,
    );
  });

  it('say what is wrong with a connection', () => {
    const source = {
      ...sourceOf('{}'),
      connections: z
        .record(z.string(), Connection)
        .parse({ a: { kind: 'gitlab' }, b: { kind: 'github', credential: 'X', token: 'x' }, c: { kind: 'github' } }),
    };
    assert.deepEqual(
      findBindingProblems(source, known).map(([path, message]) => `${path.join('.')}: ${message}`),
      [
        'connections.a.kind: there is no kind gitlab; there are github, jenkins, kubernetes, nagios',
        'connections.b.token: this kind of connection doesn’t have this key here',
        'connections.c.credential: Invalid input: expected string, received undefined',
      ],
    );
  });
});

describe('the templates of a binding', () => {
  const texts: readonly [text: string, pieces: readonly unknown[]][] = [
    ['', []],
    ['main', ['main']],
    ['{version}', [{ word: 'version' }]],
    ['acme/{service}', ['acme/', { word: 'service' }]],
    ['{service}-{environment}!', [{ word: 'service' }, '-', { word: 'environment' }, '!']],
    ['{key}{person}{commit}', [{ word: 'key' }, { word: 'person' }, { word: 'commit' }]],
    ['rate(x{app="{service}"}[2m])', ['rate(x{app="', { word: 'service' }, '"}[2m])']],
    ['{{service}} and {2} and {} and {Service}', ['{service} and {2} and {} and {Service}']],
  ];
  for (const [text, pieces] of texts)
    it(`read ${JSON.stringify(text)} in pieces`, () =>
      assert.deepEqual(readTemplates(text), { value: { pieces }, problems: [] }));

  it('are found at any depth, and what is no text stays as it is', () => {
    const { value, problems } = readTemplates({ a: ['{key}', 1, true, null], b: { c: 'x' } });
    assert.deepEqual(value, { a: [{ pieces: [{ word: 'key' }] }, 1, true, null], b: { c: { pieces: ['x'] } } });
    assert.deepEqual(problems, []);
    assert.deepEqual(readTemplates({ a: ['x', '{what}'] }).problems[0]?.[0], ['a', 1]);
  });
});
