import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { AlertSource, SourceAlert } from '../../src/connectors/contract';
import type { CheckLine, Connector, OpenConnection } from '../../src/connectors/contract/kinds';
import { guardConnection } from '../../src/connectors/guards';
import type { Logger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { ConnectorError } from '../../src/core/errors';
import { createAuthority, createIdentity } from './http/certificates';
import { failureOf, testLimits } from './http/client-world';
import { faultCases } from './http/fault-cases';
import type { FaultCase } from './http/fault-cases';
import { answer, FaultyServer, TestProxy } from './http/faulty-server';
import type { Exchange, Serve } from './http/faulty-server';
import { openConnection } from './open-connection';
import {
  assertProductShowsNone,
  assertRepeatedStaysHidden,
  assertShowsNone,
  encodedPassword,
  password,
  plantedSecret,
  repeatedWords,
} from './secrets';
import type { RepeatingSuite } from './secrets';
import { assertEachFieldProven, assertStaysOneText, assertStaysOneValue } from './templates';
import type { TemplateProof } from './templates';

/**
 * What every connector is held to: whatever a system does, the connector says what is known, sends nothing twice that acts, and never shows its
 * credential. `contract.test.ts` applies it to each kind in `src/connectors/index.ts`; a kind without a suite fails the build.
 *
 * A new connector needs two things: `test/connectors/<kind>/suite.ts`, which exports its suite, and a line for it in `suites.ts`. The suite names every
 * call of its capabilities, reads and writes, each as a feature makes it. `openConnection` has to come first in each `call`, since every case opens
 * connections of its own; the settings `url`, `user`, `credential`, `ca` and `proxy` are those of `httpConnection`. A connector without HTTP says which
 * tests prove it instead, and how its system repeats a secret.
 */
export type ContractSuite = HttpSuite | MachineSuite;

/** One call of a capability. */
export interface Tried {
  readonly call: (connection: OpenConnection) => Promise<unknown> | undefined;
  /** What the system answers as JSON to the reads that come before the call acts. */
  readonly readsBefore?: object | ((path: string | undefined) => object);
  /** That the system says yes is enough: what else it answers isn't read. */
  readonly needsNoAnswer?: true;
  /** That nothing is there (404 or 410) is an answer. */
  readonly canBeMissing?: true;
}

interface HttpSuite {
  readonly connector: Connector;
  /** Settings of the connection beside its address and credential. */
  readonly settings?: object;
  readonly templates: TemplateProof;
  /** Everything that changes nothing, by its name. */
  readonly reads: Readonly<Record<string, Tried>>;
  /** Everything that acts, by its name. */
  readonly writes: Readonly<Record<string, Tried>>;
  /** Whether a request only reads; by default, whether it's a GET. */
  readonly isRead?: (exchange: Exchange) => boolean;
  /** A call whose answer has several pages, how they are served, and what the call returns in the end. Omitted if each answer is whole. */
  readonly paging?: {
    readonly call: (connection: OpenConnection) => Promise<unknown> | undefined;
    readonly serve: Serve;
    readonly result: unknown;
  };
}

/** A connector that calls nothing over HTTP. */
interface MachineSuite extends RepeatingSuite {
  readonly templates: Omit<TemplateProof, 'sent'>;
  /** The files that test it with the real system. */
  readonly provenBy: readonly string[];
}

/** What suites call with. */
export const target = { service: 'shop', environment: 'production' };
export const by = { name: 'Noor Ferreira', comment: 'on it' };
export const sampleAlert: SourceAlert = {
  ...{ key: '1', name: 'Slow', severity: 'warning', summary: 'slow', since: 1, silences: [] },
  labels: { service: 'shop' },
};

/** The alerts of a connection that has some. */
export function alertsOf(connection: OpenConnection): AlertSource {
  return connection.alerts ?? assert.fail('it has alerts');
}

const proxyCredential = 'gavel:pass-of-the-proxy';
const maxReads = 8;

/** How the cases beside those of a faulty system are called; also for the docs. */
const ownCases = [
  'an expired certificate',
  'a certificate from a private authority',
  'a proxy',
  'paging to the end',
  'the limit of calls at the same time',
  'a connection that closes in the middle of a call',
  'a credential that a system repeats',
  'secrets that a system repeats, on cards and in the audit log',
  'a check of permissions',
  'templates of bindings',
] as const;

/** The name of every case, in the order of the suite. */
export const contractCases: readonly string[] = [...faultCases.map(({ name }) => name), ...ownCases];

/** Declares the tests of a connector. */
export function holdToContract(suite: ContractSuite): void {
  it(`the connector ${suite.connector.kind} and ${ownCases[9]}: each field has a proof that a value stays one`, () =>
    assertEachFieldProven(suite.connector, suite.templates));
  for (const filled of suite.templates.filled ?? [])
    it(`the connector ${suite.connector.kind} and ${ownCases[9]}: ${filled.fields.source.replaceAll('\\', '')} stays one text, whatever a word stands for`, () =>
      assertStaysOneText(filled));
  if ('provenBy' in suite)
    return void it(`the connector ${suite.connector.kind} and ${ownCases[7]}: nobody sees them`, () =>
      assertRepeatedStaysHidden(suite));
  describe(`the connector ${suite.connector.kind} and the contract`, () => {
    const world = createWorld(suite);
    beforeEach(() => world.start());
    afterEach(() => world.close());
    for (const fault of faultCases) declareFault(suite, world, fault);
    declareTransport(suite, world);
    declareLimits(suite, world);
    declareSecrets(suite, world);
    for (const sent of suite.templates.sent ?? [])
      it(`${ownCases[9]}: ${sent.fields.source.replaceAll('\\', '')} stays one value, whatever a word stands for`, () =>
        assertStaysOneValue(sent, (url) => world.connect({ url })));
  });
}

type World = ReturnType<typeof createWorld>;

/** A system that does what a case says, and connections to it. Everything that was logged is kept. */
function createWorld({ connector, settings }: HttpSuite) {
  const logged: string[] = [];
  const open: { close(): Promise<void> }[] = [];
  let server: FaultyServer | undefined;
  const log = (fields: object, message: string): void =>
    void logged.push(`${message} ${inspect(fields, { depth: 6 })}`);
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  const keep = <T extends { close(): Promise<void> }>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  const running = (): FaultyServer => server ?? assert.fail('no server');
  return {
    logged,
    keep,
    server: running,
    async start(): Promise<void> {
      logged.length = 0;
      server = await FaultyServer.start();
    },
    async close(): Promise<void> {
      for (const each of open.splice(0)) await each.close();
      await server?.close();
    },
    connect(more: object = {}, secrets: Readonly<Record<string, string>> = {}, limits = {}): OpenConnection {
      const given = { url: running().url, user: 'gavel', credential: 'GAVEL_CREDENTIAL', ...settings, ...more };
      const connection = openConnection(connector, given, {
        ...{ secrets: { GAVEL_CREDENTIAL: password, ...secrets }, logger },
        limits: { ...testLimits, ...limits },
      });
      return keep(guardConnection(connection, { name: connector.kind, telemetry: undefined, clock: systemClock }));
    },
  };
}

const isGet = ({ request }: Exchange): boolean => request.method === 'GET';

/** Answers the reads before a call acts, and does to the act itself what the case says. Returns how many acts arrived. */
function serveAct(
  { isRead = isGet }: HttpSuite,
  server: FaultyServer,
  { readsBefore }: Tried,
  serve: Serve,
): () => number {
  let acts = 0;
  server.serve = (exchange) => {
    if (readsBefore !== undefined && isRead(exchange))
      answer(
        exchange.response,
        200,
        typeof readsBefore === 'function' ? readsBefore(exchange.request.url) : readsBefore,
      );
    else serve({ ...exchange, count: ++acts });
  };
  return () => acts;
}

const failed = (tried: Tried, connection: OpenConnection): Promise<ConnectorError> =>
  failureOf(tried.call(connection) ?? Promise.resolve());

function declareFault(suite: HttpSuite, world: World, { name, serve, expect, limits, isGood }: FaultCase): void {
  // What works in the end is still no answer of this system.
  const read = expect.read.failure === 'none' ? 'invalid answer' : expect.read.failure;
  const once = expect.once.failure === 'none' ? 'unclear' : expect.once.failure;
  it(`${name}: reads fail as “${read}”, and what acts as “${once}” after one request`, async () => {
    // Each call has a system of its own, so that they wait for their time limits together.
    const ask = async ([what, tried]: [string, Tried]): Promise<void> => {
      const system = world.keep(await FaultyServer.start(serve));
      const connection = world.connect({ url: system.url }, {}, limits);
      if (tried.canBeMissing && read === 'not found') return void (await tried.call(connection));
      assert.equal((await failed(tried, connection)).failure, read, what);
    };
    const act = async ([what, tried]: [string, Tried]): Promise<void> => {
      if (isGood && tried.needsNoAnswer) return;
      const system = world.keep(await FaultyServer.start());
      const acts = serveAct(suite, system, tried, serve);
      const failure = await failed(tried, world.connect({ url: system.url }, {}, limits));
      assert.equal(failure.failure, once, `${what}: ${failure.message}`);
      assert.equal(acts(), 1, `${what} was sent ${acts()} times`);
    };
    await Promise.all([...Object.entries(suite.reads).map(ask), ...Object.entries(suite.writes).map(act)]);
  });
}

/** A call of each kind. */
function firstCalls({ reads, writes }: HttpSuite): readonly Tried[] {
  return [Object.values(reads)[0], Object.values(writes)[0]].filter((each) => each !== undefined);
}

const refuse: Serve = ({ response }) => answer(response, 403, { message: 'no' });

function declareTransport(suite: HttpSuite, world: World): void {
  const [expired, ownAuthority, proxied] = ownCases;

  it(`${expired}: nothing is sent, and it counts as unreachable`, async () => {
    const authority = await createAuthority('Acme authority');
    const system = world.keep(await FaultyServer.start(refuse, await createIdentity(authority, 'localhost', -1)));
    for (const tried of firstCalls(suite)) {
      const connection = world.connect({ url: system.url, ca: 'GAVEL_CA' }, { GAVEL_CA: authority.cert });
      assert.equal((await failed(tried, connection)).failure, 'unreachable');
    }
    assert.equal(system.received.length, 0);
  });

  it(`${ownAuthority}: is trusted if the connection names it, and no other is`, async () => {
    const authority = await createAuthority('Acme authority');
    const system = world.keep(await FaultyServer.start(refuse, await createIdentity(authority, 'localhost', 100)));
    for (const tried of firstCalls(suite)) {
      assert.equal((await failed(tried, world.connect({ url: system.url }))).failure, 'unreachable');
      const trusting = world.connect({ url: system.url, ca: 'GAVEL_CA' }, { GAVEL_CA: authority.cert });
      assert.equal((await failed(tried, trusting)).failure, 'refused');
    }
  });

  it(`${proxied}: every call goes through it`, async () => {
    const proxy = world.keep(await TestProxy.start(proxyCredential));
    world.server().serve = refuse;
    for (const tried of firstCalls(suite)) {
      const connection = world.connect({ proxy: 'GAVEL_PROXY' }, { GAVEL_PROXY: proxy.address(proxyCredential) });
      assert.equal((await failed(tried, connection)).failure, 'refused');
    }
    assert.ok(proxy.passed.length > 0);
    assert.equal(proxy.passed.length, world.server().received.length);
  });
}

function declareLimits(suite: HttpSuite, world: World): void {
  const [, , , pages, atOnce, closing] = ownCases;
  const { paging } = suite;

  if (paging)
    it(`${pages}: nothing is left out`, async () => {
      world.server().serve = paging.serve;
      assert.deepEqual(await paging.call(world.connect()), paging.result);
    });

  it(`${atOnce}: at most ${maxReads} reads of a connection are under way`, async () => {
    const waiting: Exchange[] = [];
    let most = 0;
    world.server().serve = (exchange) => {
      waiting.push(exchange);
      most = Math.max(most, waiting.length);
      // One too many would have come by then.
      if (most >= maxReads) setTimeout(() => waiting.splice(0).forEach(refuse), 50);
    };
    const connection = world.connect();
    const calls = Array.from({ length: 20 }, () => failed(Object.values(suite.reads)[0] ?? assert.fail(), connection));
    for (const { failure } of await Promise.all(calls)) assert.equal(failure, 'refused');
    assert.equal(most, maxReads);
  });

  it(`${closing}: ends it at once, and says whether it may have acted`, async () => {
    for (const [tried, expected] of [
      [Object.values(suite.reads)[0], 'unreachable'],
      [Object.values(suite.writes)[0], 'unclear'],
    ] as const) {
      if (!tried) continue;
      const connection = world.connect();
      let arrived: () => void = () => undefined;
      const isThere = new Promise<void>((resolve) => (arrived = resolve));
      serveAct(suite, world.server(), tried, () => arrived());
      const failure = failed(tried, connection);
      await isThere;
      await connection.close();
      assert.equal((await failure).failure, expected);
    }
  });
}

function declareSecrets(suite: HttpSuite, world: World): void {
  const [, , , , , , repeated, planted, permissions] = ownCases;
  it(`${repeated}: is in no error, log line or check`, async () => {
    const echo: Serve = ({ request, response }) =>
      answer(response, 400, `no ${password} ${request.headers.authorization ?? ''}`, {
        location: `/login?password=${password}`,
        'x-error': encodedPassword,
      });
    world.server().serve = echo;
    for (const [what, tried] of Object.entries({ ...suite.reads, ...suite.writes })) {
      serveAct(suite, world.server(), tried, echo);
      const error = await failed(tried, world.connect());
      assertShowsNone(what, inspect(error, { depth: 6 }));
    }
    world.server().serve = echo;
    assertShowsNone('the check', JSON.stringify(await world.connect().check()));
    assertShowsNone('the log', world.logged.join('\n'));
  });

  it(`${planted}: nobody sees them`, async () => {
    const words = repeatedWords;
    const location = `https://gavel:${plantedSecret}@elsewhere.example/?password=${password}`;
    const headers = { location, 'x-error': words, 'www-authenticate': `Basic realm="${words}"` };
    const answers: readonly Serve[] = [
      ({ response }) => answer(response, 400, { error: words, message: words }, headers),
      ({ response }) => answer(response, 302, words, headers),
      ({ response }) => answer(response, 200, `<title>${words}</title>`, headers),
      ({ response }) => answer(response, 401, words, headers),
    ];
    const calls = Object.values({ ...suite.reads, ...suite.writes }).flatMap((tried) =>
      answers.map((serve) => async () => {
        const system = world.keep(await FaultyServer.start());
        serveAct(suite, system, tried, serve);
        await tried.call(world.connect({ url: system.url }));
      }),
    );
    const lines: CheckLine[] = [];
    for (const serve of answers) {
      world.server().serve = serve;
      lines.push(...(await world.connect().check()));
    }
    await assertProductShowsNone({ calls, lines });
    assertShowsNone('the log', world.logged.join('\n'));
  });

  it(`${permissions}: names each that fails, with its fix`, async () => {
    world.server().serve = refuse;
    const lines = await world.connect().check();
    assert.ok(lines.length > 0);
    for (const { problem = '' } of lines) assert.match(problem, /^The system refused the call\. \S/);
  });
}
