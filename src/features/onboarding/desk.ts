import type { Asked, CardContent, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import type { FeatureDependencies } from '../contract';
import type { AskForRole } from '../roles';
import { answerActs, settingsActs } from './acts';
import { readAccess, readAside } from './answers';
import { questionCard, readyCard } from './cards';
import { factsFor } from './facts';
import type { Facts } from './facts';
import { moved } from './life';
import type { Moved } from './life';
import { practiceLine } from './practice';
import { questionAt, readAnswer, understood } from './questions';
import { newOnboarding, onboardingSpec } from './record';
import type { Onboarding, Step } from './record';

/** Where typed and clicked answers meet: reads them, keeps what came of them, and says what is next. */
export interface Desk {
  /** The question that is open, or the settings. */
  show(turn: Turn, notice?: string): Promise<CardContent>;
  /** A typed line; `over`: the dialog need not listen any more. */
  hear(turn: Turn, said: string): Promise<Heard>;
  /** A clicked answer to this very question. */
  answer(turn: Turn, step: Step, words: string): Promise<CardContent>;
  /** What was chosen, wherever the questions stand. */
  settings(turn: Turn): Promise<CardContent>;
  move(turn: Turn, event: Moved): Promise<Onboarding>;
  find(personId: string): Promise<Onboarding | undefined>;
}

export interface Heard {
  /** Words in place of a card. */
  readonly text?: string;
  readonly card?: CardContent;
  readonly over: boolean;
}

export const sweepName = 'onboarding';

/** Who holds what the catalog marks before it is done. */
export type Hold = (turn: Turn, asked: Asked) => Promise<Reply | undefined>;

export function createDesk(
  deps: FeatureDependencies,
  { roleNames, ask, hold }: { roleNames: () => readonly string[]; ask: AskForRole; hold: Hold },
): Desk {
  const { catalog, clock, store, sweeper } = deps;
  const records = store.collection(onboardingSpec);
  const factsOf = (turn: Turn): Facts => factsFor(catalog(), turn.person);

  async function move(turn: Turn, event: Moved): Promise<Onboarding> {
    const { asked } = factsOf(turn);
    const now = clock.now();
    const { id } = turn.person;
    const fresh = (): Onboarding => newOnboarding(turn.person, personalPlace(turn), now);
    if (!(await records.get(id))) await records.upsert(id, (known) => known ?? fresh());
    const stored = await records.update(id, (record) => {
      const next = moved(record, event, now, asked);
      return next && turn.place.kind === 'personal' ? { ...next, placeId: turn.place.id } : next;
    });
    if (stored?.changed) sweeper.kick(sweepName, id);
    return stored?.value ?? fresh();
  }

  async function draw(turn: Turn, record: Onboarding, notice = ''): Promise<CardContent> {
    const facts = factsOf(turn);
    const line = record.step === 'practice' ? await practiceLine(deps, facts) : undefined;
    return questionCard(record, {
      facts,
      notice,
      practiceLine: line,
      now: clock.now(),
      reference: turn.reference,
    });
  }

  async function current(turn: Turn): Promise<Onboarding> {
    const found = await records.get(turn.person.id);
    return found?.value ?? move(turn, { kind: 'listens' });
  }

  /** A right is asked for before the question is over: after a crash the same answer asks for the same. */
  async function askForRight(turn: Turn, record: Onboarding, words: string): Promise<string | undefined> {
    const { services, environments } = factsOf(turn);
    const all = { services: Object.keys(catalog().services), environments };
    const wish = readAccess(words, { roles: roleNames(), ...(services.length > 0 ? { services, environments } : all) });
    if (!wish) return undefined;
    const { role, service, environment, time, reason = 'I begin here' } = wish;
    const key = idFrom(
      'onboarding',
      turn.person.id,
      String(record.round),
      role,
      service ?? '',
      environment ?? '',
      time ?? '',
      reason,
    );
    const reply = await ask(turn, { role, service, environment, time, reason }, key);
    return 'text' in reply ? reply.text : undefined;
  }

  async function answer(turn: Turn, record: Onboarding, words: string): Promise<{ card: CardContent; right: boolean }> {
    const { step } = record;
    if (step === 'done') return { card: await draw(turn, record), right: true };
    if (step === 'practice') return miss(turn, record);
    if (step === 'rights') {
      try {
        const said = await askForRight(turn, record, words);
        if (said === undefined) return await miss(turn, record);
        const next = await move(turn, { kind: 'answered', step, wishes: {} });
        return { card: await draw(turn, next, said), right: true };
      } catch (error) {
        if (error instanceof UserError) return { card: await draw(turn, record, error.message), right: false };
        throw error;
      }
    }
    const wishes = readAnswer(step, words, factsOf(turn));
    if (!wishes) return miss(turn, record);
    const next = await move(turn, { kind: 'answered', step, wishes });
    return { card: await draw(turn, next, understood(step, wishes)), right: true };
  }

  /** Asked again in other words each time. */
  async function miss(turn: Turn, record: Onboarding): Promise<{ card: CardContent; right: boolean }> {
    const { step } = record;
    if (step === 'done') return { card: await draw(turn, record), right: false };
    const next = await move(turn, { kind: 'missed', step });
    const { again } = questionAt(step, factsOf(turn), record.wishes);
    return { card: await draw(turn, next, again[record.misses % again.length]), right: false };
  }

  async function help(turn: Turn, record: Onboarding): Promise<Heard> {
    const { step } = record;
    if (step === 'done') return { card: await draw(turn, record), over: true };
    const { help: words } = questionAt(step, factsOf(turn), record.wishes);
    return { card: await draw(turn, record, `${words} ${ways}`), over: false };
  }

  /** A said answer is the same deed as a clicked one, so what is kept to be done later is the click. */
  async function holdWhatIsSaid(
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
    const verb = aside === 'leave' ? 'onboarding.leave' : aside === 'skip' ? 'onboarding.skip' : undefined;
    return verb && hold(turn, { action: verb, acts: settingsActs, input: { id: step } });
  }

  async function hear(turn: Turn, said: string): Promise<Heard> {
    const record = await current(turn);
    const { step } = record;
    const aside = readAside(said);
    if (step === 'done') return { text: overWords, over: true };
    // Left by its button: the dialog only did not know yet.
    if (record.listensSince === undefined) return { text: notListeningWords, over: true };
    if (aside === 'help') return help(turn, record);
    const held = await holdWhatIsSaid(turn, step, said, aside);
    if (held) return { text: heldWords(held), over: false };
    if (aside === 'leave') {
      await move(turn, { kind: 'left' });
      return { text: leftWords(record), over: true };
    }
    if (aside === 'skip' || aside === 'back') {
      const next = await move(turn, { kind: aside === 'skip' ? 'skipped' : 'back', step });
      return { card: await draw(turn, next), over: next.step === 'done' };
    }
    const { card } = await answer(turn, record, said);
    const after = await current(turn);
    return { card, over: after.step === 'done' };
  }

  return {
    move,
    hear,
    find: async (personId) => (await records.get(personId))?.value,
    async settings(turn) {
      const record = await current(turn);
      const around = { facts: factsOf(turn), notice: '', practiceLine: undefined, now: clock.now() };
      return readyCard(record, { ...around, reference: turn.reference }, 'Your settings');
    },
    show: async (turn, notice) => draw(turn, await current(turn), notice),
    async answer(turn, step, words) {
      const record = await current(turn);
      // A second click, or a card from before: the question is answered.
      if (record.step !== step) return draw(turn, record);
      return (await answer(turn, record, words)).card;
    },
  };
}

function heldWords(held: Reply): string {
  return 'notice' in held ? held.notice : 'Nothing has changed yet. Confirm it on the card first.';
}

const personalPlace = ({ place }: Turn): string => (place.kind === 'personal' ? place.id : '');

const ways =
  'Answer below, by a button or in words. **skip** leaves it open, **back** goes one question back, **cancel** leaves and keeps what you said.';

const overWords =
  'I did not understand that, and we are through with the questions. Write `help` to see what I can do, or `settings` to change an answer.';

const notListeningWords =
  'I did not understand that. Write `onboarding` to go on with my questions where you stopped, or `help` to see what I can do.';

/** What is said to somebody who stops in the middle. */
export function leftWords({ single }: Pick<Onboarding, 'single'>): string {
  if (single) return 'I left it as it was. Write `settings` to change it another time.';
  return 'You have left, and **your answers are kept**. Write `onboarding` to go on just where you stopped, today or in a month.';
}
