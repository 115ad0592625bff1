import assert from 'node:assert/strict';
import { createSettingsReader } from '../../../src/features/onboarding';
import { places } from '../fakes';
import { ada, createGuideWorld, dana, nico } from './guide-world';
import type { GuideWorld } from './guide-world';

type Step = readonly [said: string, ...expected: RegExp[]];

const questions = {
  work: /What do you mostly do here\?/,
  services: /Which services do you want to follow\?/,
  when: /When should I notify you\?/,
  hours: /When should I stay quiet\?/,
  zone: /What’s your time zone\?/,
  rights: /Which role do you need\?/,
  practice: /Practice: deploy once/,
  done: /You’re all set/,
};

describe('onboarding, question by question', () => {
  let guide: GuideWorld;
  beforeEach(() => {
    guide = createGuideWorld();
  });
  afterEach(() => guide.close());

  async function follow(steps: readonly Step[], who = nico): Promise<void> {
    for (const [said, ...expected] of steps) {
      const answer = said === 'onboarding' ? await guide.command(who, said) : await guide.say(who, said);
      for (const words of expected) assert.match(answer, words, said);
    }
  }
  const branches: Readonly<Record<string, readonly Step[]>> = {
    'all questions, typed': [
      ['onboarding', questions.work],
      ['ship', /You chose \*\*ship/, questions.services],
      ['shop', /You follow shop/, questions.when],
      ['at once', /I’ll notify you right away/, questions.hours],
      ['22-7', /quiet from 22:00 to 07:00/, questions.zone],
      ['Lisbon', /Europe\/Lisbon/, questions.rights],
      ['developer on shop in staging for 7 days', /I asked Ada Admin/, questions.practice],
      ['skip', questions.done],
    ],
    'no services leads past when, hours and zone': [
      ['onboarding', questions.work],
      ['decide', questions.services],
      ['none', questions.rights],
      ['skip', questions.practice],
    ],
    'hearing only when asked leads past hours and zone': [
      ['onboarding', questions.work],
      ['run', questions.services],
      ['all', questions.when],
      ['only when I ask', questions.rights],
    ],
    'who only looks needs no further right': [
      ['onboarding', questions.work],
      ['look', questions.services],
      ['none', questions.practice],
    ],
    'a digest has quiet hours and a zone too': [
      ['onboarding', questions.work],
      ['ship', questions.services],
      ['shop', questions.when],
      ['once a day', /notify you once a day, and right away about anything critical/, questions.hours],
      ['none', /You have no quiet hours/, questions.zone],
      ['utc', questions.rights],
    ],
    'back goes one question back, to one that was asked': [
      ['onboarding', questions.work],
      ['ship', questions.services],
      ['none', questions.rights],
      ['back', questions.services],
      ['back', questions.work],
      ['back', questions.work],
    ],
    'skip leaves each open': [
      ['onboarding', questions.work],
      ['skip', questions.services],
      ['skip', questions.when],
      ['skip', questions.hours],
      ['skip', questions.zone],
      ['skip', questions.rights],
      ['skip', questions.practice],
      ['skip', questions.done],
    ],
    'the practice step waits for the deployment and not for words': [
      ['onboarding', questions.work],
      ['look', questions.services],
      ['none', questions.practice],
      ['done', /There is nothing to answer in this step/],
      ['I did it', /I’m waiting for your practice deployment to be verified/],
      ['help', /works like any other/],
    ],
  };
  for (const [name, steps] of Object.entries(branches)) it(name, () => follow(steps));

  it('repeats the question after every wrong answer, never twice in the same words, and starts over at the next question', async () => {
    await guide.command(nico, 'onboarding');
    const right = ['ship', 'shop', 'at once', '22-7', 'utc'];
    for (const answer of right) {
      const said: string[] = [];
      for (const wrong of ['bananas', 'more bananas', 'bananas again', 'still bananas'])
        said.push(await guide.say(nico, wrong));
      for (const words of said) assert.doesNotMatch(words, /AdaptiveCard/, 'the question isn’t posted again');
      said.slice(1).forEach((words, index) => assert.notEqual(words, said[index], words));
      assert.equal(new Set(said).size, 3);
      await guide.say(nico, answer);
    }
    assert.match(await guide.say(nico, 'king of everything'), /don’t know that role/);
    assert.match(await guide.say(nico, 'developer in mars'), /Type a role, such as/);
  });

  it('helps at every question and asks it again', async () => {
    await guide.command(nico, 'onboarding');
    for (const answer of ['ship', 'shop', 'at once', '22-7', 'utc', 'developer on shop']) {
      const helped = await guide.say(nico, 'help');
      assert.match(helped, /\*\*skip\*\* to skip this question, \*\*back\*\*/);
      await guide.say(nico, answer);
    }
    assert.match(await guide.say(nico, '?'), /works like any other/);
  });

  it('keeps the answers when somebody leaves, and continues there after a restart and a month', async () => {
    await follow([
      ['onboarding', questions.work],
      ['ship', questions.services],
      ['cancel', /Your answers are saved/],
    ]);
    guide.restart();
    guide.world.clock.advance(30 * 86_400_000);
    await follow([
      ['onboarding', questions.services],
      ['shop', questions.when],
    ]);
  });

  it('accepts clicks like words, each question once', async () => {
    await guide.command(nico, 'onboarding');
    assert.match(await guide.click(nico, 'onboarding.answer', { id: 'work', answer: 'ship' }), questions.services);
    assert.match(await guide.click(nico, 'onboarding.answer', { id: 'work', answer: 'look' }), questions.services);
    assert.match(await guide.click(nico, 'onboarding.answer', { id: 'services', answer: 'shop' }), questions.when);
    assert.match(await guide.say(nico, 'at once'), questions.hours);
    assert.match(await guide.click(nico, 'onboarding.skip', { id: 'hours' }), questions.zone);
    assert.match(await guide.click(nico, 'onboarding.skip', { id: 'hours' }), questions.zone);
    assert.match(
      await guide.click(nico, 'onboarding.answer', { id: 'zone', answer: 'bananas' }),
      /don’t know that time zone/,
    );
    assert.match(await guide.click(nico, 'onboarding.leave', { id: 'zone' }), /Your answers are saved/);
    assert.match(await guide.say(nico, 'hm'), /`onboarding` to pick up where you left off/);
    // An old card resumes it, and the dialog listens again.
    assert.match(await guide.click(nico, 'onboarding.answer', { id: 'zone', answer: 'UTC' }), questions.rights);
    assert.match(await guide.say(nico, 'skip'), questions.practice);
    assert.match(await guide.click(nico, 'onboarding.answer', { id: 'nothing', answer: 'x' }), /Nothing was done/);
  });

  it('requests a role once, whatever is clicked twice, and says why if nobody can grant it', async () => {
    await follow([
      ['onboarding', questions.work],
      ['ship', questions.services],
      ['none', questions.rights],
    ]);
    const asked = await Promise.all([
      guide.click(nico, 'onboarding.answer', { id: 'rights', answer: 'developer in staging' }),
      guide.click(nico, 'onboarding.answer', { id: 'rights', answer: 'developer in staging' }),
    ]);
    assert.match(asked.join(), /I asked Ada Admin/);
    await guide.world.pass(1000);
    const requests = [...guide.world.outbox.messages.keys()].filter((key) => /^approval:.*:person:0$/.test(key));
    assert.equal(requests.length, 1);
  });

  it('is finished after a verified practice deployment, which Gavel approves openly on its own', async () => {
    await follow([
      ['onboarding', questions.work],
      ['look', questions.services],
      ['none', questions.practice],
    ]);
    const { connector, outbox } = guide.world;
    const opened = await guide.command(nico, 'deploy shop 2.14.0 to practice');
    const id = /"id":"([0-9a-f]{32}[^"]*)"/.exec(opened)?.[1];
    assert.ok(id, opened);
    await guide.click(nico, 'deployments.request', { id });
    await guide.world.pass(2000);
    const words = (): string => JSON.stringify([...outbox.messages.values()]);
    assert.match(words(), /This is practice, so Gavel will approve it\b/);
    assert.ok(![...outbox.messages.keys()].some((key) => /^approval:.*:person:/.test(key)), 'nobody else is asked');
    await guide.world.pass(6000);
    assert.match(words(), /"Approved\u00a0by","value":"Gavel"/);
    connector.finish('succeeded');
    await guide.world.pass(20_000);
    assert.match(words(), /Your practice deployment is verified/);
    assert.match(await guide.command(nico, 'settings'), /Your settings/);
  });

  it('is not “done” before its first question', async () => {
    const clicked = await guide.click(nico, 'chat.run', { id: 'onboarding' });
    assert.match(clicked, /^The first question is below\./);
    assert.match(clicked, questions.work);
    await guide.say(nico, 'I run the servers at night');
    assert.match(await guide.click(nico, 'chat.run', { id: 'onboarding' }), /^The next question is below\./);
  });

  it('shows the answer on an earlier card, without a button', async () => {
    await guide.command(nico, 'onboarding');
    const first = guide.world.outbox.puts.findLast(({ key }) => key.startsWith('guide:'));
    assert.ok(first?.copyOf);
    await guide.say(nico, 'I run the servers at night');
    const drawn = await guide.drawCopy(first.copyOf);
    assert.match(drawn, /What do you mostly do here[^]*You chose \*\*run/);
    assert.doesNotMatch(drawn, /Action.Execute/);
    const second = guide.world.outbox.puts.findLast(({ key }) => key.startsWith('guide:'));
    assert.ok(second?.copyOf && second !== first);
    assert.match(await guide.drawCopy(second.copyOf), /Which services do you want to follow[^]*Action.Execute/);
    for (let step = 0; step < 6; step++) await guide.say(nico, 'skip');
    assert.doesNotMatch(await guide.drawCopy(second.copyOf), /Action.Execute/);
    assert.match(await guide.drawCopy(second.copyOf), /You skipped this question/);
  });

  it('overwrites no newer answer with an old card, and shows the current one', async () => {
    await guide.command(nico, 'onboarding');
    await guide.say(nico, 'ship');
    await guide.say(nico, 'shop');
    for (let step = 0; step < 5; step++) await guide.say(nico, 'skip');
    const change = async (): Promise<string> => {
      const card = await guide.click(nico, 'onboarding.change', { id: 'settings', what: 'services' });
      return /"revision":"(\w+)"/.exec(card)?.[1] ?? assert.fail(card);
    };
    const old = await change();
    await guide.say(nico, 'none');
    const current = await change();
    assert.notEqual(old, current);
    const refused = await guide.click(nico, 'onboarding.answer', { id: 'services', answer: 'shop', revision: old });
    assert.match(refused, /Not saved: you changed this answer[^]*You aren’t following any services/);
    assert.match(
      await guide.click(nico, 'onboarding.answer', { id: 'services', answer: 'shop', revision: current }),
      /You follow shop/,
    );
  });

  it('changes one answer through settings, and only that', async () => {
    assert.match(await guide.command(nico, 'settings'), /Not set/);
    await follow([
      ['onboarding', questions.work],
      ['ship', questions.services],
      ['shop', questions.when],
      ['at once', questions.hours],
      ['none', questions.zone],
      ['utc', questions.rights],
      ['skip', questions.practice],
      ['skip', questions.done],
    ]);
    assert.match(await guide.click(nico, 'onboarding.change', { id: 'settings', what: 'hours' }), questions.hours);
    const changed = await guide.say(nico, '20-8');
    assert.match(changed, /quiet from 20:00 to 08:00/);
    assert.match(changed, questions.done);
    assert.match(await guide.command(nico, 'settings'), /20:00 to 08:00/);
    assert.match(await guide.click(nico, 'onboarding.change', { id: 'settings', what: 'work' }), questions.work);
    assert.match(await guide.say(nico, 'cancel'), /Nothing was changed/);
  });

  it('mentions the requester at the end of every deployment, once they set that', async () => {
    const { wantsEveryMention } = createSettingsReader(guide.world.deps);
    assert.match(await guide.command(nico, 'settings'), /Only when my deployment doesn’t succeed/);
    assert.equal(await wantsEveryMention(nico.id), false);
    const asked = await guide.click(nico, 'onboarding.change', { id: 'settings', what: 'mentions' });
    assert.match(asked, /Mention me when my deployment ends/);
    assert.match(
      await guide.click(nico, 'onboarding.answer', { id: 'mentions', answer: 'bananas' }),
      /Which do you prefer: \*\*only/,
    );
    const saved = await guide.click(nico, 'onboarding.answer', { id: 'mentions', answer: 'always please' });
    assert.match(saved, /I’ll mention you whenever one of your deployments finishes/);
    assert.match(await guide.command(nico, 'settings'), /Whenever my deployment ends/);
    assert.equal(await wantsEveryMention(nico.id), true);
  });

  it('keeps personal settings out of channels', async () => {
    assert.match(await guide.command(nico, 'onboarding', { place: places.general }), /in our personal chat/);
    assert.match(await guide.command(nico, 'settings', { place: places.general }), /our personal chat/);
    const [sent] = guide.world.outbox.puts.filter(({ key }) => key.startsWith('roles:shown:'));
    assert.deepEqual(sent?.destination, { to: 'person', personId: nico.id });
  });

  it('welcomes each in their own words, and an admin once with the checklist', async () => {
    const { welcome } = guide.features;
    const personal = { id: 'personal:x', kind: 'personal', name: 'Gavel' } as const;
    const turn = (person: typeof nico, place: typeof personal | typeof places.general) => ({
      correlationId: 'c',
      reference: 'r',
      receivedAt: 0,
      person,
      place,
      thread: undefined,
      trigger: 'typed' as const,
      begin: async () => undefined,
    });
    const alone = JSON.stringify(await welcome(turn(nico, personal)));
    assert.match(alone, /I was installed for you.*Get started.*onboarding/);
    assert.doesNotMatch(alone, /added me/, 'people who are welcomed may have added nothing');
    assert.match(JSON.stringify(await welcome(turn(dana, places.general))), /added me to \*\*General\*\*.*setup/);
    await welcome(turn(ada, personal));
    await welcome(turn(ada, personal));
    await guide.world.pass(5000);
    const sent = guide.world.outbox.puts.filter(({ content }) => 'card' in content && /checklist/.test(content.card));
    assert.equal(sent.length, 1);
    assert.deepEqual(sent[0]?.destination, { to: 'person', personId: ada.id });
    assert.match(await guide.command(nico, 'checklist'), /You can’t check everything Gavel needs/);
    assert.match(await guide.command(ada, 'checklist'), /No channel is set up yet/);
  });
});
