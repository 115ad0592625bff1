import { enumerate, plainText } from '../../core/text';
import { offersFor } from './facts';
import type { Facts } from './facts';
import { allSteps } from './workflow';
import type { IsAsked, Onboarding, Step, Timing, Wishes } from './workflow';

/** The words of each step's question. Pure. */

/** When somebody is notified, in their own words. */
export const timings: Readonly<Record<Timing, string>> = {
  'at once': 'Right away',
  digest: 'Once a day, as a digest',
  'only when I ask': 'Only when I ask',
};

export interface OnboardingChoice {
  readonly title: string;
  readonly value: string;
}

interface Question {
  readonly title: string;
  /** Markdown, with outside text escaped. */
  readonly sentence: string;
  readonly label: string;
  readonly choices: readonly OnboardingChoice[];
  readonly many?: true;
  /** Folds a long list. */
  readonly folded?: true;
  /** The current choice. */
  readonly value: string;
  readonly button: string;
  readonly hint: string;
  readonly help: string;
  /** The repeated question after the first wrong answer, the second and so on. */
  readonly again: readonly [string, string, string];
}

/** Every step except the practice deployment, which people do instead of answering. */
export type AskedStep = Exclude<Step, 'practice'>;

/** Titles by their values. */
const choicesOf = (titles: Readonly<Record<string, string>>): OnboardingChoice[] =>
  Object.entries(titles).map(([value, title]) => ({ title, value }));

