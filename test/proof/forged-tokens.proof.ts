import assert from 'node:assert/strict';
import type { SampleConversation } from '../../src/playground/world';
import { createMovableClock } from '../core/time/movable-clock';
import { eventually } from '../patience';
import { forgeTokens } from '../security/forged-tokens';
import { startGuardedGavel } from '../security/guarded-gavel';
import type { GuardedGavel } from '../security/guarded-gavel';
import { startGuardedProcess } from '../security/guarded-process';
import { makeKeyPair } from '../security/identity-server';
import { declareProof } from './contract';
import { channelNumber, dana } from './harness';

let channels = 0;
/** Each time in another channel, because Teams' limits would slow down a single one. */
const asks = (gavel: GuardedGavel) =>
  gavel.door.people.says(dana, channelNumber(++channels), 'deploy s1 1.0.1 to production');

/** The log lines that a refused request can cause. */
const refusals = (gavel: GuardedGavel): string[] =>
  gavel.log.filter((line) => line.includes('An activity was refused'));

export const proof = declareProof({
  title: 'Gavel rejects every message without a genuine token',
  how: 'Each kind of forged token is used over HTTP to request a deployment, against a local OpenID endpoint and key set. The proof compares the store, outgoing calls and the log before and after.',

  async run(scale, report) {
    const clock = createMovableClock(Date.now());
    const gavel = await startGuardedGavel({ clock });
    try {
      const classes = await forgedAreRefused(gavel, clock.now());
      report({
        what: 'classes of forged token answered 401, with nothing stored and nothing sent',
        measured: `${classes}`,
        aim: 'all, at least 15',
        holds: classes >= 15,
      });
      clock.advance(5_000);
      const requests = scale === 'long' ? 1_000 : 200;
      const flood = await noFlood(gavel, clock.now(), requests);
      report({
        what: `log lines for ${requests} forged requests of one class in one second`,
        measured: `${flood}`,
        aim: 'at most 1',
        holds: flood <= 1,
      });
    } finally {
      await gavel.close();
    }
    // A time, so it isn't checked where only counts are asserted.
    if (scale === 'long') {
      const { refusalMicros, answerMicros } = await costOfRefusal();
      report({
        what: 'processor time of the costliest refusal, beside an answered message',
        measured: `${Math.round(refusalMicros)} µs, ${Math.round(answerMicros)} µs`,
        aim: 'less than an answer',
        holds: refusalMicros < answerMicros,
      });
    }
    const fetches = await firstRequests(50);
    report({
      what: 'fetches of the key set for 50 first requests at once',
      measured: `${fetches}`,
      aim: '1',
      holds: fetches === 1,
    });
    const waited = await rotation();
    report({
      what: 'a rotated key is accepted within',
      measured: `${waited / 1_000} s`,
      aim: 'at most 60 s',
      holds: waited <= 60_000,
    });
    await keysOutOfReach();
    report({
      what: 'while the keys can’t be read: known keys still work, unknown ones are refused',
      measured: 'yes',
      aim: 'yes',
      holds: true,
    });
  },
});

async function forgedAreRefused(gavel: GuardedGavel, now: number): Promise<number> {
  const { identity, connector, door } = gavel;
  const forged = await forgeTokens(identity, connector.url, now);
  const before = await gavel.stored();
  for (const [what, authorization] of forged) {
    const answer = await door.knock(asks(gavel), authorization);
    assert.equal(answer.status, 401, what);
    assert.deepEqual(answer.body, { error: 'Unauthorized.' }, what);
  }
  assert.deepEqual(withoutOwnClock(await gavel.stored()), withoutOwnClock(before), 'nothing may be stored');
  assert.equal(connector.calls(), 0, 'nothing may be sent');
  assert.equal(identity.asked.tokens, 0, 'the bot may not even fetch its own token');
  // The control: the same request with a genuine token is accepted.
  assert.equal((await door.deliver(asks(gavel))).status, 200);
  await eventually('an answer', () => (connector.messages.size > 0 ? true : undefined));
  return forged.size;
}

/** What Gavel logs as time passes, whoever sends requests: that it is alive, and what it has started. */
function withoutOwnClock(stored: string): string[] {
  return stored.split('\n').filter((table) => !/^(leases|store-check) /.test(table));
}

