import { enumerate, plainText } from '../../core/text';
import { offersFor } from './facts';
import type { Facts } from './facts';
import { steps } from './workflow';
import type { IsAsked, Onboarding, Step, Wishes } from './workflow';

/** What is asked at each step, in which words. Pure. */

export interface OnboardingChoice {
  readonly title: string;
  readonly value: string;
}

interface Question {
  readonly title: string;
  /** Markdown, outside parts escaped. */
  readonly sentence: string;
  readonly label: string;
  readonly choices: readonly OnboardingChoice[];
  readonly many?: true;
  /** A long list folds. */
  readonly folded?: true;
  /** What is chosen already. */
  readonly value: string;
  readonly button: string;
  readonly hint: string;
  readonly help: string;
  /** Said after a wrong answer, the first time, the second and so on. */
  readonly again: readonly [string, string, string];
}

/** Everything but the practice deployment, which is done and not answered. */
export type AskedStep = Exclude<Step, 'practice'>;

/** Titles by the value that each stands for. */
const choicesOf = (titles: Readonly<Record<string, string>>): OnboardingChoice[] =>
  Object.entries(titles).map(([value, title]) => ({ title, value }));

const questions: Readonly<Record<Step, (facts: Facts, wishes: Wishes, line: string) => Question>> = {
  work: (_facts, { work = '' }) => ({
    title: 'What do you mostly do here?',
    sentence: '**A few questions, about two minutes.** Your answers decide what I show you and which rights I suggest.',
    label: 'I mostly',
    choices: choicesOf({
      ship: 'ship: I deploy what we build',
      decide: 'decide: I approve what others deploy',
      run: 'run: I keep services healthy',
      look: 'look: I want to see how things are',
    }),
    value: work,
    button: 'That is what I do',
    hint: 'Or type one word: ship, decide, run or look.',
    help: 'I ask so that I can suggest the right that goes with your work. Nothing is given or changed by this answer.',
    again: [
      'I know four kinds of work here: **ship**, **decide**, **run** and **look**. Which is nearest?',
      'One word is enough. If you deploy, it is **ship**; if you approve, **decide**; if you restart things, **run**.',
      'If none of them fits, write **look**, or **skip** to leave it open.',
    ],
  }),
  services: ({ services }, wishes) => ({
    title: 'Which services do you follow?',
    sentence:
      'I tell you when a deployment of one of them fails or is rolled back, and when the next one is well. Of all others you hear nothing.',
    label: 'I follow',
    choices: services.slice(0, 15).map((each) => ({ title: each, value: each })),
    many: true,
    value: (wishes.services ?? []).join(','),
    button: 'Follow these',
    hint: `Or type them: ${plainText(services.slice(0, 2).join(' and '), 80)}, all or none.`,
    help: 'To follow a service means that I write to you about it, here and to you alone. You can follow none.',
    again: [
      `I don't know all of these names. There are ${plainText(enumerate(services.slice(0, 6)), 200)}${services.length > 6 ? ` and ${services.length - 6} more` : ''}.`,
      'Write the names with commas between them, just as they stand in the list, or **all**.',
      'Write **none** to follow nothing for now; `settings` changes it later.',
    ],
  }),
  when: (_facts, { when = '' }) => ({
    title: 'When do you want to hear of them?',
    sentence: 'A failure can reach you at once, or all of a day can come as one message.',
    label: 'Tell me',
    choices: choicesOf({
      'at once': 'at once',
      digest: 'once a day, as a digest',
      'only when I ask': 'only when I ask',
    }),
    value: when,
    button: 'Tell me like this',
    hint: 'Or type it: at once, once a day, or only when I ask.',
    help: 'At once means within seconds. A digest is one message a day with all that happened. You can always ask by `health`.',
    again: [
      'Is it **at once**, **once a day** or **only when I ask**?',
      'Think of a service that fails now: shall I write this minute, tomorrow morning, or not at all?',
      'If you are unsure, write **once a day**: it is the calmest, and easily changed.',
    ],
  }),
  hours: (_facts, { hours = '' }) => ({
    title: 'When shall I be quiet?',
    sentence: 'In these hours I keep messages back and give them to you afterwards.',
    label: 'Quiet',
    choices: choicesOf({
      '22:00-07:00': 'from 22:00 to 07:00',
      '18:00-09:00': 'from 18:00 to 09:00',
      none: 'never',
    }),
    value: hours,
    button: 'Keep these hours',
    hint: 'Other hours? Type them: 21:30-06:45.',
    help: 'Quiet hours hold only for what I write to you alone. Requests that wait for your decision still come.',
    again: [
      'I need two times, such as **22:00-07:00**, or **none**.',
      'From when and until when? For example **9pm to 7am**.',
      'Write **none**, and I write whenever something happens.',
    ],
  }),
  zone: ({ catalog }, { zone = catalog.timeZone }) => ({
    title: 'In which time zone do you live?',
    sentence: 'Quiet hours and digests follow your clock.',
    label: 'My time zone',
    choices: zonesFor([zone, catalog.timeZone]),
    folded: true,
    value: zone,
    button: 'Use this zone',
    hint: 'Or type a city: Berlin, New York, Tokyo.',
    help: 'I do not read your place from Teams, so I ask. The zone is used for times in messages to you only.',
    again: [
      'I do not know that zone. Name a large city near you, such as **Lisbon**.',
      'Zones are written like **Europe/Berlin** or **America/Chicago**. Which is yours?',
      `Write **${plainText(catalog.timeZone, 40)}**, which the team uses, or **skip**.`,
    ],
  }),
  rights: (facts, wishes) => {
    const offers = offersFor(facts, wishes);
    return {
      title: 'Which right do you need?',
      sentence:
        '**I ask, an admin decides.** They may give less than you ask for, or for a shorter time. The answer comes to you here.',
      label: 'I need',
      choices: offers.map((offer) => ({
        title: offer.includes(' in ') ? offer : `${offer}, everywhere`,
        value: offer,
      })),
      value: '',
      button: 'Ask for this right',
      hint: `Or type it: ${plainText(offers[0] ?? 'developer in staging', 80)} for 30 days because …`,
      help: 'A right says what you may do, where and until when. `what can I do` shows what you have now; `roles` what each role allows.',
      again: [
        `I can't read that as a right. Write a role and where, such as **${plainText(offers[0] ?? 'developer', 80)}**.`,
        'First the role (**viewer**, **developer**, **operator**, **approver**), then **on** a service, then **in** an environment.',
        'Write **skip** if you need nothing yet. `access` asks for a right at any time.',
      ],
    };
  },
  practice: ({ practice }, _wishes, line) => ({
    title: 'Deploy once, for practice',
    sentence: `**This one is real and harms nobody.** I open the deployment of ${plainText(practice ? `${practice.service} in ${practice.environment}` : 'practice', 80)}: look at what it would change, then ask to deploy. Elsewhere another person approves; here I play the approver and say so.`,
    label: '',
    choices: [],
    value: '',
    button: 'Open the deployment',
    hint: `Or type it: ${plainText(line, 80)}`,
    help: 'The practice deployment goes the way of every deployment: you choose, it is approved, it runs, and it is verified.',
    again: [
      'This last step is done, not answered: click **Open the deployment**, or write **skip**.',
      'I wait until your practice deployment is verified. Its card has the button that asks to deploy.',
      'No hurry. Write **cancel** to come back another day, or **skip** to do without it.',
    ],
  }),
};

