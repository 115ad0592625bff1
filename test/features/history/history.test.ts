import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { EndedTurn } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import { StoreUnavailableError } from '../../../src/core/errors';
import { isMatch, readHistoryFilter } from '../../../src/features/history/search';
import type { HistoryFilter } from '../../../src/features/history/search';
import { createHistoryStore, entryOf } from '../../../src/features/history/store';
import type { Store } from '../../../src/store/contract';
import { people, sampleCatalogText, turnOf } from '../fakes';
import { createTalkWorld, privately, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor, nico } = people;
const parsed = parseCatalog(sampleCatalogText);
const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail();
const friday = Date.UTC(2026, 10, 20, 13, 0);
const dayMs = 86_400_000;
function filterOf(words: string, timeZone: string): HistoryFilter {
  return readHistoryFilter(words, catalog, dana.id, { now: friday, timeZone });
}

describe('the entry of a turn', () => {
  const kept = (ended: Partial<EndedTurn>) =>
    entryOf(turnOf(dana, { receivedAt: friday }), {
      said: 'where',
      what: 'deployments.where',
      outcome: 'done',
      reply: { text: '**shop** runs' },
      ...ended,
    });

  it('has who, where, what and the result, for as long as the catalog says', () => {
    const entry = kept({});
    assert.equal(entry?.personName, 'Dana Developer');
    assert.equal(entry?.came, 'shop runs');
  });

  const table: readonly (readonly [string, Partial<EndedTurn>, RegExp])[] = [
    [
      'a secret in a line',
      { said: 'deploy shop because password=hunter2' },
      /where … \(left out: it looked like a password\)/,
    ],
    ['a password among the words', { said: 'remember login is hunter2!!x', what: 'chat.turn' }, /left out/],
    ['a secret in an answer', { reply: { notice: 'ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8' } }, /left out/],
    ['a secret behind an alias', { meant: 'deploy shop because token=abcdef' }, /left out/],
    [
      'a secret that was to be remembered',
      { said: 'remember db password is hunter2', what: 'memory.remember' },
      /left out/,
    ],
  ];
  for (const [what, ended, expected] of table)
    it(`leaves out ${what}`, () => {
      const text = JSON.stringify(kept(ended));
      assert.match(text, expected);
      assert.doesNotMatch(text, /hunter2|ghp_|abcdef/);
    });

  it('has the name of a memory, never its value, so that forgotten values are gone', () => {
    const entry = kept({ what: 'memory.remember', said: 'remember day is Thursday', reply: { text: 'Thursday' } });
    assert.equal(entry?.said, 'remember day');
    assert.doesNotMatch(JSON.stringify(entry), /Thursday/);
  });

  it('is not kept for commands about personal data', () => assert.equal(kept({ what: 'privacy.delete' }), undefined));
});

describe('the filter of the history', () => {
  const entry = (at: number, said: string) => {
    const made = entryOf(turnOf(dana, { receivedAt: at }), {
      said,
      what: 'deployments.deploy',
      outcome: 'refused',
      reply: { notice: 'no' },
    });
    assert.ok(made);
    return made;
  };
  const at = (daysAgo: number) => entry(friday - daysAgo * dayMs, 'deploy shop');
  const table: readonly (readonly [string, ReturnType<typeof at>, boolean])[] = [
    ['', at(0), true],
    ['today', at(0), true],
    ['today', at(1), false],
    ['yesterday', at(1), true],
    ['yesterday', at(0), false],
    ['on Monday', at(4), true],
    ['monday', at(3), false],
    ['friday', at(0), true],
    ['2026-11-18', at(2), true],
    ['since=2026-11-18', at(1), true],
    ['since=2026-11-18', at(3), false],
    ['dana', at(0), true],
    ['who=Dana what:deploy when=today', at(0), true],
    ['noor', at(0), false],
    ['me', at(0), true],
    ['refused deploy', at(0), true],
    ['restart', at(0), false],
  ];
  for (const [words, each, expected] of table)
    it(`“${words}” ${expected ? 'shows' : 'hides'} ${new Date(each.at).toISOString().slice(0, 10)}`, () =>
      assert.equal(isMatch(each, filterOf(words, 'UTC')), expected));

  it('knows the days of other zones and of a changed clock', () => {
    const { since, until } = filterOf('2026-10-25', 'Europe/Berlin');
    assert.equal(new Date(since ?? 0).toISOString(), '2026-10-24T22:00:00.000Z');
    assert.equal(new Date(until ?? 0).toISOString(), '2026-10-25T22:59:59.999Z');
  });
});