async function noFlood(gavel: GuardedGavel, now: number, requests: number): Promise<number> {
  const authorization = `Bearer ${await gavel.identity.sign(gavel.connector.url, { now, claims: { iss: 'https://flood.example' } })}`;
  const before = refusals(gavel).length;
  const all = gavel.log.length;
  // The injected clock stands still, so all of them fall into one second.
  for (let sent = 0; sent < requests; sent += 50) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => gavel.door.knock(asks(gavel), authorization)));
    for (const { status } of answers) assert.equal(status, 401);
  }
  const lines = refusals(gavel).length - before;
  assert.equal(lines, 1, 'the first one is told');
  assert.ok(gavel.log.length - all <= 1, 'no other lines either');
  return lines;
}

/** The processor time of Gavel's process for one refusal, and for one answered message. */
async function costOfRefusal(): Promise<{ readonly refusalMicros: number; readonly answerMicros: number }> {
  const gavel = await startGuardedProcess();
  const { door, identity, connector } = gavel;
  // Fewer than Teams allows in a second, each in its own channel, so that nothing waits.
  const places = Array.from({ length: 40 }, (_, index) => channelNumber(index + 1));
  const cost = async (request: (where: SampleConversation) => Promise<unknown>): Promise<number> => {
    const before = await gavel.workedMicros();
    for (const where of places) await request(where);
    return ((await gavel.workedMicros()) - before) / places.length;
  };
  try {
    // The most expensive one to refuse: everything is right except the signature.
    const { privateKey } = await makeKeyPair('stranger');
    const forged = `Bearer ${await identity.sign(connector.url, { key: privateKey })}`;
    const said = (where: SampleConversation) => door.people.says(dana, where, 'thanks');
    const accepted = (where: SampleConversation) => door.deliver(said(where));
    const refused = (where: SampleConversation) => door.knock(said(where), forged);
    // A new process needs many times as long for each request as it does later.
    for (const _ of [1, 2, 3]) {
      await cost(accepted);
      await cost(refused);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    return { refusalMicros: await cost(refused), answerMicros: await cost(accepted) };
  } finally {
    await gavel.close();
  }
}

async function firstRequests(count: number): Promise<number> {
  const gavel = await startGuardedGavel();
  try {
    const tokens = await Promise.all(Array.from({ length: count }, () => gavel.identity.sign(gavel.connector.url)));
    const answers = await Promise.all(tokens.map((token) => gavel.door.knock(asks(gavel), `Bearer ${token}`)));
    for (const { status } of answers) assert.equal(status, 200);
    assert.deepEqual([gavel.identity.asked.document, gavel.identity.asked.keys], [1, 1]);
    return gavel.identity.asked.keys;
  } finally {
    await gavel.close();
  }
}

/** Milliseconds of the injected clock from the rotation until a token of the new key is accepted. */
async function rotation(): Promise<number> {
  const clock = createMovableClock(Date.now());
  const gavel = await startGuardedGavel({ clock });
  const { identity, connector, door } = gavel;
  try {
    assert.equal((await door.deliver(asks(gavel))).status, 200);
    const next = await makeKeyPair('second');
    identity.published.splice(0, identity.published.length, { ...next.jwk, endorsements: ['msteams'] });
    const rotated = clock.now();
    const knock = async () => {
      const token = await identity.sign(connector.url, {
        now: clock.now(),
        key: next.privateKey,
        header: { kid: next.kid },
      });
      return door.knock(asks(gavel), `Bearer ${token}`);
    };
    while ((await knock()).status !== 200) {
      clock.advance(1_000);
      assert.ok(clock.now() - rotated <= 60_000, 'a rotated key has to be accepted within a minute');
    }
    assert.ok(identity.asked.keys <= 3, 'without hammering the key set');
    return clock.now() - rotated;
  } finally {
    await gavel.close();
  }
}

async function keysOutOfReach(): Promise<void> {
  const clock = createMovableClock(Date.now());
  const gavel = await startGuardedGavel({ clock });
  const { identity, connector, door } = gavel;
  const fresh = () => identity.sign(connector.url, { now: clock.now(), claims: { nbf: null } });
  try {
    identity.down = true;
    assert.equal((await door.knock(asks(gavel), `Bearer ${await fresh()}`)).status, 401, 'no key, nobody is let in');
    identity.down = false;
    clock.advance(6_000);
    assert.equal((await door.knock(asks(gavel), `Bearer ${await fresh()}`)).status, 200, 'it recovers within seconds');
    identity.down = true;
    for (const hours of [1, 23, 24, 48]) {
      clock.advance(hours * 3_600_000);
      assert.equal((await door.knock(asks(gavel), `Bearer ${await fresh()}`)).status, 200, 'known keys still work');
    }
  } finally {
    await gavel.close();
  }
}