const questions: Readonly<Record<Step, (facts: Facts, wishes: Wishes, line: string) => Question>> = {
  work: (_facts, { work = '' }) => ({
    title: 'What do you mostly do here?',
    sentence: '**A few questions, about two minutes.** Your answers decide what I show you and which role I suggest.',
    label: 'My work',
    choices: choicesOf({
      ship: 'Ship: I deploy what we build',
      decide: 'Approve: I review what others deploy',
      run: 'Run: I keep services healthy',
      look: 'Look: I want to see how things are going',
    }),
    value: work,
    button: 'Next',
    hint: 'Or type one word: ship, approve, run, or look',
    help: 'I ask so I can suggest a role that fits your work. Your answer doesn’t grant or change anything.',
    again: [
      'The choices are **ship**, **approve**, **run**, and **look**. Which fits best?',
      'One word is enough: **ship** if you deploy, **approve** if you review what others deploy, or **run** if you keep services running.',
      'If none of them fits, type **look**, or **skip** this question.',
    ],
  }),
  services: ({ services }, wishes) => ({
    title: 'Which services do you want to follow?',
    sentence:
      'I’ll tell you when one of their deployments fails or is rolled back, and when the next one succeeds. I won’t send these notifications for other services.',
    label: 'Services to follow',
    choices: services.slice(0, 15).map((each) => ({ title: each, value: each })),
    many: true,
    value: (wishes.services ?? []).join(','),
    button: 'Follow these',
    hint: `Or type them: ${plainText(services.slice(0, 2).join(' and '), 80)}, all, or none`,
    help: 'If you follow a service, I’ll message you about it here in our personal chat. You don’t have to follow any.',
    again: [
      `I don’t know which services you mean. You can follow ${plainText(enumerate([...services.slice(0, 6), ...(services.length > 6 ? [`${services.length - 6} more`] : [])]), 200)}.`,
      'Type the names as they appear in the list, separated by commas, or **all**.',
      'Type **none** to follow no services for now. You can change this later in `settings`.',
    ],
  }),
  when: (_facts, { when = '' }) => ({
    title: 'When should I notify you?',
    sentence: 'I can tell you about a failure right away, or send one summary a day.',
    label: 'Notifications',
    choices: choicesOf(timings),
    value: when,
    button: 'Next',
    hint: 'Or type it: right away, once a day, or only when I ask',
    help: '“Right away” means within seconds. A digest is one message a day with everything that happened. You can always ask with `health`.',
    again: [
      'Which do you prefer: **right away**, **once a day**, or **only when I ask**?',
      'If a service failed right now, should I tell you this minute, tomorrow morning, or not at all?',
      'If you’re not sure, type **once a day**. You can change it at any time.',
    ],
  }),
  hours: (_facts, { hours = '' }) => ({
    title: 'When should I stay quiet?',
    sentence: 'During these hours, I’ll hold messages and send them afterward.',
    label: 'Quiet hours',
    choices: choicesOf({
      '22:00-07:00': 'From 22:00 to 07:00',
      '18:00-09:00': 'From 18:00 to 09:00',
      none: 'Never',
    }),
    value: hours,
    button: 'Next',
    hint: 'Or type other hours: 21:30-06:45',
    help: 'Quiet hours apply only to messages in our personal chat. Requests for your approval still arrive.',
    again: [
      'Please type a start and an end, such as **22:00-07:00**, or **none**.',
      'Which hours? For example, **9pm to 7am**.',
      'Type **none** if I can message you at any time.',
    ],
  }),
  zone: ({ catalog }, { zone = catalog.timeZone }) => ({
    title: 'What’s your time zone?',
    sentence: 'Quiet hours and digests use your time zone.',
    label: 'My time zone',
    choices: zonesFor([zone, catalog.timeZone]),
    folded: true,
    value: zone,
    button: 'Next',
    hint: 'Or type a city: Berlin, New York, Tokyo',
    help: 'Teams doesn’t tell me where you are, so I ask. I use your time zone only for your quiet hours, your digests, and the times in messages to you.',
    again: [
      'I don’t know that time zone. Name a large city near you, such as **Lisbon**.',
      'What’s your time zone? Type it like **Europe/Berlin** or **America/Chicago**.',
      `Type **${plainText(catalog.timeZone, 40)}** (the team’s time zone) or **skip**.`,
    ],
  }),
  mentions: (_facts, { mentions = 'failures' }) => ({
    title: 'Mention me when my deployment ends',
    sentence: 'A deployment’s card always shows the result. If I mention you, you also get a notification.',
    label: 'Mention me',
    choices: choicesOf({ failures: 'Only when it doesn’t succeed', always: 'Always' }),
    value: mentions,
    button: 'Save',
    hint: 'Or type it: only when it doesn’t succeed, or always',
    help: 'A mention is one short message below the card. I always mention you when your deployment is rejected or canceled, fails, or is rolled back.',
    again: [
      'Which do you prefer: **only when it doesn’t succeed** or **always**?',
      'Type **always** and I’ll mention you after every deployment you request.',
      'Type **skip** to leave this setting as it is.',
    ],
  }),
  rights: (facts, wishes) => {
    const offers = offersFor(facts, wishes);
    return {
      title: 'Which role do you need?',
      sentence:
        '**I’ll send your request to an admin.** They can grant less than you request, or for a shorter time. I’ll tell you here when they decide.',
      label: 'Role',
      choices: offers.map((offer) => ({
        title: offer.includes(' in ') ? offer : `${offer}, everywhere`,
        value: offer,
      })),
      value: '',
      button: 'Request access',
      hint: `Or type it: ${plainText(offers[0] ?? 'developer in staging', 80)} for 30 days because …`,
      help: 'A role says what you can do, where, and until when. `what can I do` lists your permissions; `roles` lists what each role allows.',
      again: [
        `I don’t know that role. Type a role and where you need it, such as **${plainText(offers[0] ?? 'developer', 80)}**.`,
        `Type a role, such as **viewer** or **developer**, and where you need it: **${plainText(offers[0] ?? 'developer in staging', 80)}**.`,
        'Type **skip** if you don’t need a role yet. You can request one at any time with `access`.',
      ],
    };
  },
  practice: ({ practice }, _wishes, line) => ({
    title: 'Practice: deploy once',
    sentence: `**This deployment is real but affects nobody.** I’ll set up ${practice ? `a deployment of ${plainText(practice.service, 40)} to the ${plainText(practice.environment, 40)} environment` : 'a practice deployment'}. See what it would change, then request it. Because it’s practice, I’ll approve it myself.`,
    label: '',
    choices: [],
    value: '',
    button: 'Open deployment',
    hint: `Or type it: ${plainText(line, 80)}`,
    help: 'The practice deployment works like any other, except that I approve it: you choose a release, and I deploy and verify it.',
    again: [
      'There is nothing to answer in this step. Click **Open deployment**, or type **skip**.',
      'I’m waiting for your practice deployment to be verified. If you haven’t requested it yet, use the button on its card.',
      'No hurry. Type **cancel** to stop for now, or **skip** to move on.',
    ],
  }),
};

