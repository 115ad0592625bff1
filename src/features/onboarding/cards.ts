import type { CardContent, Reply, Turn } from '../../chat/contract';
import { cleanText, enumerate, plainText } from '../../core/text';
import { footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { Facts } from './facts';
import { describeProgress, questionAt } from './text';
import type { OnboardingChoice } from './text';
import type { Onboarding, Wishes } from './workflow';

/** The cards of the guide: the welcome, one question at a time, and what was chosen. Pure. */

interface Around {
  readonly facts: Facts;
  /** Shown above the question: what was understood, or why it is asked again. */
  readonly notice: string;
  /** The line that opens the practice deployment. */
  readonly practiceLine: string | undefined;
  readonly now: number;
  readonly reference: string;
}

interface Button {
  readonly title: string;
  readonly verb: string;
  readonly id: string;
}

export function drawQuestion(record: Onboarding, around: Around): CardContent {
  const { step } = record;
  if (step === 'done') return drawSettings(record, around);
  const { facts, notice, now, reference } = around;
  const asked = questionAt(step, facts, record.wishes, around.practiceLine);
  const progress = describeProgress(record, facts.isAsked);
  const first: Button =
    step === 'practice'
      ? { title: 'Open the deployment', verb: 'chat.run', id: around.practiceLine ?? 'deploy' }
      : { title: asked.button, verb: 'onboarding.answer', id: step };
  const later: Button[] = [
    { title: record.single ? 'Leave it as it is' : 'Skip this', verb: 'onboarding.skip', id: step },
    ...(record.single ? [] : [{ title: 'Go on later', verb: 'onboarding.leave', id: step }]),
  ];
  return {
    card: 'onboarding/question',
    data: {
      kind: record.single ? 'Settings' : 'Getting started',
      progress,
      title: asked.title,
      summary: `${progress === '' ? 'Settings' : `Getting started, ${progress.toLowerCase()}`}: ${asked.title}`,
      notice,
      sentence: asked.sentence,
      label: asked.label,
      choices: asked.choices,
      shape: asked.choices.length === 0 ? 'none' : asked.many ? 'many' : asked.folded ? 'folded' : 'one',
      value: asked.value,
      first,
      later,
      footer: `${asked.hint} · ${footerTime(now, facts.catalog.timeZone)} · ref ${reference}`,
    },
  };
}

/** Everything that was chosen, and how to change it. */
export function drawSettings(
  record: Onboarding,
  { facts, notice, now, reference }: Omit<Around, 'practiceLine'>,
  title = 'You are ready',
): CardContent {
  const { wishes, finishedAt } = record;
  const { catalog } = facts;
  const ready = finishedAt !== undefined;
  const [service = 'shop'] = wishes.services?.length ? wishes.services : facts.services;
  return {
    card: 'onboarding/settings',
    data: {
      kind: 'Settings',
      title,
      summary: `${title}: ${factsOf(wishes)
        .map(({ title: name, value }) => `${name.toLowerCase()} ${value}`)
        .join(', ')}`.slice(0, 240),
      notice,
      sentence: ready
        ? `Write what you want to do, here or in a channel: \`help\` shows all of it, \`what can I do\` what is open to you.`
        : 'You have not been through all questions yet. `onboarding` goes on where you stopped.',
      facts: factsOf(wishes),
      choices: changeable(facts),
      buttons: [
        { title: `See how ${cleanText(service, 14)} is`, line: `health ${service}` },
        { title: 'What I can do', line: 'what can I do' },
      ],
      footer: `Only you see this · ${footerTime(now, catalog.timeZone)} · ref ${reference}`,
    },
  };
}

function factsOf({ work, services, when, hours, zone }: Wishes): { title: string; value: string }[] {
  const follows = services === undefined ? 'not asked yet' : services.length === 0 ? 'none' : enumerate(services);
  const quiet = hours === undefined || hours === 'none' ? 'never' : hours.replace('-', ' to ');
  return [
    { title: 'Work', value: work ?? 'not asked yet' },
    { title: 'Follows', value: plainText(follows, 200) },
    { title: 'Hears', value: when === 'digest' ? 'once a day, as a digest' : (when ?? 'not asked yet') },
    { title: 'Quiet', value: plainText(quiet) },
    { title: 'Zone', value: plainText(zone ?? 'as the team', 60) },
  ];
}

function changeable({ services }: Facts): OnboardingChoice[] {
  const hearing = [
    { title: 'Which services I follow', value: 'services' },
    { title: 'When I hear of them', value: 'when' },
    { title: 'Quiet hours', value: 'hours' },
    { title: 'Time zone', value: 'zone' },
  ];
  return [
    ...(services.length > 0 ? hearing : []),
    { title: 'What I do', value: 'work' },
    { title: 'Ask for a right', value: 'rights' },
  ];
}

/** What a place or a person sees once, when Gavel is added. */
export function drawWelcome({ catalog }: FeatureDependencies, turn: Turn): Reply {
  const personal = turn.place.kind === 'personal';
  const service = Object.keys(catalog().services)[0] ?? 'shop';
  const say = (line: string): string => (personal ? `write ${line}` : `write @Gavel ${line}`);
  const name = plainText(turn.person.name, 60);
  const who = name === '' ? 'I was added to' : `${name} added me to`;
  const why = personal
    ? 'You get this once, because you added me.'
    : `You get this once, because ${who} **${plainText(turn.place.name, 60)}**.`;
  const help = personal ? 'I help you' : 'I help this team';
  return {
    card: 'onboarding/welcome',
    data: {
      kind: 'Welcome',
      title: 'Hello, I am Gavel',
      summary: 'Welcome to Gavel: ship and watch your services from here',
      sentence: `${why} ${help} ship software and see that it runs.`,
      offers: [
        { title: 'Ship', text: 'Pick a release, others approve, one card follows it.' },
        { title: 'Look', text: 'See how a service is, and was.' },
        { title: 'Remember', text: 'Who did what, when and why is on record.' },
      ],
      stepsTitle: 'Try it now',
      steps: [
        personal
          ? { number: '1', text: `Get started, two minutes: ${say('onboarding')}` }
          : { number: '1', text: `Choose what comes here: ${say('setup')}` },
        { number: '2', text: `See what runs where: ${say('where')}` },
        { number: '3', text: `See how a service is: ${say(`health ${service}`)}` },
      ],
      buttons: [
        personal ? { title: 'Get started', line: 'onboarding' } : { title: 'Set up…', line: 'setup' },
        { title: 'What runs where', line: 'where' },
        { title: 'Help', line: 'help' },
      ],
      footer: personal ? 'Only you see this' : 'In a channel begin with @Gavel; in our own chat just write.',
    },
  };
}
