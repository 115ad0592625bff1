import type { TurnContext } from 'botbuilder';
import type { Dialog, DialogContext, DialogTurnResult } from 'botbuilder-dialogs';
import { dialogTurn } from '../../chat/contract';
import type { Asked, CardContent, ChatDialog, DialogLibrary, Door, Reply, Turn } from '../../chat/contract';
import { renderCard } from '../../core/card';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import type { Act, Operation } from '../../core/operations';
import type { FeatureDependencies } from '../contract';
import { roleNames } from '../roles';
import type { AskForRole } from '../roles';
import { drawQuestion, drawSettings } from './cards';
import { readFacts, suggestPractice } from './facts';
import type { Facts } from './facts';
import { isAnswer, readAccess, readAnswer, readAside } from './parse';
import type { OnboardingStore } from './store';
import { afterLeaving, afterTheEnd, describeLeaving, describeUnderstood, questionAt, waysToAnswer } from './text';
import type { Onboarding, OnboardingEvent, Step } from './workflow';

/** Where typed and clicked answers meet: reads them, keeps what came of them, and says what is next. */
export interface Guide {
  /** The question that is open, or the settings. */
  show(turn: Turn, notice?: string): Promise<CardContent>;
  /** A typed line; `over`: the dialog need not listen any more. */
  hear(turn: Turn, said: string): Promise<Heard>;
  /** A clicked answer to this very question. */
  answer(turn: Turn, step: Step, words: string): Promise<CardContent>;
  /** What was chosen, wherever the questions stand. */
  settings(turn: Turn): Promise<CardContent>;
  move(turn: Turn, event: OnboardingEvent): Promise<Onboarding>;
  find(personId: string): Promise<Onboarding | undefined>;
}

interface Heard {
  /** Words in place of a card. */
  readonly text?: string;
  readonly card?: CardContent;
  readonly over: boolean;
}

/** Who holds what the catalog marks before it is done. */
export type Hold = (turn: Turn, asked: Asked) => Promise<Reply | undefined>;

interface GuideParts {
  readonly deps: FeatureDependencies;
  readonly records: OnboardingStore;
  readonly ask: AskForRole;
  readonly hold: Hold;
}

export function createGuide(parts: GuideParts): Guide {
  const { deps, records } = parts;

  const move = (turn: Turn, event: OnboardingEvent): Promise<Onboarding> =>
    records.apply(turn.person, turn.place.kind === 'personal' ? turn.place.id : '', event);

  const current = async (turn: Turn): Promise<Onboarding> =>
    (await records.find(turn.person.id)) ?? move(turn, { type: 'listen' });

  /** Asked again in other words each time. */
  async function miss(turn: Turn, record: Onboarding): Promise<CardContent> {
    const { step } = record;
    if (step === 'done') return draw(parts, turn, record);
    const next = await move(turn, { type: 'miss', step });
    const { again } = questionAt(step, factsOf(parts, turn), record.wishes);
    return draw(parts, turn, next, again[record.misses % again.length]);
  }

  async function answer(turn: Turn, record: Onboarding, words: string): Promise<CardContent> {
    const { step } = record;
    if (step === 'done') return draw(parts, turn, record);
    if (step === 'practice') return miss(turn, record);
    if (step === 'rights') {
      const said = await askForRight(parts, turn, record, words);
      if (said === undefined) return miss(turn, record);
      if ('refused' in said) return draw(parts, turn, record, said.refused);
      return draw(parts, turn, await move(turn, { type: 'answer', step, wishes: {} }), said.asked);
    }
    const wishes = readAnswer(step, words, factsOf(parts, turn));
    if (!wishes) return miss(turn, record);
    return draw(parts, turn, await move(turn, { type: 'answer', step, wishes }), describeUnderstood(step, wishes));
  }

  async function help(turn: Turn, record: Onboarding, step: Step): Promise<Heard> {
    const { help: words } = questionAt(step, factsOf(parts, turn), record.wishes);
    return { card: await draw(parts, turn, record, `${words} ${waysToAnswer}`), over: false };
  }

  async function hear(turn: Turn, said: string): Promise<Heard> {
    const record = await current(turn);
    const { step } = record;
    const aside = readAside(said);
    if (step === 'done') return { text: afterTheEnd, over: true };
    // Left by its button: the dialog only did not know yet.
    if (record.listensSince === undefined) return { text: afterLeaving, over: true };
    if (aside === 'help') return help(turn, record, step);
    const held = await holdWhatIsSaid(parts.hold, turn, step, said, aside);
    if (held)
      return {
        text: 'notice' in held ? held.notice : 'Nothing has changed yet. Confirm it on the card first.',
        over: false,
      };
    if (aside === 'leave') {
      await move(turn, { type: 'leave' });
      return { text: describeLeaving(record), over: true };
    }
    if (aside === 'skip' || aside === 'back') {
      const next = await move(turn, { type: aside, step });
      return { card: await draw(parts, turn, next), over: next.step === 'done' };
    }
    const card = await answer(turn, record, said);
    return { card, over: (await current(turn)).step === 'done' };
  }

  return {
    move,
    hear,
    find: records.find,
    async settings(turn) {
      const view = { facts: factsOf(parts, turn), notice: '', now: deps.clock.now(), reference: turn.reference };
      return drawSettings(await current(turn), view, 'Your settings');
    },
    show: async (turn, notice) => draw(parts, turn, await current(turn), notice),
    async answer(turn, step, words) {
      const record = await current(turn);
      // A second click, or a card from before: the question is answered.
      return record.step === step ? answer(turn, record, words) : draw(parts, turn, record);
    },
  };
}

