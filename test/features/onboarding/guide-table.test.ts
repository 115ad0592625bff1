import assert from 'node:assert/strict';
import { steps } from '../../../src/features/onboarding/workflow';
import { createGuideWorld, nico } from './guide-world';
import type { GuideWorld } from './guide-world';

/** Each question with each kind of answer, typed and clicked. A question that isn't in the table doesn't compile. */

interface Row {
  readonly asks: RegExp;
  /** Answers in people's own words, each equivalent to the button. */
  readonly typed: readonly string[];
  readonly clicked: readonly string[];
  readonly wrong: readonly string[];
  /** A part of the help for this question. */
  readonly helps: RegExp;
}

type Step = (typeof steps)[number];

const table: Readonly<Record<Step, Row>> = {
  work: {
    asks: /What do you mostly do here\?/,
    typed: ['ship', 'I deploy things', 'Developer!', '1'],
    clicked: ['ship', 'decide', 'run', 'look'],
    wrong: ['bananas', '7', 'ja'],
    helps: /suggest a role that fits your work/,
  },
  services: {
    asks: /Which services do you want to follow\?/,
    typed: ['shop', 'Shop.', 'shop, shop', 'all', 'everything'],
    clicked: ['shop'],
    wrong: ['shop and bananas', 'bananas', ','],
    helps: /If you follow a service/,
  },
  when: {
    asks: /When should I notify you\?/,
    typed: ['at once', 'immediately', 'once a day', 'As a digest.'],
    clicked: ['at once', 'digest'],
    wrong: ['bananas', 'blue', '17'],
    helps: /“Right away” means within seconds/,
  },
  hours: {
    asks: /When should I stay quiet\?/,
    typed: ['22-7', '10pm to 7am', 'from 22:00 to 07:00', 'none', 'never'],
    clicked: ['22:00-07:00', '18:00-09:00', 'none'],
    wrong: ['at night', '22', '25-7', '9 to 9'],
    helps: /Quiet hours apply only to messages in our personal chat/,
  },
  zone: {
    asks: /What’s your time zone\?/,
    typed: ['Lisbon', 'europe/berlin', 'New York', 'utc', 'UTC.'],
    clicked: ['Europe/Berlin', 'Asia/Tokyo'],
    wrong: ['the moon', 'CE', 'Europe'],
    helps: /Teams doesn’t tell me where you are/,
  },
  rights: {
    asks: /Which role do you need\?/,
    typed: ['developer on shop in staging', 'I need developer in staging for 30 days because I begin'],
    clicked: ['developer in staging', 'developer'],
    wrong: ['king of everything', 'developer in mars', 'bananas'],
    helps: /A role says what you can do, where, and until when/,
  },
  practice: {
    asks: /Practice: deploy once/,
    typed: [],
    clicked: [],
    wrong: ['done', 'I did it', 'ship'],
    helps: /works like any other/,
  },
};
/** What leads from one question to the next, so that none is left out. */
const way = ['ship', 'shop', 'at once', '22-7', 'utc', 'skip'];
const done = /You’re all set/;
const asksAfter = (step: Step): RegExp => table[steps[steps.indexOf(step) + 1] ?? step]?.asks ?? done;

for (const step of steps) {
  const { asks, typed, clicked, wrong, helps } = table[step];
  const after = step === 'practice' ? done : asksAfter(step);
  const before = table[steps[Math.max(0, steps.indexOf(step) - 1)] ?? step].asks;

  describe(`onboarding at the question of ${step}`, () => {
    let guide: GuideWorld;
    const type = (line: string): Promise<string> => guide.say(nico, line);
    const click = (verb: string, answer?: string): Promise<string> =>
      guide.click(nico, `onboarding.${verb}`, { id: step, ...(answer !== undefined && { answer }) });
    beforeEach(async () => {
      guide = createGuideWorld();
      await guide.command(nico, 'onboarding');
      for (const answer of way.slice(0, steps.indexOf(step))) await type(answer);
    });
    afterEach(() => guide.close());

    /** This question is open, and no other. */
    const isAsked = (answer: string, question: RegExp): void => {
      const open = [...steps.map((each) => table[each].asks), done].filter((each) => each.test(answer));
      assert.deepEqual(open, [question]);
    };

    for (const answer of typed) it(`accepts “${answer}”`, async () => isAsked(await type(answer), after));
    for (const answer of clicked)
      it(`accepts the button with ${answer}, and only once`, async () => {
        isAsked(await click('answer', answer), after);
        isAsked(await click('answer', answer), after);
      });

    it('asks again in other words after each wrong answer, typed or clicked, and then accepts a right one', async () => {
      const said: string[] = [];
      for (const answer of wrong) said.push(await type(answer));
      for (const words of said) assert.ok(words !== '' && !words.includes('AdaptiveCard'), 'no second card, but words');
      said.push(await click('answer', 'bananas'));
      isAsked(said.at(-1) ?? '', asks);
      said.slice(1).forEach((words, index) => assert.notEqual(words, said[index]));
      isAsked(await type(typed[0] ?? 'skip'), after);
    });

    it('helps and continues', async () => {
      for (const line of ['help', 'Help!', '?', 'what?', 'I do not understand']) {
        const words = await type(line);
        assert.doesNotMatch(words, /AdaptiveCard/);
        assert.match(words, helps);
        assert.match(words, /\*\*cancel\*\* to stop and keep your answers/);
      }
      isAsked(await type(typed[0] ?? 'skip'), after);
    });

    for (const line of ['cancel', 'stop', 'go on later'])
      it(`leaves at “${line}” and continues here, also in a new process`, async () => {
        assert.match(await type(line), /Your answers are saved/);
        guide.restart();
        isAsked(await guide.command(nico, 'onboarding'), asks);
        isAsked(await type(typed[0] ?? 'skip'), after);
      });

    it('leaves with its button, accepts no more answers, and continues here', async () => {
      assert.match(await click('leave'), /Your answers are saved/);
      assert.match(await type(typed[0] ?? 'done'), /`onboarding` to pick up where you left off/);
      isAsked(await guide.command(nico, 'onboarding'), asks);
    });

    it('goes back one question, and returns here with the same answer', async () => {
      isAsked(await type('back'), before);
      if (step !== 'work') isAsked(await type(way[steps.indexOf(step) - 1] ?? ''), asks);
    });

    it('is left open by skip, typed or clicked, each once', async () => {
      isAsked(await type('skip'), after);
      isAsked(await click('skip'), after);
    });

    it('is skipped with its button, once', async () => {
      isAsked(await click('skip'), after);
      isAsked(await click('skip'), after);
    });

    it('continues after another command and after a restart in the middle', async () => {
      assert.match(await guide.command(nico, 'what can I do'), /What you can do/);
      guide.restart();
      isAsked(await guide.command(nico, 'onboarding'), asks);
    });
  });
}
