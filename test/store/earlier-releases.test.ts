import assert from 'node:assert/strict';
import type { Store } from '../../src/store/contract';
import { textIn } from '../proof/harness';
import { channelOf, isKey, people } from './fixtures/cast';
import type { PersonKey } from './fixtures/cast';
import { releases, reopen } from './fixtures/open';
import type { Reopened } from './fixtures/open';
import { collectionsIn } from './fixtures/records';
import { openStoreIn } from './temporary-store';

const aDayMs = 86_400_000;

/** The states of a service's deployments, the oldest first. */
function statesOf({ records }: Reopened, service: string): readonly unknown[] {
  const found = records('deployments').filter((each) => each['service'] === service);
  return [...found].sort((one, other) => Number(one['number']) - Number(other['number'])).map(({ state }) => state);
}

/** As another process reads it while Gavel is running. */
async function verifyAudit({ folder }: Reopened): ReturnType<Store['audit']['verify']> {
  const store = openStoreIn(folder, 'gavel');
  try {
    return await store.audit.verify();
  } finally {
    await store.close();
  }
}

/** The messages in a place so far. */
function wordsIn({ teams }: Reopened, place: string): string {
  return JSON.stringify([...teams.messages.values()].filter((message) => message.place === place));
}

/** Ends every run successfully, including new ones, until all deployments are over, except those that a freeze still holds. */
async function deployAll(gavel: Reopened): Promise<void> {
  const over = ['succeeded', 'rolled back'];
  const isOver = (): boolean =>
    gavel.records('deployments').every(({ state, heldBy }) => over.includes(String(state)) || heldBy !== undefined);
  await gavel.until('the end of every deployment', () => {
    for (const { service } of Object.values(gavel.outside.state.runs))
      gavel.outside.end(service, 'succeeded', gavel.clock.now());
    // Verifications in the lab take an hour.
    if (!isOver()) gavel.clock.advance(60_000);
    return isOver();
  });
}