const factsOf = ({ deps }: GuideParts, { person }: Turn): Facts => readFacts(deps.catalog(), person);

async function draw(parts: GuideParts, turn: Turn, record: Onboarding, notice = ''): Promise<CardContent> {
  const { deps } = parts;
  const facts = factsOf(parts, turn);
  const practiceLine = record.step === 'practice' ? await suggestPractice(deps, facts) : undefined;
  return drawQuestion(record, { facts, notice, practiceLine, now: deps.clock.now(), reference: turn.reference });
}

/** A right is requested before the question is over: after a crash the same answer requests the same. Undefined when it can't be read. */
async function askForRight(
  parts: GuideParts,
  turn: Turn,
  record: Onboarding,
  words: string,
): Promise<{ readonly asked: string } | { readonly refused: string } | undefined> {
  const catalog = parts.deps.catalog();
  const { services, environments } = factsOf(parts, turn);
  const known =
    services.length > 0 ? { services, environments } : { services: Object.keys(catalog.services), environments };
  const wish = readAccess(words, { roles: roleNames(catalog), ...known });
  if (!wish) return undefined;
  const { role, service, environment, time, reason = 'I begin here' } = wish;
  const round = String(record.round);
  const said = [role, service ?? '', environment ?? '', time ?? '', reason];
  try {
    const key = idFrom('onboarding', turn.person.id, round, ...said);
    const reply = await parts.ask(turn, { role, service, environment, time, reason }, key);
    return 'text' in reply ? { asked: reply.text } : undefined;
  } catch (error) {
    if (error instanceof UserError) return { refused: error.message };
    throw error;
  }
}

/** A typed answer is the same act as a clicked one, so what is kept to be done later is the click. */
async function holdWhatIsSaid(
  hold: Hold,
  turn: Turn,
  step: Step,
  said: string,
  aside: ReturnType<typeof readAside>,
): Promise<Reply | undefined> {
  if (aside === undefined)
    return hold(turn, {
      action: 'onboarding.answer',
      acts: answerActs(step),
      input: { id: step, answer: said.slice(0, 1_000) },
    });
  if (aside !== 'leave' && aside !== 'skip') return undefined;
  return hold(turn, { action: `onboarding.${aside}`, acts: settingsActs, input: { id: step } });
}

/** What answers can do besides changing one's own settings. */
export const guideAlso: readonly Operation[] = ['subscribe', 'request-access'];

const operationAt: Partial<Record<Step, Operation>> = {
  services: 'subscribe',
  when: 'subscribe',
  hours: 'subscribe',
  zone: 'subscribe',
  rights: 'request-access',
};

export const answerActs = (step: Step): readonly Act[] => [{ operation: operationAt[step] ?? 'settings', reach: {} }];

const settingsActs: readonly Act[] = [{ operation: 'settings', reach: {} }];

/** The guide through the first minutes, in private. It keeps nothing itself: where it stands is in the record, so that it can be left for days. */

export const guideDialogId = 'onboarding.guide';

export function createGuideDialog(guide: Guide): ChatDialog & Pick<Door<string>, 'operation' | 'also'> {
  return {
    id: guideDialogId,
    operation: 'settings',
    also: guideAlso,
    // Words that are commands elsewhere and answers here.
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
      const { card, text, over } = await guide.hear(turnOf(context), context.activity.text ?? '');
      if (text !== undefined)
        await context.sendActivity({ type: 'message', text, textFormat: 'markdown', summary: text });
      if (card) await send(context, card);
      return over ? dialog.endDialog() : EndOfTurn;
    }

    override async repromptDialog(context: TurnContext): Promise<void> {
      await send(context, await guide.show(turnOf(context)));
    }
  })(guideDialogId);
}

function turnOf(context: TurnContext): Turn {
  const turn: Turn | undefined = context.turnState.get(dialogTurn);
  if (!turn) throw new Error('A dialog was run outside a turn');
  return turn;
}

async function send(context: TurnContext, { card, data }: CardContent): Promise<void> {
  const content = renderCard(card, data);
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  await context.sendActivity({ type: 'message', summary: data.summary.slice(0, 250), attachments });
}
