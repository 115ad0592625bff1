import { z } from 'zod';
import type { Action, CardContent, Command, Outbox, Reply, Turn } from '../../chat/contract';
import type { Clock } from '../../core/time/clock';
import { defineAction } from '../../chat/contract';
import { answerActs, guideAlso } from './acts';
import { leftWords } from './desk';
import type { Desk } from './desk';
import { guideDialogId } from './dialogs';
import { steps } from './record';

/** `onboarding`, `settings`, and what is clicked on their cards. */

export interface Talk {
  readonly desk: Desk;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

const Step = z.object({ id: z.enum(steps) });
const Answer = Step.extend({ answer: z.string().max(1_000).default('') });
const Change = z.object({ id: z.string(), what: z.enum(steps) });
/** A dialog that nobody spoke to for a week has been forgotten. */
const listensMs = 6 * 86_400_000;

export function guideCommands(talk: Talk): Command[] {
  return [
    {
      name: 'onboarding',
      operation: 'settings',
      synonyms: ['tour', 'show me around', 'start tour', 'start onboarding', 'get started', 'getting started'],
      summary: 'Gets you started: a few questions and one practice run',
      topic: 'Talk',
      arguments: [],
      examples: ['onboarding'],
      right: undefined,
      // It only opens the questions; each answer is an act of its own.
      asksFirst: true,
      inManifest: true,
      run: (turn) => begin(talk, turn),
    },
    {
      name: 'settings',
      operation: 'look',
      synonyms: ['my settings', 'preferences'],
      summary: 'What you hear from me and when; change it here',
      topic: 'Talk',
      arguments: [],
      examples: ['settings'],
      right: undefined,
      inManifest: false,
      run: (turn) => showSettings(talk, turn),
    },
  ];
}

export function guideActions(talk: Talk): Action[] {
  const { desk } = talk;
  return [
    defineAction({
      verb: 'onboarding.answer',
      operation: 'settings',
      also: guideAlso,
      acts: async (_turn, { id }) => answerActs(id),
      input: Answer,
      freeText: ['answer'],
      run: (turn, { id, answer }) => listening(talk, turn, () => desk.answer(turn, id, answer)),
    }),
    defineAction({
      verb: 'onboarding.skip',
      operation: 'settings',
      input: Step,
      run: (turn, { id }) =>
        listening(talk, turn, async () => {
          await desk.move(turn, { kind: 'skipped', step: id });
          return desk.show(turn);
        }),
    }),
    defineAction({
      verb: 'onboarding.leave',
      operation: 'settings',
      input: Step,
      async run(turn) {
        return { notice: leftWords(await desk.move(turn, { kind: 'left' })) };
      },
    }),
    defineAction({
      verb: 'onboarding.change',
      operation: 'settings',
      input: Change,
      run: (turn, { what }) =>
        listening(talk, turn, async () => {
          await desk.move(turn, { kind: 'change', step: what });
          return desk.show(turn);
        }),
    }),
  ];
}

async function begin({ desk }: Talk, turn: Turn): Promise<Reply> {
  await desk.move(turn, { kind: 'begun' });
  await turn.begin(guideDialogId);
  return turn.place.kind === 'personal'
    ? { nothing: true }
    : { notice: 'I have asked the first question in our personal chat.' };
}

/** The card answers the click; when the dialog does not listen any more it is begun again and shows the card itself. */
async function listening({ desk, clock }: Talk, turn: Turn, work: () => Promise<CardContent>): Promise<Reply> {
  const card = await work();
  const record = await desk.find(turn.person.id);
  const since = record?.listensSince;
  if (record?.step === 'done' || (since !== undefined && clock.now() - since < listensMs)) return card;
  await desk.move(turn, { kind: 'listens' });
  await turn.begin(guideDialogId);
  return { nothing: true };
}

/** What somebody wants to hear is their own: elsewhere it goes to their own chat. */
async function showSettings({ desk, outbox }: Talk, turn: Turn): Promise<Reply> {
  const card = await desk.settings(turn);
  if (turn.place.kind === 'personal') return card;
  await outbox.put({
    key: `settings:${turn.correlationId}`,
    destination: { to: 'person', personId: turn.person.id },
    content: card,
    revision: 1,
    final: true,
  });
  return { notice: 'I have written your settings to you alone.' };
}