describe('history', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());
  const now = () => ({ receivedAt: talk.world.clock.now() });

  it('finds, counts and pages over everything that is kept, by the words and as of the moment it was asked', async () => {
    const history = createHistoryStore(talk.world.deps);
    const at = talk.world.clock.now();
    for (let number = 0; number < 1_250; number++) {
      if (number % 400 === 0) await history.idle();
      history.recordTurn(
        turnOf(number % 2 ? dana : noor, { receivedAt: at - 1_000 - number * 1_000, correlationId: `h${number}` }),
        {
          said: number === 1_240 ? 'deploy search to staging' : 'where',
          what: 'deployments.where',
          outcome: 'done',
          reply: { text: 'there' },
        },
      );
    }
    await history.idle();
    assert.match(await talk.say(dana, 'history', now()), /1,250.entries/);
    assert.match(await talk.say(noor, 'history me', now()), /62\d.entries/);
    assert.match(await talk.say(dana, 'history staging', now()), /1.entry.*deploy search to staging/s);
    const first = await talk.say(dana, 'history there', now());
    const id = /"id":"([\w-]+)"/.exec(first)?.[1] ?? assert.fail(first);
    const click = (older: string) => talk.router.handleAction(turnOf(dana, now()), 'history.older', { id: older });
    const second = JSON.stringify(await click(id));
    assert.match(second, /1,25\d.entries/);
    assert.match(second, /(continued)/);
    assert.match(JSON.stringify(await click('rubbish')), /has expired/);
  });

  it('shows what was asked in a place there, and one’s own entries in a personal chat', async () => {
    await talk.say(dana, 'freeze staging 2h because x', now());
    await talk.say(noor, 'freeze staging 2h because finance is closing the books', now());
    await talk.say(nico, 'bananas', { ...now(), ...there });
    await talk.click(noor, 'locks.keep', 'shop/production', now());
    const here = await talk.say(nico, 'history', now());
    assert.match(here, /3\sentries/);
    assert.match(here, /freeze staging 2h because x.*Dana Developer · “Not done: you can’t/);
    assert.match(here, /Noor Operator · “staging is frozen/);
    assert.doesNotMatch(here, /bananas/);
    const refused = await talk.say(dana, 'history refused noor', now());
    assert.match(refused, /1\sentry.*Clicked “keep”/, 'what Noor did, not what names Noor');
    assert.doesNotMatch(refused, /locks\.keep/);
    const own = await talk.say(nico, 'history', { ...now(), ...privately(nico) });
    assert.match(own, /bananas.*in General · not understood"/);
    assert.doesNotMatch(own, /freeze/);
  });

  it('contains no trial of a scheduled line', async () => {
    await talk.say(dana, 'every weekday at 9:00 where shop', now());
    const here = await talk.say(dana, 'history', now());
    assert.match(here, /1\sentry.*every weekday at 9:00 where shop/);
    assert.doesNotMatch(here, /"name":"where shop"/);
  });

  it('shows what an alias stood for', async () => {
    await talk.say(dana, 'alias held = freezes', now());
    await talk.say(dana, 'held', now());
    assert.match(await talk.say(dana, 'history held', now()), /held, which means freezes/);
  });

  it('records one message once, and an automatic refresh not at all', async () => {
    const again = { correlationId: 'c-again', ...now() };
    await talk.say(dana, 'locks', again);
    await talk.say(dana, 'locks', again);
    await talk.click(dana, 'locks.keep', 'shop/production', { ...now(), trigger: 'automatic' });
    assert.match(await talk.say(dana, 'history', now()), /1\sentry/);
  });

  it('is removed after its retention period', async () => {
    await talk.say(dana, 'locks', now());
    await talk.features.idle();
    talk.world.clock.advance(31 * dayMs);
    assert.match(await talk.say(dana, 'history', now()), /Nothing matches/);
    assert.equal(await talk.world.deps.store.removeExpired(talk.world.clock.now()), 1);
  });

  it('makes nobody wait for a store that hangs, and throws at nobody if it fails', async () => {
    const gate = new EventEmitter().setMaxListeners(0);
    const insert = async (): Promise<never> => {
      await once(gate, 'open');
      throw new StoreUnavailableError('down');
    };
    const { store } = talk.world.deps;
    const broken: Store = {
      ...store,
      collection: (spec) => ({ ...store.collection(spec), insert }),
    };
    const history = createHistoryStore({ ...talk.world.deps, store: broken });
    const ended: EndedTurn = { said: 'x', what: 'chat.turn', outcome: 'done', reply: { nothing: true } };
    for (let index = 0; index < 1_200; index++) history.recordTurn(turnOf(dana), ended);
    const written = history.idle();
    const opener = setInterval(() => gate.emit('open'), 5);
    await written.finally(() => clearInterval(opener));
    assert.doesNotThrow(() => history.recordTurn(turnOf(dana), { ...ended, reply: undefined as never }));
  });

  for (const [role, who] of Object.entries(roles))
    it(`is open to the ${role}`, async () => assert.match(await talk.say(who, 'history'), /on record|entr/));

  it('is refused to people who can’t view anything', async () =>
    assert.match(await talk.say({ id: 'entra:x/y', name: 'Guest' }, 'history'), /You can’t/));
});
