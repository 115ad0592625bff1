import type { CardContent } from '../../chat/contract';
import { cleanText, enumerate, plainText } from '../../core/text';
import { footerTime } from '../../core/time/words';
import type { Facts } from './facts';
import { progressWords } from './life';
import { questionAt } from './questions';
import type { Choice } from './questions';
import type { Onboarding, Wishes } from './record';

/** The cards of the guide: one question at a time, and what was chosen. Pure. */

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

export function questionCard(record: Onboarding, around: Around): CardContent {
  const { step } = record;
  if (step === 'done') return readyCard(record, around);
  const { facts, notice, now, reference } = around;
  const asked = questionAt(step, facts, record.wishes, around.practiceLine);
  const progress = progressWords(record, facts.asked);
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
export function readyCard(
  record: Onboarding,
  { facts, notice, now, reference }: Around,
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

function changeable({ services }: Facts): Choice[] {
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