/** The question of this step; `line` opens the practice deployment. */
export function questionAt(step: Step, facts: Facts, wishes: Wishes, line = 'deploy'): Question {
  return questions[step](facts, wishes, line);
}

const promises: Readonly<Record<Timing, string>> = {
  'at once': 'I’ll notify you right away.',
  digest: 'I’ll notify you once a day, and right away about anything critical.',
  'only when I ask': 'I won’t notify you unless you ask.',
};

/** What was understood, shown above the next question. */
export const describeUnderstood: Readonly<Record<AskedStep, (wishes: Wishes) => string>> = {
  work: ({ work = 'look' }) => `You chose **${work}**.`,
  services: ({ services = [] }) =>
    services.length > 0 ? `You follow ${enumerate(services)}.` : 'You aren’t following any services.',
  when: ({ when }) => (when === undefined ? '' : promises[when]),
  hours: ({ hours = '' }) =>
    hours === 'none' ? 'You have no quiet hours.' : `I’ll stay quiet from ${hours.replace('-', ' to ')}.`,
  zone: ({ zone = '' }) => `Your time zone is ${zone}.`,
  mentions: ({ mentions }) =>
    mentions === 'always'
      ? 'I’ll mention you whenever one of your deployments finishes.'
      : 'I’ll mention you only when one of your deployments doesn’t succeed.',
  rights: () => '',
};

/** The outcome of a closed question. */
export function describeAnswer({ wishes, practised }: Pick<Onboarding, 'wishes' | 'practised'>, step: Step): string {
  if (step === 'practice')
    return practised === undefined
      ? '**You skipped the practice deployment.** Type `onboarding` to practice later.'
      : '**Your practice deployment is verified.**';
  if (step === 'rights')
    return '**This question is closed.** Type `my roles` to see your roles, or `access` to request another one.';
  const answer = wishes[step] === undefined ? 'You skipped this question.' : describeUnderstood[step](wishes);
  return `**${answer}** Type \`settings\` to change this.`;
}

/** Why an outdated question wasn't saved. */
export function describeOutdatedAnswer(step: AskedStep, wishes: Wishes): string {
  return `**Not saved: you changed this answer after this card was posted.** ${describeUnderstood[step](wishes)} To change that, choose again below.`;
}

/** `Step 3 of 7`, counting the questions for this person. */
export function describeProgress({ step, wishes, single }: Onboarding, isAsked: IsAsked): string {
  if (step === 'done' || single) return '';
  const all = allSteps.filter((each) => each === step || isAsked(each, wishes));
  return `Step ${all.indexOf(step) + 1} of ${all.length}`;
}

export const waysToAnswer =
  'Answer with a button on the card, or in words. Type **skip** to skip this question, **back** for the previous one, or **cancel** to stop and keep your answers.';

export const afterTheEnd =
  'Sorry, I didn’t understand that. Your setup is already complete. Type `help` to see what I can do, or `settings` to change an answer.';

export const afterLeaving =
  'Sorry, I didn’t understand that. Type `onboarding` to pick up where you left off, or `help` to see what I can do.';

/** The sentence for somebody who stops in the middle. */
export function describeLeaving({ single }: Pick<Onboarding, 'single'>): string {
  if (single) return 'Nothing was changed. Type `settings` to change your settings later.';
  return '**Your answers are saved.** Type `onboarding` at any time to pick up where you left off.';
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
