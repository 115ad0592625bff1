import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../chat/contract';
import { answerAlone } from '../contract';
import type { FeatureDependencies } from '../contract';
import { answerActs, guideAlso, guideDialogId } from './dialogs';
import type { Drawn, Guide } from './dialogs';
import { describeLeaving } from './text';
import { allSteps } from './workflow';
import type { OnboardingEvent } from './workflow';

/** `onboarding`, `settings`, and the buttons on their cards. */

interface GuideParts {
  readonly guide: Guide;
  readonly deps: FeatureDependencies;
}

const Step = z.object({ id: z.enum(allSteps) });
/** A dialog without an answer for a week is forgotten. */
const listensMs = 6 * 86_400_000;

export function guideCommands(parts: GuideParts): Command[] {
  const talk = { topic: 'Talk' } as const;
  return [
    {
      ...talk,
      name: 'onboarding',
      phrasings: ['how do i start|begin', 'where do i start|begin', 'i am new [here]', 'new here', 'start'],
      operation: 'settings',
      synonyms: ['tour', 'show me around', 'start tour', 'start onboarding', 'get started', 'getting started'],
      summary: 'Get started: a few questions and a practice deployment',
      examples: ['onboarding'],
      // It only opens the questions; each answer is its own act.
      asksFirst: true,
      run: (turn) => begin(parts, turn),
    },
    {
      ...talk,
      name: 'settings',
      phrasings: [
        'change my settings|notifications',
        'notification settings',
        'my time zone',
        'change my time zone|timezone',
      ],
      operation: 'look',
      synonyms: ['my settings', 'preferences'],
      summary: 'Change your notifications and time zone',
      examples: ['settings'],
      run: (turn) => showSettings(parts, turn),
    },
  ];
}

export function guideActions(parts: GuideParts): Action[] {
  const { guide } = parts;
  const moved = (turn: Turn, event: OnboardingEvent): Promise<Reply> =>
    listening(parts, turn, async () => {
      await guide.move(turn, event);
      return guide.show(turn);
    });
  return [
    defineAction({
      verb: 'onboarding.answer',
      operation: 'settings',
      also: guideAlso,
      acts: async (_turn, { id }) => answerActs(id),
      input: Step.extend({ answer: z.string().max(1_000).default(''), revision: z.string().max(32).optional() }),
      freeText: ['answer'],
      run: (turn, { id, answer, revision }) => listening(parts, turn, () => guide.answer(turn, id, answer, revision)),
    }),
    defineAction({
      verb: 'onboarding.skip',
      operation: 'settings',
      input: Step,
      run: (turn, { id }) => moved(turn, { type: 'skip', step: id }),
    }),
    defineAction({
      verb: 'onboarding.leave',
      operation: 'settings',
      input: Step,
      async run(turn) {
        return { notice: describeLeaving(await guide.move(turn, { type: 'leave' })) };
      },
    }),
    defineAction({
      verb: 'onboarding.change',
      operation: 'settings',
      input: z.object({ id: z.string(), what: z.enum(allSteps) }),
      run: (turn, { what }) => moved(turn, { type: 'change', step: what }),
    }),
  ];
}

async function begin({ guide }: GuideParts, turn: Turn): Promise<Reply> {
  const { step } = await guide.move(turn, { type: 'begin' });
  await turn.begin(guideDialogId);
  const which = `The ${step === 'work' ? 'first' : 'next'} question is`;
  if (turn.place.kind !== 'personal') return { notice: `${which} in our personal chat.` };
  return turn.trigger === 'typed' ? { nothing: true } : { notice: `${which} below.` };
}

/** The card answers the click; if the dialog no longer listens, it begins again and shows the card itself. */
async function listening({ guide, deps }: GuideParts, turn: Turn, work: () => Promise<Drawn>): Promise<Reply> {
  const card = await work();
  const record = await guide.find(turn.person.id);
  const since = record?.listensSince;
  if (record?.step === 'done' || (since !== undefined && deps.clock.now() - since < listensMs)) return card;
  await guide.move(turn, { type: 'listen' });
  await turn.begin(guideDialogId);
  return { notice: 'The question is below.' };
}

/** People's settings are private: elsewhere, they go to the personal chat. */
async function showSettings({ guide, deps }: GuideParts, turn: Turn): Promise<Reply> {
  return answerAlone(deps, turn, await guide.settings(turn));
}