for (const release of releases)
  describe(`a store that ${release} left with everything open`, function () {
    // Each step continues where the previous one ended.
    this.bail(true);
    let gavel: Reopened;

    before(async () => {
      gavel = await reopen(release);
    });
    after(() => gavel.close());

    /** In Teams, the personal view comes automatically, with the buttons. */
    async function approve(who: PersonKey, place: string): Promise<string> {
      await gavel.clicks(who, channelOf(place), 'approvals.view');
      return gavel.clicks(who, channelOf(place), 'approvals.approve');
    }

    /** One more approval is needed, because the earlier release stored no authors for this. */
    async function approveByAll(place: string): Promise<string> {
      const first = await approve('gus', place);
      return /Approved by/.test(first) ? first : approve('avery', place);
    }

    /** A dead process holds its leases for seconds: they pass faster here. */
    function soon(what: string, holds: () => boolean): Promise<void> {
      return gavel.until(what, () => {
        if (!holds()) gavel.clock.advance(500);
        return holds();
      });
    }

    it('continues what was in progress when it was killed', async () => {
      const starting = (): boolean =>
        Object.values(gavel.outside.state.runs).some(({ service }) => service === 'starting');
      const deleted = (): boolean => gavel.records('data-deletions').some(({ state }) => state === 'deleted');
      await soon('the approval of a request', () => statesOf(gavel, 'asked').includes('awaiting approval'));
      await soon('the start of a run', starting);
      await soon('a card that Teams had not taken', () => wordsIn(gavel, '19:starting@thread.tacv2') !== '[]');
      await soon('a restart', () => gavel.outside.state.restarts.includes('restarting/lab'));
      await soon('a deletion', deleted);
    });

    it('accepts decisions on the cards of that release', async () => {
      for (const service of ['waiting', 'voted', 'asked', 'restart', 'quiet'])
        assert.match(await approveByAll(service), /Approved by/, service);
      assert.match(await approve('ada', 'access'), /Approved by/);
      assert.match(await gavel.clicks('noor', channelOf('lost'), 'deployments.settle-again'), /lost 1\.0\.2/);
      assert.match(await gavel.clicks('ada', channelOf('frozen'), 'confirmations.do'), /Confirmed by Ada/);
      assert.match(await gavel.clicks('noor', 'chat', 'locks.unlock'), /Dana was next in line and has it now/);
      assert.match(await gavel.clicks('gus', 'chat', 'privacy.keep'), /Your data wasn’t deleted/);
      assert.match(await gavel.clicks('gus', channelOf('urgent'), 'emergencies.close'), /hasn’t finished/);
      for (let step = 0; step < 7; step++) await gavel.clicks('nico', 'chat', 'onboarding.skip');
    });

    it('ends every deployment', async () => {
      await deployAll(gavel);
      for (const service of ['asked', 'waiting', 'voted', 'starting', 'verifying', 'lost', 'urgent'])
        assert.deepEqual(statesOf(gavel, service), ['succeeded'], service);
      assert.match(await gavel.clicks('gus', channelOf('urgent'), 'emergencies.close'), /As it was/);
      assert.deepEqual(statesOf(gavel, 'busy'), ['succeeded', 'succeeded']);
      // What 1.0.0 stored doesn't name the freeze to end, so it's requested again.
      assert.deepEqual(statesOf(gavel, 'frozen'), [release === '1.0.0' ? 'approved' : 'succeeded']);
      if (release === '1.0.0')
        assert.match(wordsIn(gavel, '19:frozen@thread.tacv2'), /didn.t run.*request it again if you still need it/);
      assert.deepEqual(statesOf(gavel, 'failing'), ['rolled back', 'succeeded']);
    });

    it('expires what is due, and sends what waited for the morning', async () => {
      const newsBefore = wordsIn(gavel, '19:news@thread.tacv2');
      gavel.clock.advance(2 * aDayMs);
      await gavel.until('the end of the freeze', () => !statesOf(gavel, 'frozen').includes('approved'));
      await deployAll(gavel);
      assert.deepEqual(statesOf(gavel, 'frozen'), ['succeeded']);
      await gavel.until('the digest', () => wordsIn(gavel, '19:news@thread.tacv2') !== newsBefore);
      await gavel.until('the end of the lock', () =>
        gavel.records('locks').every(({ holder }) => holder === undefined),
      );
      await gavel.until('the reminder', () => /look at the graphs/.test(wordsIn(gavel, '19:talk@thread.tacv2')));
      assert.deepEqual(
        gavel.records('schedules').map(({ state }) => state),
        ['on', 'over'],
      );
      const [rights] = gavel.records('granted-rights');
      const roles = (rights?.['grants'] as { readonly role: string }[]).map(({ role }) => role);
      assert.deepEqual(roles, ['developer'], 'asked for and given; the one with an end has ended');
    });

    it('leaves nothing open', async () => {
      const open = (): readonly string[] =>
        collectionsIn(gavel.folder).filter((name) =>
          gavel.records(name).some(({ pending }) => Array.isArray(pending) && pending.length > 0),
        );
      await gavel.until('that nothing is pending', () => open().length === 0);
      const [review] = gavel.records('emergency-reviews');
      assert.match(JSON.stringify(review?.['closed']), /As it was/);
      assert.ok(gavel.outside.state.restarts.includes('restart/production'));
      assert.equal(gavel.records('announcements').length, 1, 'what a second approval had held is done');
      const nico = gavel.records('onboarding').find(({ person }) => (person as { name?: unknown }).name === 'Nico');
      assert.equal(nico?.['step'], 'done');
      const deletions = gavel.records('data-deletions').map(({ state }) => state);
      assert.deepEqual(deletions.sort(), ['deleted', 'kept']);
    });

    it('has an audit log without a break', async () => {
      const { breaks } = await verifyAudit(gavel);
      assert.deepEqual(breaks, []);
    });
  });

/** The person who would click on a card that everybody sees. */
function readerOf(verb: string, place: string): PersonKey {
  const chat = Object.values(people).find(({ id }) => place === `a:${id}`);
  if (chat && isKey(chat.key)) return chat.key;
  if (verb.startsWith('approvals.')) return place.includes('access') ? 'ada' : 'gus';
  if (/^(confirmations|onboarding|emergencies)\./.test(verb)) return verb === 'emergencies.close' ? 'gus' : 'ada';
  return verb.startsWith('health.') || verb.startsWith('deployments.settle') ? 'noor' : 'dana';
}

for (const release of releases)
  describe(`every button that ${release} has posted`, () => {
    let gavel: Reopened;

    before(async () => {
      gavel = await reopen(release);
    });
    after(() => gavel.close());

    it('is answered with a current card, or with a sentence that says why not', async () => {
      const pressed = new Set<string>();
      for (const card of gavel.cards)
        for (const button of card.buttons) {
          const who = card.viewer ?? readerOf(button.verb, card.place);
          const key = JSON.stringify([who, card.place, button]);
          if (pressed.has(key)) continue;
          pressed.add(key);
          const answer = (await gavel.press(who, card, button)) as { readonly type?: unknown };
          const what = `${button.verb} by ${who} in ${card.place}: ${textIn(answer).slice(0, 400)}`;
          assert.match(String(answer.type), /card\.adaptive|activity\.message/, what);
          assert.doesNotMatch(textIn(answer), /went wrong|no longer works|can not show|can’t read|can’t show/, what);
        }
      const verbs = new Set(gavel.cards.flatMap(({ buttons }) => buttons.map(({ verb }) => verb)));
      assert.ok(verbs.size >= 30, `only ${[...verbs].join(', ')}`);
    });
  });
