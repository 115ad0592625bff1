import assert from 'node:assert/strict';
import { createHookDoor } from '../../../src/connectors/hooks';
import type { HookAnswer, HookCall, TakeHook } from '../../../src/connectors/hooks';
import { hookProof } from '../../../src/connectors/hooks/settings';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { StoreUnavailableError } from '../../../src/core/errors';
import type { Logger } from '../../../src/core/telemetry/logger';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { hookSecret, signByGavel } from './signing';

interface Sent {
  readonly connection?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly read?: () => Promise<Buffer | 408 | 413>;
}

const firing = { firing: [], ended: [], isCut: false };

/** A door with a connection `nagios` that signs, and `silent` that calls nobody. */
function createWorld(take: TakeHook = async () => 'taken') {
  let nowMs = Date.UTC(2026, 10, 29, 12);
  let bodiesRead = 0;
  const logged: string[] = [];
  const taken: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    info: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`),
    warn: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`),
    error: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`),
  };
  const base = { bind: () => undefined, check: async () => [], close: async () => undefined };
  const alerts: OpenConnection['alerts'] = {
    read: async () => ({ alerts: [], isComplete: true }),
    readHook: async (body) => (body.startsWith('{') ? firing : undefined),
  };
  const events: OpenConnection['events'] = {
    async read(body, header) {
      if (!body.startsWith('moved') && body !== 'noise') return undefined;
      const delivery = header('x-delivery');
      const told = { name: body, ...(delivery !== undefined && { delivery }) };
      return { ...told, runs: ['7'], concernsApprovals: true, ...(body === 'noise' && { isUnused: true }) };
    },
  };
  const looked: string[] = [];
  let work: (() => Promise<void>) | undefined;
  const connections = new Map<string, OpenConnection>([
    ['nagios', { ...base, alerts, hook: hookProof('gavel', { secret: 'GAVEL_HOOK' }, () => hookSecret) }],
    ['silent', { ...base, alerts }],
    ['ci', { ...base, events, hook: hookProof('gavel', { secret: 'GAVEL_HOOK' }, () => hookSecret) }],
  ]);
  const door = createHookDoor({
    connections: { get: (name) => connections.get(name) },
    take(connection, digest, hook) {
      taken.push(digest);
      return take(connection, digest, hook);
    },
    lookAt(connection, { name, runs }) {
      looked.push(`${connection} ${name} ${runs.join()}`);
      return work?.() ?? Promise.resolve();
    },
    clock: { now: () => nowMs, elapsed: () => nowMs },
    logger,
  });
  return {
    ...{ logged, taken, looked },
    /** What looking at something takes from now on. */
    works: (next: () => Promise<void>) => void (work = next),
    bodiesRead: () => bodiesRead,
    pass: (ms: number) => void (nowMs += ms),
    send({ connection = 'nagios', body = '{}', headers, read }: Sent = {}): Promise<HookAnswer> {
      const given = new Map(Object.entries(headers ?? signByGavel(body, { at: nowMs })));
      const call: HookCall = {
        connection,
        header: (name) => given.get(name),
        body: () => {
          bodiesRead += 1;
          return read?.() ?? Promise.resolve(Buffer.from(body));
        },
      };
      return door(call);
    },
  };
}

describe('the door for outside systems', () => {
  /** With Gavel's signature, as the delivery of this name. */
  const delivered = (body: string, delivery?: string): Sent => ({
    ...{ connection: 'ci', body },
    headers: {
      ...signByGavel(body, { at: Date.UTC(2026, 10, 29, 12) }),
      ...(delivery !== undefined && { 'x-delivery': delivery }),
    },
  });

  it('looks at what a verified event says has changed', async () => {
    const { send, looked, taken } = createWorld();
    assert.deepEqual(await send(delivered('moved')), { status: 200 });
    assert.equal(
      (await send({ connection: 'ci', body: 'moved', headers: signByGavel('another', { at: 0 }) })).status,
      401,
    );
    assert.deepEqual([looked, taken], [['ci moved 7'], []]);
  });

  it('looks once for a delivery that comes twice, and again if looking failed', async () => {
    const { send, looked, works, logged } = createWorld();
    works(() => Promise.reject(new StoreUnavailableError('gone')));
    assert.deepEqual(await send(delivered('moved', 'one')), { status: 200 });
    await new Promise(setImmediate);
    assert.match(logged.join('\n'), /What a system told could not be looked at/);
    works(() => Promise.resolve());
    for (let count = 0; count < 3; count++) {
      assert.deepEqual(await send(delivered('moved', 'one')), { status: 200 });
      await new Promise(setImmediate);
    }
    assert.equal(looked.length, 2);
    await send(delivered('moved', 'two'));
    assert.equal(looked.length, 3);
  });

  it('answers before it has looked, and takes the same delivery again until then', async () => {
    const { send, looked, works } = createWorld();
    let finish = (): void => undefined;
    works(() => new Promise((resolve) => (finish = resolve)));
    assert.deepEqual(await send(delivered('moved', 'one')), { status: 200 });
    assert.deepEqual(await send(delivered('moved', 'one')), { status: 200 });
    assert.equal(looked.length, 2);
    finish();
    await new Promise(setImmediate);
    await send(delivered('moved', 'one'));
    assert.equal(looked.length, 2);
  });

  it('takes events that Gavel has no use for, looks at nothing, and says so once in the log', async () => {
    const { send, looked, logged } = createWorld();
    for (let count = 0; count < 3; count++) assert.deepEqual(await send(delivered('noise')), { status: 200 });
    assert.deepEqual(looked, []);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', /sends events that Gavel doesn’t use.*"event":"noise"/);
  });

  it('refuses an event that its system never sends with 400', async () =>
    assert.deepEqual(await createWorld().send(delivered('hello')), { status: 400 }));

  it('stores a verified call before it answers with 200', async () => {
    let isStored = false;
    const { send } = createWorld(async () => {
      await new Promise(setImmediate);
      isStored = true;
      return 'taken';
    });
    assert.deepEqual(await send(), { status: 200 });
    assert.ok(isStored);
  });

  it('answers a call that was sent twice with 200, too', async () => {
    const { send, taken } = createWorld(async () => 'known');
    assert.deepEqual(await send(), { status: 200 });
    await send();
    assert.equal(new Set(taken).size, 1);
  });

  it('refuses strangers with the same answer, whether the connection exists or not, and reads nothing of theirs', async () => {
    const { send, bodiesRead } = createWorld();
    const refused = [
      await send({ headers: {} }),
      await send({ connection: 'silent' }),
      await send({ connection: 'nothing' }),
      await send({ connection: '__proto__' }),
      await send({ connection: '' }),
    ];
    for (const answer of refused) assert.deepEqual(answer, { status: 401 });
    assert.equal(bodiesRead(), 0);
  });

  it('refuses a forged signature with 401', async () => {
    const { send, taken } = createWorld();
    assert.deepEqual(await send({ headers: signByGavel('{}', { secret: 'guessed' }) }), { status: 401 });
    assert.deepEqual(taken, []);
  });

  it('refuses what its system never sends with 400', async () =>
    assert.deepEqual(await createWorld().send({ body: 'hello' }), { status: 400 }));

  for (const status of [408, 413] as const)
    it(`passes on ${status} for a body that can’t be read`, async () =>
      assert.deepEqual(await createWorld().send({ read: async () => status }), { status }));

  it('asks the sender to come again when nothing more can be stored', async () => {
    const { send } = createWorld(async () => 'full');
    assert.deepEqual(await send(), { status: 503, retryAfterSeconds: 2 });
  });

  it('asks the sender to come again when the store isn’t responding', async () => {
    const { send, logged } = createWorld(async () => Promise.reject(new StoreUnavailableError('gone')));
    assert.deepEqual(await send(), { status: 503, retryAfterSeconds: 2 });
    assert.match(logged.join('\n'), /A hook could not be stored/);
  });

  it('takes a burst of 100 calls, then 20 per second, and never tells a sender to give up', async () => {
    const { send, pass, taken } = createWorld();
    const statuses: number[] = [];
    for (let count = 0; count < 150; count++) statuses.push((await send()).status);
    assert.equal(statuses.filter((each) => each === 200).length, 100);
    assert.ok(statuses.every((each) => each === 200 || each === 503));
    pass(1_000);
    for (let count = 0; count < 50; count++) await send();
    assert.equal(taken.length, 120);
  });

  it('still takes true calls during a flood of forged ones, and logs one line for them', async () => {
    const { send, logged } = createWorld();
    for (let count = 0; count < 1_000; count++) await send({ headers: signByGavel('{}', { secret: 'guessed' }) });
    assert.deepEqual(await send(), { status: 200 });
    assert.equal(logged.length, 1);
  });

  it('reads 32 bodies at once, and asks the others to come again', async () => {
    const { send } = createWorld();
    let release: (body: Buffer) => void = () => undefined;
    const body = new Promise<Buffer>((resolve) => (release = resolve));
    const slow = Array.from({ length: 32 }, () => send({ read: () => body }));
    assert.equal((await send()).status, 503);
    release(Buffer.from('{}'));
    assert.deepEqual(new Set((await Promise.all(slow)).map(({ status }) => status)), new Set([200]));
    assert.equal((await send()).status, 200);
  });

  it('never logs the secret or the body', async () => {
    const { send, logged } = createWorld();
    await send({ body: `{"password":"${hookSecret}"}`, headers: { authorization: hookSecret } });
    await send({ body: hookSecret });
    assert.ok(logged.length >= 2);
    assert.doesNotMatch(logged.join('\n'), new RegExp(hookSecret));
  });
});
