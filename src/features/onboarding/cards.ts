import type { CardContent, Reply, Turn } from '../../chat/contract';
import { idFrom } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { Facts } from './facts';
import { describeAnswer, describeProgress, questionAt, timings } from './text';
import type { OnboardingChoice } from './text';
import type { Onboarding, Step, Wishes } from './workflow';

/** The cards of the guide: the welcome, one question at a time, and the choices. Pure. */

/** The topic of cards that show somebody's choices. */
export const settingsTopic = (personId: string): string => `own-settings:${personId}`;

interface Around {
  readonly facts: Facts;
  /** Shown above the question: what was understood, or why it is asked again. */
  readonly notice: string;
  /** The line that opens the practice deployment. */
  readonly practiceLine?: string | undefined;
  readonly now: number;
  readonly reference: string;
}

export function drawQuestion(record: Onboarding, around: Around): CardContent {
  const { step, single } = record;
  if (step === 'done') return drawSettings(record, around);
  const { facts, notice, practiceLine = 'deploy', now, reference } = around;
  const { title, sentence, label, choices, value, ...asked } = questionAt(step, facts, record.wishes, practiceLine);
  const progress = describeProgress(record, facts.isAsked);
  return {
    card: 'onboarding/question',
    data: {
      kind: single ? 'Settings' : 'Getting started',
      progress,
      title,
      summary: `${progress === '' ? 'Settings' : `Getting started, ${progress.toLowerCase()}`}: ${title}`,
      notice,
      sentence,
      label,
      choices,
      shape: choices.length === 0 ? 'none' : asked.many ? 'many' : asked.folded ? 'folded' : 'one',
      value,
      first:
        step === 'practice'
          ? { title: asked.button, verb: 'chat.run', id: practiceLine, revision: '' }
          : { title: asked.button, verb: 'onboarding.answer', id: step, revision: answerRevision(record, step) },
      later: [
        { title: single ? 'Keep as is' : 'Skip', verb: 'onboarding.skip', id: step },
        ...(single ? [] : [{ title: 'Continue later', verb: 'onboarding.leave', id: step }]),
      ],
      footer: `${asked.hint} · ${footerTime(now, facts.catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** A closed question: its answer, without buttons. */
export function drawAnswered(
  record: Onboarding,
  step: Step,
  { facts, now, reference }: Omit<Around, 'notice'>,
): CardContent {
  const { title } = questionAt(step, facts, record.wishes);
  const kind = record.single ? 'Settings' : 'Getting started';
  return {
    card: 'onboarding/question',
    data: {
      kind,
      progress: 'Answered',
      title,
      summary: `${kind}, answered: ${title}`,
      notice: '',
      sentence: describeAnswer(record, step),
      label: '',
      choices: [],
      shape: 'none',
      value: '',
      first: { title: '', verb: '', id: '', revision: '' },
      later: [],
      footer: `${footerTime(now, facts.catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** The answer that a question was drawn with: a different one means that it has changed since. */
export function answerRevision({ wishes }: Pick<Onboarding, 'wishes'>, step: Step): string {
  const answer = step === 'rights' || step === 'practice' ? undefined : wishes[step];
  return idFrom('answer', JSON.stringify(answer ?? null)).slice(0, 16);
}

/** All choices, and how to change them. */
export function drawSettings(
  record: Onboarding,
  { facts, notice, now, reference }: Around,
  title = 'You’re all set',
): CardContent {
  const { wishes, finishedAt } = record;
  const chosen = factsOf(wishes);
  const [service = 'shop'] = wishes.services?.length ? wishes.services : facts.services;
  return {
    card: 'onboarding/settings',
    data: {
      kind: 'Settings',
      title,
      summary: `${title}. ${chosen.map((fact) => `${fact.title}: ${fact.value}`).join('; ')}`.slice(0, 240),
      notice,
      sentence:
        finishedAt === undefined
          ? 'You haven’t answered all the questions yet. Type `onboarding` to pick up where you left off.'
          : 'Here or in a channel, type what you want to do. `help` lists all commands, and `what can I do` lists your permissions.',
      facts: chosen,
      choices: changeable(facts),
      buttons: [
        { title: `Show health of ${cleanText(service, 14)}`, line: `health ${service}` },
        { title: 'Show my permissions', line: 'what can I do' },
      ],
      footer: `Only you see this · ${footerTime(now, facts.catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

function factsOf({ work, services, when, hours, zone, mentions }: Wishes): { title: string; value: string }[] {
  const follows = services === undefined ? 'Not set' : services.length === 0 ? 'None' : enumerate(services);
  const quiet = hours === undefined || hours === 'none' ? 'Never' : hours.replace('-', ' to ');
  return [
    { title: 'Your\u00A0work', value: work === undefined ? 'Not set' : capitalize(work) },
    { title: 'Following', value: plainText(follows, 200) },
    { title: 'Notifications', value: when === undefined ? 'Not set' : timings[when] },
    { title: 'Quiet\u00A0hours', value: plainText(quiet) },
    { title: 'Time\u00A0zone', value: plainText(zone ?? 'Team default', 60) },
    {
      title: 'Mentions',
      value: mentions === 'always' ? 'Whenever my deployment ends' : 'Only when my deployment doesn’t succeed',
    },
  ];
}

function changeable({ services }: Facts): OnboardingChoice[] {
  return [
    { title: 'Services to follow', value: 'services' },
    { title: 'When to notify me', value: 'when' },
    { title: 'Quiet hours', value: 'hours' },
    { title: 'Time zone', value: 'zone' },
    { title: 'My work', value: 'work' },
    { title: 'Mention me when my deployment ends', value: 'mentions' },
    { title: 'Request access', value: 'rights' },
    // Without services to view, there is nothing to be notified about.
  ].slice(services.length > 0 ? 0 : 4);
}

/** What a place or a person sees once, when Gavel is added. */
export function drawWelcome({ catalog }: FeatureDependencies, { place, person }: Turn): Reply {
  const personal = place.kind === 'personal';
  const service = Object.keys(catalog().services)[0] ?? 'shop';
  const say = (line: string): string => (personal ? `type “${line}”` : `type “@Gavel ${line}”`);
  const name = plainText(person.name, 60);
  const who = name === '' ? 'Someone added me to' : `${name} added me to`;
  const why = personal
    ? 'I’m here because I was installed for you. I help you'
    : `${who} **${plainText(place.name, 60)}**. I help this team`;
  const first = personal
    ? `Get started in two minutes: ${say('onboarding')}`
    : `Choose the notifications for this channel: ${say('setup')}`;
  return {
    card: 'onboarding/welcome',
    data: {
      kind: 'Welcome',
      title: 'Hello, I’m Gavel',
      summary: 'Welcome to Gavel: deploy and watch your services from here',
      sentence: `${why} deploy software and keep it healthy.`,
      offers: [
        { title: 'Deploy', text: 'Pick a release, get it approved, and follow it on one card.' },
        { title: 'Check', text: 'See whether a service is healthy now and how it did over the last hour.' },
        { title: 'Look back', text: 'The audit log says who did what, when, and why.' },
      ],
      stepsTitle: 'Try it now',
      steps: [
        { number: '1', text: first },
        { number: '2', text: `See what runs where: ${say('where')}` },
        { number: '3', text: `Check a service: ${say(`health ${service}`)}` },
      ],
      buttons: [
        personal ? { title: 'Get started', line: 'onboarding' } : { title: 'Set up…', line: 'setup' },
        { title: 'Show what runs where', line: 'where' },
        { title: 'Show help', line: 'help' },
      ],
      footer: personal ? 'Only you see this' : 'In a channel, start with @Gavel. In our personal chat, just type.',
    },
  };
}