/** What is asked at this step; `line` opens the practice deployment. */
export function questionAt(step: Step, facts: Facts, wishes: Wishes, line = 'deploy'): Question {
  return questions[step](facts, wishes, line);
}

/** What was understood, shown above the next question. */
export const describeUnderstood: Readonly<Record<AskedStep, (wishes: Wishes) => string>> = {
  work: ({ work = 'look' }) => `You ${work}.`,
  services: ({ services = [] }) =>
    services.length > 0 ? `You follow ${enumerate(services)}.` : 'You follow no service for now.',
  when: ({ when = '' }) => (when === 'digest' ? 'Once a day, then.' : `You hear of it ${when}.`),
  hours: ({ hours = '' }) => (hours === 'none' ? 'No quiet hours.' : `I am quiet from ${hours.replace('-', ' to ')}.`),
  zone: ({ zone = '' }) => `Your clock is ${zone}.`,
  rights: () => '',
};

/** `Step 3 of 7`, counting what this person is asked. */
export function describeProgress({ step, wishes, single }: Onboarding, isAsked: IsAsked): string {
  if (step === 'done' || single) return '';
  const all = steps.filter((each) => each === step || isAsked(each, wishes));
  return `Step ${all.indexOf(step) + 1} of ${all.length}`;
}

export const waysToAnswer =
  'Answer below, by a button or in words. **skip** leaves it open, **back** goes one question back, **cancel** leaves and keeps what you said.';

export const afterTheEnd =
  'I did not understand that, and we are through with the questions. Write `help` to see what I can do, or `settings` to change an answer.';

export const afterLeaving =
  'I did not understand that. Write `onboarding` to go on with my questions where you stopped, or `help` to see what I can do.';

/** What is said to somebody who stops in the middle. */
export function describeLeaving({ single }: Pick<Onboarding, 'single'>): string {
  if (single) return 'I left it as it was. Write `settings` to change it another time.';
  return 'You have left, and **your answers are kept**. Write `onboarding` to go on just where you stopped, today or in a month.';
}

const usualZones = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Helsinki',
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
];

function zonesFor(first: readonly string[]): OnboardingChoice[] {
  return [...new Set([...first, ...usualZones])].map((zone) => ({ title: zone.replaceAll('_', ' '), value: zone }));
}
