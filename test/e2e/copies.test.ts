import assert from 'node:assert/strict';
import { eventually } from '../patience';
import { actionsOf, createPlaygroundClient, wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';
const everybody = ['dana', 'avery', 'noor', 'ada', 'nico'] as const;
type Who = (typeof everybody)[number];

/** What one person sees of one message, with the buttons that a click reaches. */
interface Sight {
  readonly as: string;
  readonly message: SeenMessage;
  readonly words: string;
  readonly verbs: readonly string[];
}

/** Every card in every place, as somebody would see it who opens Teams now: without views from earlier clicks, and with automatic refreshes. */
async function lookEverywhere(product: Product, about: RegExp): Promise<Sight[]> {
  const sights: Sight[] = [];
  for (const as of everybody)
    for (const conversation of [deployments, `a:${as}`]) {
      const fresh = createPlaygroundClient(product.playgroundUrl);
      for (const message of await fresh.messages(as, conversation).catch(() => []))
        if (message.from.isBot && message.card) await fresh.refresh(as, message);
      for (const message of await fresh.messages(as, conversation).catch(() => [])) {
        const words = wordsOf(message.view);
        if (message.from.isBot && message.card && about.test(words))
          sights.push({ as, message, words, verbs: actionsOf(message.view).map(({ verb }) => verb) });
      }
    }
  return sights;
}

async function ask(client: PlaygroundClient, as: Who, conversation: string, line: string): Promise<SeenMessage> {
  const before = new Set((await client.messages(as, conversation)).map(({ id }) => id));
  const asked = await client.say(as, conversation, line);
  // In a channel, the card of a deployment can come in between.
  const isAnswer = ({ id, root }: SeenMessage): boolean =>
    conversation === deployments ? root === asked.id : !before.has(id);
  return client.waitFor(as, conversation, (message) => message.from.isBot && !!message.card && isAnswer(message));
}

async function requestDeployment(client: PlaygroundClient, service: string, release: string, environment: string) {
  const picker = await ask(client, 'dana', deployments, `deploy ${service} ${release} to ${environment}`);
  const answer = await client.click('dana', picker, 'deployments.request', { service, release, environment });
  const label = /D-\d+/.exec(wordsOf(answer.kind === 'card' ? answer.card : ''))?.[0];
  assert.ok(label, JSON.stringify(answer));
  return { picker, label };
}

const waiting = /Waiting/;

describe('copies of a card after somebody acted elsewhere', () => {
  const folder = temporaryFolder();
  let product: Product;
  let client: PlaygroundClient;

  before(async () => {
    product = await startProduct({ dataDir: folder.path });
    client = product.client;
  });
  after(async () => {
    await product.stop();
    folder.remove();
  });

  /** Nobody sees a button with one of these verbs or titles on any card about it. */
  async function nobodySees(about: RegExp, { words, verbs }: { words: RegExp; verbs: readonly string[] }) {
    let lying: Sight[] = [];
    const isOver = async (): Promise<boolean> => {
      lying = (await lookEverywhere(product, about)).filter(
        (sight) => words.test(sight.words) || sight.verbs.some((verb) => verbs.includes(verb)),
      );
      return lying.length === 0;
    };
    const said = (): string =>
      lying.map(({ as, message, words: seen }) => `${as} in ${message.conversation}: ${seen.slice(0, 300)}`).join('\n');
    await eventually('no stale copy', isOver, 30_000).catch(() => assert.fail(said()));
  }

  it('cards that answered approvals and Open end with the decision', async () => {
    const { label } = await requestDeployment(client, 'payments', '1.10.1', 'production');
    await client.waitFor(
      'dana',
      deployments,
      ({ card }) => new RegExp(`${label}`).test(wordsOf(card)) && /One approval/.test(wordsOf(card)),
    );
    const list = await ask(client, 'avery', deployments, 'approvals');
    await ask(client, 'noor', 'a:noor', 'approvals');
    const ownList = await ask(client, 'avery', 'a:avery', 'approvals');
    assert.equal((await client.click('avery', list, 'approvals.view')).kind, 'card');
    assert.equal((await client.click('avery', ownList, 'approvals.view')).kind, 'card');
    const answer = await client.click('avery', list, 'approvals.reject', { reason: 'not today' });
    assert.match(wordsOf(answer.kind === 'dialog' ? answer.card : ''), /Rejected by Avery/);
    const decided = {
      words: /Waiting(?! for you)|request waits|requests wait/,
      verbs: ['approvals.approve', 'approvals.reject', 'approvals.view'],
    };
    await nobodySees(/1\.10\.1|Approvals/, decided);
    const sights = await lookEverywhere(product, /Rejected by Avery/);
    assert.ok(sights.length >= 5, 'the copies are still there and say what happened');
  });

  it('its requester cancels a request on the card in the channel, and nobody else is offered that', async () => {
    const { label } = await requestDeployment(client, 'payments', '1.10.1', 'production');
    const card = await client.waitFor('dana', deployments, ({ card: shown }) =>
      [label, 'One approval'].every((words) => wordsOf(shown).includes(words)),
    );
    const verbsOf = (message: Pick<SeenMessage, 'view'>): string[] => actionsOf(message.view).map(({ verb }) => verb);
    const seenBy = async (as: Who): Promise<SeenMessage> => {
      await client.refresh(as, card);
      return client.waitFor(as, deployments, ({ id }) => id === card.id);
    };
    for (const as of ['avery', 'nico'] as const)
      assert.ok(!verbsOf(await seenBy(as)).includes('deployments.cancel'), as);
    const own = await seenBy('dana');
    assert.deepEqual(verbsOf(own), ['deployments.cancel']);
    const forged = await client.forge('nico', card, 'deployments.cancel', actionsOf(own.view)[0]?.data ?? {});
    assert.match(JSON.stringify(forged), /You can’t cancel D\W\d+/);
    await client.click('dana', own, 'deployments.cancel', { reason: 'the wrong release' });
    await client.waitFor(
      'avery',
      deployments,
      ({ id, card: shown }) => id === card.id && /Canceled by Dana Developer/.test(wordsOf(shown)),
    );
  });

  it('a used picker and the card of its request end with the deployment, for everybody', async () => {
    const { picker, label } = await requestDeployment(client, 'shop', '2.14.0', 'production');
    const alone = await ask(client, 'dana', 'a:dana', 'deploy search 3.2.2 to production');
    await client.click('dana', alone, 'deployments.close');
    const approval = await client.waitFor('dana', deployments, ({ card }) =>
      new RegExp(`${label}[^]*One approval`).test(wordsOf(card)),
    );
    const sees = async (as: Who, words: RegExp): Promise<SeenMessage> => {
      const fresh = createPlaygroundClient(product.playgroundUrl);
      const now = await fresh.waitFor(as, deployments, ({ id, card }) => id === picker.id && words.test(wordsOf(card)));
      await fresh.refresh(as, now);
      const found = (await fresh.messages(as, deployments)).find(({ id }) => id === picker.id);
      assert.ok(found);
      return { ...found, card: found.view as SeenMessage['card'] };
    };
    assert.match(
      wordsOf((await sees('dana', waiting)).card),
      new RegExp(`Cancel ${label}`),
      'the requester can cancel',
    );
    assert.doesNotMatch(wordsOf((await sees('nico', waiting)).card), /Cancel|Deploy 2/, 'nobody else is offered it');
    await client.refresh('avery', approval);
    await client.click('avery', approval, 'approvals.approve');
    await client.waitFor(
      'dana',
      deployments,
      ({ card }) => /Succeeded/.test(wordsOf(card)) && wordsOf(card).includes(label),
    );
    await nobodySees(new RegExp(`${label}|What goes where|search 3`), {
      words: /Waiting|Draft|Cancel D-/,
      verbs: ['deployments.cancel', 'deployments.request', 'deployments.preview'],
    });
    const [closed] = (await createPlaygroundClient(product.playgroundUrl).messages('dana', 'a:dana')).filter(
      ({ id }) => id === alone.id,
    );
    assert.match(wordsOf(closed?.card), /Closed/, 'what was closed in a chat of two stays closed');
    const late = await client.forge('dana', picker, 'deployments.cancel', {
      id: idOf(picker, await client.messages('dana', deployments)),
    });
    assert.match(late.kind === 'card' ? wordsOf(late.card) : '', /Succeeded/, 'an old button shows how it ended');
  });

  it('a saved setup form becomes its result, and an old one overwrites nothing', async () => {
    await client.say('ada', deployments, 'setup');
    const isForm = ({ card }: SeenMessage): boolean =>
      /Notifications for Deployments/.test(wordsOf(card)) &&
      actionsOf(card).some(({ verb }) => verb === 'onboarding.setup');
    const first = await client.waitFor('ada', 'a:ada', isForm);
    await client.say('ada', deployments, 'setup');
    const second = await client.waitFor('ada', 'a:ada', (message) => isForm(message) && message.id !== first.id);
    const choices = {
      services: 'shop',
      environments: 'staging,production',
      outcomes: 'failures',
      when: 'at once',
      hours: 'none',
    };
    await client.click('ada', second, 'onboarding.setup', choices);
    await client.say('ada', deployments, 'digest daily at 9');
    await nobodySees(/Notifications for Deployments/, {
      words: /at once|Saving sends/,
      verbs: ['onboarding.setup'],
    });
    const old = actionsOf(first.card).find(({ verb }) => verb === 'onboarding.setup');
    const answer = await client.forge('ada', first, 'onboarding.setup', { ...old?.data, ...choices });
    assert.match(answer.kind === 'card' ? wordsOf(answer.card) : '', /Not saved/);
    const shown = await ask(client, 'ada', deployments, 'subscriptions');
    assert.match(wordsOf(shown.card), /daily digest at 09:00/);
    await client.say('ada', deployments, 'digest off');
    await nobodySees(/subscription/, { words: /every day at/, verbs: [] });
  });

  it('cards that a lock blocks can be used once it has been released, without a click on them', async () => {
    await client.say('noor', deployments, 'lock search in staging because I am measuring');
    await client.waitFor('noor', deployments, ({ card }) => /search in staging is locked/.test(wordsOf(card)));
    const picker = await ask(client, 'dana', deployments, 'deploy search 3.2.2 to staging');
    const personal = await ask(client, 'dana', 'a:dana', 'deploy search 3.2.2 to staging');
    const verbsOf = (message: SeenMessage): string[] => actionsOf(message.view).map(({ verb }) => verb);
    for (const { view } of [picker, personal]) assert.match(wordsOf(view), /Locked/);
    await client.say('noor', deployments, 'unlock search in staging');
    const opened: SeenMessage[] = [];
    for (const { conversation, id } of [picker, personal]) {
      const isOpen = (each: SeenMessage): boolean =>
        each.id === id && verbsOf(each).includes('deployments.request') && !/Locked/.test(wordsOf(each.view));
      opened.push(await client.waitFor('dana', conversation, isOpen));
    }
    const [open = assert.fail()] = opened;
    const answer = await client.click('dana', open, 'deployments.request');
    assert.match(wordsOf(answer.kind === 'card' ? answer.card : ''), /D-\d+/);
  });

  it('lists stay current, in the channel and in a personal chat, for everybody', async () => {
    const lists: Readonly<Record<string, readonly (readonly [line: string, now: RegExp])[]>> = {
      [deployments]: [
        ['locks', /shop in staging[^]*a load test/],
        ['freezes', /search in staging[^]*an index is rebuilt/],
        ['status', /Locked[^]*a load test/],
        ['schedules', /read the news/],
        ['aliases', /lookout/],
        ['recall', /Dublin/],
        ['who can announce shop', /Nico Newcomer/],
      ],
      'a:ada': [
        ['delegations', /Noor Operator[^]*Avery Approver/],
        ['policy shop in staging', /Locked[^]*a load test/],
      ],
    };
    const shown = new Map<string, { line: string; now: RegExp }>();
    for (const [conversation, asked] of Object.entries(lists))
      for (const [line, now] of asked)
        shown.set((await ask(client, 'ada', conversation, line)).id, { line: `${line} in ${conversation}`, now });
    for (const line of [
      'lock shop in staging because a load test runs',
      'freeze staging search until 23:59 because an index is rebuilt',
      'every day at 9:00 remind us to read the news',
      'alias lookout here = where',
      'remember here office is in Dublin',
    ])
      await client.say('ada', deployments, line);
    await client.say('ada', deployments, 'grant admin on shop to nico until Friday because he is new');
    await client.say('avery', 'a:avery', 'delegate my approvals to @Noor Operator until Friday');
    const stale = async (): Promise<string[]> => {
      const wrong: string[] = [];
      for (const as of ['ada', 'dana', 'nico'] as const)
        for (const conversation of [deployments, ...(as === 'ada' ? ['a:ada'] : [])])
          for (const { id, card } of await createPlaygroundClient(product.playgroundUrl).messages(as, conversation)) {
            const list = shown.get(id);
            if (list && !list.now.test(wordsOf(card)))
              wrong.push(`${as}, ${list.line}: ${wordsOf(card).slice(0, 400)}`);
          }
      return wrong;
    };
    let wrong: string[] = [];
    await eventually('every list is current', async () => (wrong = await stale()).length === 0, 60_000).catch(() =>
      assert.fail(wrong.join('\n')),
    );
  });

  it('a finished onboarding shows the choices, also in a new window', async () => {
    await client.say('nico', 'a:nico', 'onboarding');
    const first = await client.waitFor('nico', 'a:nico', ({ card }) => /Step 1/.test(wordsOf(card)));
    const skipOf = (card: unknown) => actionsOf(card).find(({ verb }) => verb === 'onboarding.skip');
    for (let skip = skipOf(first.card); skip;) {
      const answer = await client.forge('nico', first, skip.verb, skip.data);
      skip = answer.kind === 'card' ? skipOf(answer.card) : assert.fail(JSON.stringify(answer));
    }
    await nobodySees(/Getting started|You are ready/, {
      words: /Step \d/,
      verbs: ['onboarding.skip', 'onboarding.answer'],
    });
  });

  it('a picker whose release went live from another card ends when it is clicked, and says why', async () => {
    const target = { service: 'payments', release: '1.10.1', environment: 'staging' };
    const line = 'deploy payments 1.10.1 to staging';
    const late = await ask(client, 'dana', deployments, line);
    const first = await ask(client, 'ada', deployments, line);
    await client.click('ada', first, 'deployments.request', target);
    await client.waitFor('ada', deployments, ({ card }) =>
      [/1\.10\.1/, /staging/, /Succeeded/].every((words) => words.test(wordsOf(card))),
    );
    const answer = await client.click('dana', late, 'deployments.request', target);
    assert.match(wordsOf(answer.kind === 'card' ? answer.card : ''), /1\.10\.1 is already live in staging\./);
    const posted = await client.waitFor(
      'nico',
      deployments,
      ({ id, card }) => id === late.id && /Superseded/.test(wordsOf(card)),
    );
    assert.deepEqual(actionsOf(posted.card), []);
  });
});

function idOf({ id }: SeenMessage, all: readonly SeenMessage[]): string {
  const refresh = all.find((each) => each.id === id)?.card?.['refresh'] as { action: { data: { id: string } } };
  return refresh.action.data.id;
}
