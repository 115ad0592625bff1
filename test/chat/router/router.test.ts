import assert from 'node:assert/strict';
import { z } from 'zod';
import { defineAction } from '../../../src/chat/contract';
import type { Action, CardContent, Feature, Reply, Turn } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { commandList } from '../../../src/chat/router/typed';
import { renderCard } from '../../../src/core/card';
import { ConnectorError, StoreUnavailableError, UserError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { AuditEntry, AuditLog } from '../../../src/store/contract';
import { createMovableClock } from '../../core/time/movable-clock';
import { command, commands, sampleCatalog, turnBy } from '../sample';

const catalog = sampleCatalog();
let entries: AuditEntry[];
let failure: unknown;

const audit: AuditLog = {
  append: async (entry) => void entries.push(entry),
  read: async () => entries,
  search: async () => ({ entries, count: entries.length, isCountExact: true }),
  verify: async () => ({ entries: entries.length, breaks: [] }),
  prune: async () => ({ removed: 0, files: [] }),
};

const breaks = command('break', [], {
  right: 'deploy',
  run: () => Promise.reject(failure),
});
const sample: Feature = {
  name: 'sample',
  commands: [...commands, breaks],
  actions: [
    defineAction({
      verb: 'sample.change',
      operation: 'lock',
      input: z.object({ id: z.string().regex(/^[a-z]+$/, 'Choose one that has small letters.') }),
      run: (_turn, { id }) => {
        if (id === 'fails') return Promise.reject(failure);
        return Promise.resolve({ text: `changed ${id}`, audit: { target: id, outcome: 'changed' } });
      },
    }),
    defineAction({
      verb: 'sample.look',
      operation: 'look',
      input: z.object({ id: z.string() }),
      run: () => Promise.resolve({ text: 'looked' }),
    }),
  ],
};

function routerOf(...features: Feature[]): Router {
  return createRouter({
    features,
    catalog: () => catalog,
    audit,
    clock: createMovableClock(1_000),
    logger: silentLogger,
  });
}

function cardIn<Name extends CardContent['card']>(reply: Reply, name: Name): CardContent<Name>['data'] {
  assert.ok('card' in reply, JSON.stringify(reply));
  assert.equal(reply.card, name);
  assert.doesNotThrow(() => renderCard(reply.card, reply.data));
  return reply.data as CardContent<Name>['data'];
}

const wordsOf = (reply: Reply): string => ('notice' in reply ? reply.notice : 'text' in reply ? reply.text : '');

describe('the router', () => {
  let router: Router;
  beforeEach(() => {
    entries = [];
    failure = new Error('a secret inside');
    router = routerOf(sample);
  });
  const say = (turn: Turn, text: string): Promise<Reply> => router.handleText(turn, text);

  it('runs a typed command with its arguments', async () =>
    assert.equal(
      wordsOf(await say(turnBy('dana'), 'Deploy shop to staging.')),
      'deploy {"service":"shop","environment":"staging"}',
    ));

  it('answers an empty line with help', async () => assert.match(wordsOf(await say(turnBy('dana'), '  ')), /^help/));

  it('names the people who can if somebody lacks a right, and records the attempt once', async () => {
    const data = cardIn(await say(turnBy('nico'), 'deploy shop to production'), 'chat/refusal');
    assert.equal(data.title, 'You can’t lock shop in production');
    assert.match(data.sentence, /Nothing was changed.*deploy permission for shop in production/);
    assert.deepEqual(data.facts[0], { title: 'Can\u00A0lock', value: 'Dana Developer and Avery Approver' });
    assert.deepEqual(
      entries.map(({ who, what, target, outcome }) => ({ who, what, target, outcome })),
      [{ who: turnBy('nico').person.id, what: 'sample.deploy', target: 'shop in production', outcome: 'refused' }],
    );
  });

  it('asks for everything that is missing on one card, and continues with the choices', async () => {
    const data = cardIn(await say(turnBy('dana'), 'rollback in staging'), 'chat/choose');
    const { inputs } = data;
    assert.deepEqual(
      inputs.map(({ name }) => name),
      ['chosen-service'],
    );
    assert.deepEqual(
      inputs[0]?.choices.map(({ value }) => value),
      ['shop', 'search'],
    );
    const clicked = turnBy('dana', { trigger: 'clicked' });
    const reply = await router.handleAction(clicked, 'chat.choose', { id: data.id, 'chosen-service': 'shop' });
    assert.equal(wordsOf(reply), 'rollback {"environment":"staging","service":"shop"}');
  });

  it('asks again if nothing was chosen, and checks the right at the click', async () => {
    const clicked = { trigger: 'clicked' } as const;
    cardIn(await router.handleAction(turnBy('dana', clicked), 'chat.choose', { id: 'rollback' }), 'chat/choose');
    const input = { id: 'rollback', 'chosen-service': 'shop', 'chosen-environment': 'staging' };
    cardIn(await router.handleAction(turnBy('nico', clicked), 'chat.choose', input), 'chat/refusal');
  });

  it('keeps the id of a card apart from an argument called id', async () => {
    const data = cardIn(await say(turnBy('dana'), 'reject'), 'chat/choose');
    const reply = await router.handleAction(turnBy('dana'), 'chat.choose', { id: data.id, 'chosen-id': '1042' });
    assert.equal(wordsOf(reply), 'reject {"id":"D-1042"}');
  });

  it('offers the nearest command as a button that runs', async () => {
    const data = cardIn(await say(turnBy('dana'), 'deplyo shop'), 'chat/nearest');
    const [first] = data.lines;
    assert.equal(first?.line, 'deploy shop');
    const reply = await router.handleAction(turnBy('dana', { trigger: 'clicked' }), 'chat.run', { id: first?.line });
    assert.match(wordsOf(reply), /^deploy/);
  });

  it('offers nothing that the person can’t use', async () => {
    const data = cardIn(await say(turnBy('nico'), 'deplyo shop'), 'chat/nearest');
    assert.deepEqual(data.lines, []);
  });

  it('always answers an unknown word, whatever it contains', async () => {
    for (const text of ['bananas', '*[x](https://evil)*', '${evil}', '<at>x</at>'])
      cardIn(await say(turnBy('dana'), text), 'chat/nearest');
  });

  it('refuses words that it would have to ignore', async () => {
    const words = wordsOf(await say(turnBy('dana'), 'rollback shop in staging twice'));
    assert.match(words, /didn’t understand “twice”.*Nothing was done/);
  });

  it('parses the input of a click before anything runs', async () => {
    const click = (input: unknown): Promise<Reply> => router.handleAction(turnBy('dana'), 'sample.change', input);
    assert.match(wordsOf(await click({ id: 'x1' })), /Choose one that has small letters/);
    for (const input of [undefined, null, 7, 'x', [], {}, { id: 3 }])
      assert.match(wordsOf(await click(input)), /can(no|')?t|can’t|cannot read/);
    assert.equal(wordsOf(await click({ id: 'abc', extra: 1 })), 'changed abc');
  });

  it('writes the audit entry that a handler returns, and keeps it out of the reply', async () => {
    const reply = await router.handleAction(turnBy('dana'), 'sample.change', { id: 'abc' });
    assert.equal('audit' in reply, false);
    assert.deepEqual(
      entries.map(({ what, target, outcome, from }) => ({ what, target, outcome, from })),
      [{ what: 'sample.change', target: 'abc', outcome: 'changed', from: '19:deployments@thread.tacv2' }],
    );
  });

  it('changes nothing on an automatic refresh', async () => {
    const automatic = turnBy('dana', { trigger: 'automatic' });
    for (const [verb, input] of [
      ['sample.change', { id: 'abc' }],
      ['chat.run', { id: 'deploy shop' }],
      ['chat.choose', { id: 'rollback' }],
    ] as const)
      assert.match(wordsOf(await router.handleAction(automatic, verb, input)), /Nothing was done/);
    assert.equal(wordsOf(await router.handleAction(automatic, 'sample.look', { id: 'x' })), 'looked');
    assert.deepEqual(entries, []);
  });

  it('answers an unknown button', async () =>
    assert.match(wordsOf(await router.handleAction(turnBy('dana'), 'sample.gone', {})), /no longer works/));

  const failures: [string, unknown, RegExp, string][] = [
    ['a known no', new UserError('Not on Fridays.'), /^Not on Fridays\.$/, 'refused'],
    [
      'an unreachable system',
      new ConnectorError('Jenkins', 'unreachable', 'x'),
      /^Jenkins didn’t respond. Nothing was changed/,
      'failed',
    ],
    ['an unclear outcome', new ConnectorError('Jenkins', 'unclear', 'x'), /may still take effect/, 'unclear'],
    [
      'a refusing system',
      new ConnectorError('Jenkins', 'refused', 'x'),
      /refused the request. Nothing was changed/,
      'refused',
    ],
    [
      'a credential that is not accepted',
      new ConnectorError('Jenkins', 'unauthorized', 'x'),
      /^Jenkins rejected Gavel’s credential. Nothing was changed. Ask a Gavel admin/,
      'failed',
    ],
    ['a conflict', new ConnectorError('Jenkins', 'conflict', 'x'), /can’t do that right now/, 'failed'],
    [
      'a system that limits requests',
      new ConnectorError('Jenkins', 'rate limited', 'x', { retryAfterMs: 300_000 }),
      /^Jenkins is rate-limiting requests. Nothing was changed. Try again in 5\u00A0min\. Ref/,
      'failed',
    ],
    [
      'a system that says when it’s back',
      new ConnectorError('Jenkins', 'unreachable', 'x', { retryAfterMs: 7_200_000 }),
      /^Jenkins is temporarily unavailable\. Nothing was changed\. Try again in 2\u00A0h\. Ref/,
      'failed',
    ],
    [
      'an answer that nobody can read',
      new ConnectorError('Jenkins', 'invalid answer', 'x'),
      /^Jenkins sent a response that Gavel can’t read. Nothing was changed/,
      'failed',
    ],
    ['a store that is away', new StoreUnavailableError('x'), /store isn’t responding/, 'failed'],
    ['anything else', new Error('a secret inside'), /went wrong on my side.*4f2a91c0/, 'failed'],
  ];
  for (const [what, error, words, outcome] of failures)
    it(`turns ${what} into one plain sentence and one entry`, async () => {
      failure = error;
      const typed = wordsOf(await say(turnBy('dana'), 'break'));
      assert.match(typed, words);
      assert.doesNotMatch(typed, /secret/);
      const clicked = await router.handleAction(turnBy('dana', { trigger: 'clicked' }), 'sample.change', {
        id: 'fails',
      });
      assert.match(wordsOf(clicked), words);
      assert.deepEqual(
        entries.map((entry) => `${entry.what} ${entry.outcome}`),
        [`sample.break ${outcome}`, `sample.change ${outcome}`],
      );
    });

  for (const operation of ['remember', 'subscribe', 'schedule'] as const)
    it(`records a failure of a command with the operation ${operation}, although its right is only to view`, async () => {
      failure = new UserError('No.');
      await routerOf({
        name: 'other',
        commands: [command('try', [], { operation, right: 'view', run: () => Promise.reject(failure) })],
      }).handleText(turnBy('dana'), 'try');
      assert.deepEqual(
        entries.map(({ what, outcome }) => [what, outcome]),
        [['other.try', 'refused']],
      );
    });

  it('records nothing for a command that changes nothing, whatever right it needs', async () => {
    failure = new UserError('No.');
    await routerOf({
      name: 'other',
      commands: [command('peek', [], { operation: 'look', right: 'deploy', run: () => Promise.reject(failure) })],
    }).handleText(turnBy('dana'), 'peek');
    assert.deepEqual(entries, []);
  });

  it('answers even if the audit log can’t be written', async () => {
    const broken = { ...audit, append: () => Promise.reject(new StoreUnavailableError('x')) };
    const options = { catalog: () => catalog, audit: broken, clock: createMovableClock(0), logger: silentLogger };
    const reply = await createRouter({ ...options, features: [sample] }).handleAction(turnBy('dana'), 'sample.change', {
      id: 'abc',
    });
    assert.equal(wordsOf(reply), 'changed abc');
  });

  it('rejects collisions when it is created', () => {
    const action: Action = {
      verb: 'sample.look',
      operation: 'look',
      input: z.unknown(),
      run: async () => ({ nothing: true }) as const,
    };
    assert.throws(() => routerOf(sample, { name: 'other', commands: [command('deploy', [])] }), /deploy/);
    assert.throws(() => routerOf({ name: 'other', actions: [action] }), /must begin with its feature/);
    assert.throws(() => routerOf({ name: 'sample', actions: [action, action] }), /Two actions/);
    assert.throws(() => routerOf({ name: 'chat', actions: [{ ...action, verb: 'chat.run' }] }), /must begin/);
  });

  it('lists the commands of a person', () => {
    const listed = (person?: string): string[] => commandList([sample], catalog, person).map(({ name }) => name);
    assert.ok(listed().includes('deploy'));
    assert.deepEqual(listed(turnBy('nico').person.id), ['reject', 'deployments', 'help']);
  });
});
