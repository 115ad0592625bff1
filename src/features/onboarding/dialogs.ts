import { isDeepStrictEqual } from 'node:util';
import type { TurnContext } from 'botbuilder';
import type { Dialog, DialogContext, DialogTurnResult } from 'botbuilder-dialogs';
import { dialogTurn } from '../../chat/contract';
import type { Asked, CardContent, ChatDialog, DialogLibrary, Door, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import type { Act, Operation } from '../../core/operations';
import { showPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import { roleNames } from '../roles';
import type { AskForRole } from '../roles';
import { drawAnswered, drawQuestion, drawSettings, answerRevision, settingsTopic } from './cards';
import { isAnswer, readAccess, readAnswer, readAside } from './parse';
import { readFacts, suggestPractice } from './facts';
import type { Facts } from './facts';
import {
  afterLeaving,
  afterTheEnd,
  describeLeaving,
  describeOutdatedAnswer,
  describeUnderstood,
  questionAt,
  waysToAnswer,
} from './text';
import type { AskedStep } from './text';
import { steps } from './workflow';
import type { Onboarding, OnboardingEvent, OnboardingStore, Step } from './workflow';

/** The topic of cards that ask somebody this. */
const questionPrefix = 'onboarding:';
const questionTopic = (personId: string, { round, step }: Pick<Onboarding, 'round' | 'step'>): string =>
  `${questionPrefix}${personId}:${round}:${step}`;

/** Holds what the catalog marks before it is done. */
export type Hold = (turn: Turn, asked: Asked) => Promise<Reply | undefined>;

interface GuideParts {
  readonly deps: FeatureDependencies;
  readonly records: OnboardingStore;
  readonly ask: AskForRole;
  readonly hold: Hold;
}

/** The answer to a typed line; `over`: the dialog can stop listening. */
type DialogReply = ({ readonly text: string } | { readonly card: Drawn }) & { readonly over: boolean };

/** A card of the guide with its topic. */
export type Drawn = CardContent & { readonly about: string };

/** The result of an answer; `missed`: it couldn't be understood, and this asks in other words. */
type Answered = { readonly card: Drawn } | { readonly missed: string };

/** Handles typed and clicked answers: understands them, stores the results, and says what is next. */
export type Guide = ReturnType<typeof createGuide>;

export function createGuide(parts: GuideParts) {
  const { records } = parts;

  const { move, draw, drawCurrentSettings, factsOf } = createSteps(parts);

  const current = async (turn: Turn): Promise<Onboarding> =>
    (await records.find(turn.person.id)) ?? move(turn, { type: 'listen' });

  /** Asks again, in other words each time. */
  async function miss(turn: Turn, record: Onboarding, step: Step): Promise<Answered> {
    await move(turn, { type: 'miss', step });
    const { again } = questionAt(step, factsOf(turn), record.wishes);
    return { missed: again[record.misses % again.length] ?? again[0] };
  }

  async function answer(turn: Turn, record: Onboarding, words: string): Promise<Answered> {
    const { step } = record;
    if (step === 'done') return { card: await draw(turn, record) };
    if (step === 'practice') return miss(turn, record, step);
    if (step === 'rights') {
      const said = await askForRight(parts, factsOf(turn), turn, record, words);
      if (said === undefined) return miss(turn, record, step);
      if ('refused' in said) return { missed: said.refused };
      return { card: await draw(turn, await move(turn, { type: 'answer', step, wishes: {} }), said.asked) };
    }
    const wishes = readAnswer(step, words, factsOf(turn));
    if (!wishes) return miss(turn, record, step);
    const next = await move(turn, { type: 'answer', step, wishes });
    return { card: await draw(turn, next, describeUnderstood[step](wishes)) };
  }

  return {
    move,
    find: records.find,
    /** The open question, or the settings. */
    show: async (turn: Turn): Promise<Drawn> => draw(turn, await current(turn)),

    /** Posts a separate card, which stays current. */
    post: (turn: Turn, card: Drawn): Promise<void> => showPerson(parts.deps, turn, `guide:${turn.correlationId}`, card),

    /** Handles a typed line. */
    async hear(turn: Turn, said: string): Promise<DialogReply> {
      const record = await current(turn);
      const { step } = record;
      if (step === 'done') return { text: afterTheEnd, over: true };
      // The person left with the button, and the dialog didn't know yet.
      if (record.listensSince === undefined) return { text: afterLeaving, over: true };
      const aside = readAside(said);
      if (aside === 'help') {
        const { help } = questionAt(step, factsOf(turn), record.wishes);
        return { text: `${help} ${waysToAnswer}`, over: false };
      }
      const held = await holdWhatIsSaid(parts.hold, turn, step, said, aside);
      if (held) {
        const text = 'notice' in held ? held.notice : 'Nothing has changed yet. Confirm the command on its card.';
        return { text, over: false };
      }
      if (aside === 'leave') {
        await move(turn, { type: 'leave' });
        return { text: describeLeaving(record), over: true };
      }
      if (aside) {
        const next = await move(turn, { type: aside, step });
        return { card: await draw(turn, next), over: next.step === 'done' };
      }
      const answered = await answer(turn, record, said);
      if ('missed' in answered) return { text: answered.missed, over: false };
      return { card: answered.card, over: (await current(turn)).step === 'done' };
    },

    /** The choices, at any question. */
    async settings(turn: Turn): Promise<CardContent> {
      return drawCurrentSettings(turn, await current(turn));
    },

    /** A clicked answer to this question; `revision` is that of the card, which earlier versions don't send. */
    async answer(turn: Turn, step: Step, words: string, revision: string | undefined): Promise<Drawn> {
      const record = await current(turn);
      // A second click, or an older card: the question is answered.
      if (record.step !== step) return draw(turn, record);
      if (revision !== undefined && revision !== answerRevision(record, step) && isAsked(step)) {
        const wishes = readAnswer(step, words, factsOf(turn));
        if (wishes && !isDeepStrictEqual(wishes[step], record.wishes[step]))
          return draw(turn, record, describeOutdatedAnswer(step, record.wishes));
      }
      const answered = await answer(turn, record, words);
      return 'card' in answered ? answered.card : draw(turn, record, answered.missed);
    },
  };
}

/** Whether the step asks for something that is stored. */
function isAsked(step: Step): step is Exclude<AskedStep, 'rights'> {
  return step !== 'rights' && step !== 'practice';
}

/** A person's progress: changes it, draws it, and updates every posted card of it. */
function createSteps({ deps, records }: Pick<GuideParts, 'deps' | 'records'>) {
  async function move(turn: Turn, event: OnboardingEvent): Promise<Onboarding> {
    const { person, place } = turn;
    const before = await records.find(person.id);
    const moved = await records.apply(person, place.kind === 'personal' ? place.id : '', event);
    const topics = new Set([before ?? moved, moved].map((record) => questionTopic(person.id, record)));
    for (const topic of [...topics, settingsTopic(person.id)]) await deps.outbox.changed(topic);
    return moved;
  }

  const factsOf = ({ person }: Pick<Turn, 'person'>): Facts => readFacts(deps.catalog(), person);

  async function draw(turn: Pick<Turn, 'person' | 'reference'>, record: Onboarding, notice = ''): Promise<Drawn> {
    const facts = factsOf(turn);
    const practiceLine = record.step === 'practice' ? await suggestPractice(deps, facts) : undefined;
    const around = { facts, notice, practiceLine, now: deps.clock.now(), reference: turn.reference };
    return { ...drawQuestion(record, around), about: questionTopic(turn.person.id, record) };
  }

  async function drawCurrentSettings(turn: Pick<Turn, 'person' | 'reference'>, record: Onboarding) {
    const view = { facts: factsOf(turn), notice: '', now: deps.clock.now(), reference: turn.reference };
    return { ...drawSettings(record, view, 'Your settings'), about: settingsTopic(turn.person.id) };
  }

  deps.outbox.drawCopies(questionPrefix, async (copy) => {
    const record = await records.find(copy.person.id);
    if (!record) return undefined;
    const step = steps.find((each) => copy.about.endsWith(`:${each}`));
    if (step === undefined || copy.about === questionTopic(copy.person.id, record)) return draw(copy, record);
    return drawAnswered(record, step, { facts: factsOf(copy), now: deps.clock.now(), reference: copy.reference });
  });
  deps.outbox.drawCopies(settingsTopic(''), async (copy) => {
    const record = await records.find(copy.person.id);
    return record && drawCurrentSettings(copy, record);
  });

  return { move, draw, drawCurrentSettings, factsOf };
}

/** A right is requested before the question is closed: after a crash, the same answer makes the same request. Undefined if it can't be understood. */
async function askForRight(
  { ask }: GuideParts,
  { catalog, services, environments }: Facts,
  turn: Turn,
  { round }: Onboarding,
  words: string,
): Promise<{ readonly asked: string } | { readonly refused: string } | undefined> {
  const known = services.length > 0 ? services : Object.keys(catalog.services);
  const wish = readAccess(words, { roles: roleNames(catalog), services: known, environments });
  if (!wish) return undefined;
  const { role, service, environment, time, reason = 'I start here' } = wish;
  const said = [role, service ?? '', environment ?? '', time ?? '', reason];
  try {
    const key = idFrom('onboarding', turn.person.id, String(round), ...said);
    const reply = await ask(turn, { role, service, environment, time, reason }, key);
    return 'text' in reply ? { asked: reply.text } : undefined;
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}

/** A typed answer is the same act as a clicked one, so the click is what is stored for later. */
async function holdWhatIsSaid(
  hold: Hold,
  turn: Turn,
  id: Step,
  said: string,
  aside: ReturnType<typeof readAside>,
): Promise<Reply | undefined> {
  if (aside === 'back') return undefined;
  const verb = aside ?? 'answer';
  const input = aside ? { id } : { id, answer: said.slice(0, 1_000) };
  return hold(turn, { action: `onboarding.${verb}`, acts: aside ? settingsActs : answerActs(id), input });
}

/** What answers can do besides changing one's own settings. */
export const guideAlso: readonly Operation[] = ['subscribe', 'request-access'];

const settingsActs: readonly Act[] = [{ operation: 'settings', reach: {} }];

export function answerActs(step: Step): readonly Act[] {
  if (step === 'rights') return [{ operation: 'request-access', reach: {} }];
  return step === 'work' || step === 'practice' ? settingsActs : [{ operation: 'subscribe', reach: {} }];
}

/** The guide through the first minutes, in private. It stores nothing itself: its state is in the record, so people can leave it for days. */

export const guideDialogId = 'onboarding.guide';

export function createGuideDialog(guide: Guide): ChatDialog & Pick<Door<string>, 'operation' | 'also'> {
  return {
    id: guideDialogId,
    operation: 'settings',
    also: guideAlso,
    // Words that are commands elsewhere but answers here.
    takes: isAnswer,
    make: (library) => makeDialog(library, guide),
  };
}

function makeDialog(library: DialogLibrary, guide: Guide): Dialog {
  const { EndOfTurn } = library.Dialog;

  return new (class extends library.Dialog {
    async beginDialog(dialog: DialogContext): Promise<DialogTurnResult> {
      await this.repromptDialog(dialog.context);
      return EndOfTurn;
    }

    override async continueDialog(dialog: DialogContext): Promise<DialogTurnResult> {
      const { context } = dialog;
      const heard = await guide.hear(turnOf(context), context.activity.text ?? '');
      if ('card' in heard) await guide.post(turnOf(context), heard.card);
      else {
        const { text } = heard;
        await context.sendActivity({ type: 'message', text, textFormat: 'markdown', summary: text });
      }
      return heard.over ? dialog.endDialog() : EndOfTurn;
    }

    override async repromptDialog(context: TurnContext): Promise<void> {
      await guide.post(turnOf(context), await guide.show(turnOf(context)));
    }
  })(guideDialogId);
}

function turnOf(context: TurnContext): Turn {
  const turn: Turn | undefined = context.turnState.get(dialogTurn);
  if (!turn) throw new Error('A dialog was run outside a turn');
  return turn;
}
