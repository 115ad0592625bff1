import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Activity, InvokeResponse } from 'botbuilder';
import { cardLimitBytes, weightBytes } from '../../../core/card';
import { withTimeLimit } from '../../../core/concurrency';
import { keepRecent } from '../../../core/keys';
import type { Clock } from '../../../core/time/clock';
import type { Person, Reply, Turn } from '../../contract';
import { answeredCard } from '../../router/questions';
import { textForm } from '../../sender';
import type { Later, TeamsBotOptions, TurnOf } from '../bot';
import type { Roster } from '../directory/roster';
import { adaptiveCardType, drawCard, stripMarkdown } from '../out/sender';
import type { Replies } from '../out/replies';
import { isForm, sayInDialog, sayInNewDialog } from './dialog-answers';

type ClicksOptions = Pick<TeamsBotOptions, 'connection' | 'router' | 'inbox' | 'outbox' | 'answerWithinMs'> & {
  readonly replies: Replies;
  readonly turnOf: TurnOf;
  readonly later: Later;
};

const unreadable = 'This button sent something I can’t read. Nothing was done. Run the command again for a new card.';

/** Clicked buttons: answered in time in any case, and once for all deliveries of a click. */
export function createClicks(options: ClicksOptions) {
  const { connection, router, inbox, outbox, replies, turnOf, later, answerWithinMs = 1_800 } = options;
  const { clock, logger } = connection.options;
  const inFlight = new Map<string, Promise<Reply>>();
  const answeredLate = new Set<string>();
  const isLookedAt = createRecent(clock);

  /** A click reveals the duplicate of a post whose outcome was unknown. Many people can click at once, so this waits for the answer. */
  function reportSeen({ replyToId }: Activity, { place }: Turn): void {
    setImmediate(() => {
      if (replyToId && !isLookedAt(`${place.id} ${replyToId}`)) void outbox.reportSeen(place.id, replyToId);
    });
  }

  /** Remembers what the card shows, because it can change. This waits until the answer has been sent. */
  function keepCopy({ replyToId: activityId }: Activity, turn: Turn, reply: Reply): void {
    if (!('card' in reply) || reply.about === undefined || activityId === undefined || turn.trigger === 'automatic')
      return;
    const { audit: _audit, about, ...content } = reply;
    const posted = { placeId: turn.place.id, activityId };
    // The card already shows what this click changed.
    const drawn = { ...turn, receivedAt: clock.now() + 1 };
    later(
      nextTurn().then(() => outbox.keepClicked({ turn: drawn, content, about, posted })),
      'keep a copy',
    );
  }

  /** A question card is finished once it's answered in any way. */
  async function act(turn: Turn, verb: string, sent: unknown): Promise<Reply> {
    if (typeof sent !== 'object' || sent === null || !('form' in sent)) return router.handleAction(turn, verb, sent);
    const { form, ...input } = sent;
    if (!isForm(form)) return router.handleAction(turn, verb, input);
    const reply = await router.handleAction(turn, verb, input);
    if ('card' in reply) return reply.card === 'chat/dialog' ? { ...reply, about: `question:${form}` } : reply;
    return 'nothing' in reply ? reply : answeredCard(form, wordsOf(reply));
  }

  async function answer(turn: Turn, reply: Reply): Promise<InvokeResponse> {
    try {
      return await replyAnswer(reply, connection.roster, turn.place.id);
    } catch (error) {
      logger.error({ error, correlationId: turn.correlationId }, 'An answer could not be drawn');
      return sentenceAnswer(describeLostAnswer(turn));
    }
  }

  return {
    async onInvoke(activity: Activity, person: Person): Promise<InvokeResponse> {
      if (activity.name !== 'adaptiveCard/action')
        return invokeAnswer(activity.name, 'I can’t do that here. Type `help` to see what I can do.');
      const asked = (activity.value as { trigger?: unknown } | undefined)?.trigger;
      const trigger = asked === 'automatic' ? 'automatic' : 'clicked';
      const turn = await turnOf(activity, person, trigger);
      const { verb, input } = actionOf(activity.value);
      if (verb === undefined) return sentenceAnswer(unreadable);
      const key = JSON.stringify([person.id, turn.place.id, activity.replyToId, trigger, verb, input]);
      const outcome = inFlight.get(key) ?? lead(input, (it) => act(turn, verb, it)).finally(() => inFlight.delete(key));
      inFlight.set(key, outcome);
      const early = await inTime(outcome, answerWithinMs);
      // Nobody watches a refresh that is in progress, and no later answer follows it.
      const patient = trigger === 'automatic' ? withTimeLimit(outcome, latestAnswerMs - answerWithinMs) : undefined;
      const reply = early ?? (await patient);
      reportSeen(activity, turn);
      if (reply) keepCopy(activity, turn, reply);
      if (reply) return answer(turn, reply);
      if (trigger !== 'automatic' && !answeredLate.has(key)) {
        answeredLate.add(key);
        const work = outcome.then((late) => replies.postLate(turn, late, activity.replyToId));
        later(
          work.finally(() => answeredLate.delete(key)),
          'late answer',
        );
      }
      return sentenceAnswer('Still working on it. I’ll send you the result.');
    },
    /** For a client that can't run `Action.Execute`: the same verb as a message. */
    async onSubmit(activity: Activity, person: Person): Promise<void> {
      const turn = await turnOf(activity, person, 'clicked');
      const { verb, ...sent } = activity.value as Record<string, unknown>;
      const named = verbIn(verb);
      const act = async (): Promise<void> =>
        replies.post(turn, await lead(sent, (input) => router.handleAction(turn, named, input)));
      if (activity.id) await inbox.once(turn.place.id, activity.id, act);
      else await act();
      reportSeen(activity, turn);
    },
  };
}

/** Anything else is a verb that no button has; the router says so. */
const verbIn = (sent: unknown): string => (typeof sent === 'string' ? sent.slice(0, 100) : '');

const isHelpLine = /^help(?: .{1,100})?$/;

/** Answers what a button sent besides the line of the help card that led to it; a card in the answer leads back to that. */
async function lead(sent: unknown, answerTo: (input: unknown) => Promise<Reply>): Promise<Reply> {
  if (typeof sent !== 'object' || sent === null || !('from' in sent)) return answerTo(sent);
  const { from, ...input } = sent;
  const reply = await answerTo(input);
  return 'card' in reply && typeof from === 'string' && isHelpLine.test(from) ? { ...reply, back: from } : reply;
}

function actionOf(value: unknown): { verb: string | undefined; input: unknown } {
  const action = (value as { action?: unknown } | undefined)?.action;
  if (typeof action !== 'object' || action === null) return { verb: undefined, input: undefined };
  const { verb, data } = action as { verb?: unknown; data?: unknown };
  return { verb: typeof verb === 'string' && verb.length <= 100 ? verb : undefined, input: data ?? {} };
}

/** The share of processor time above which a process counts as busy and can answer later. */
const busy = 0.95;
/** Teams gives up on a click after at least ten seconds. */
export const latestAnswerMs = 7_000;

/**
 * The result of `work`, or undefined if it isn't there in time. If clicks overload the process, it answers later instead of promising a later answer:
 * keeping a thousand promises would double the work.
 */
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  const before = performance.eventLoopUtilization();
  const found = await withTimeLimit(work, limitMs);
  if (found !== undefined || performance.eventLoopUtilization(before).utilization < busy) return found;
  return withTimeLimit(work, latestAnswerMs - limitMs);
}

const lookAgainMs = 1_000;
const maxRecent = 1_000;

/** Whether this key was asked about a moment ago. */
function createRecent(clock: Clock): (key: string) => boolean {
  const askedAt = new Map<string, number>();
  return (key) => {
    const now = clock.elapsed();
    if (now - (askedAt.get(key) ?? -Infinity) < lookAgainMs) return true;
    keepRecent(askedAt, key, now, maxRecent);
    return false;
  };
}

/** Answers to clicks. Always HTTP 200; with any other status, Teams shows "Unable to reach app" to the person. */

const messageType = 'application/vnd.microsoft.activity.message';
const searchType = 'application/vnd.microsoft.search.searchResponse';

/** A short sentence next to the card, which stays. */
const sentenceAnswer = (sentence: string): InvokeResponse => invokeResult(messageType, stripMarkdown(sentence));

const invokeResult = (type: string, value: unknown) => ({ status: 200, body: { statusCode: 200, type, value } });

/** The card that replaces the clicked one for the person who clicked, or a sentence. */
async function replyAnswer(reply: Reply, roster: Roster, placeId: string): Promise<InvokeResponse> {
  if ('nothing' in reply) return sentenceAnswer('Done.');
  if (!('card' in reply)) return sentenceAnswer(wordsOf(reply));
  const value = await drawCard(reply, roster, placeId);
  const answer = invokeResult(adaptiveCardType, value);
  if (weightBytes(answer.body) <= cardLimitBytes) return answer;
  const words = textForm(reply);
  return sentenceAnswer('text' in words ? words.text : reply.data.summary);
}

/**
 * The sentence in the form that Teams expects for this invoke, so that it appears where the person clicked. Invokes that show nothing, and unknown
 * ones, get an empty success, because Teams would show "Unable to reach app" for another status.
 */
export function invokeAnswer(name: string | undefined, sentence: string): InvokeResponse {
  const value = stripMarkdown(sentence);
  const [area = '', kind = ''] = (name ?? '').split('/');
  if (name === 'adaptiveCard/action') return sentenceAnswer(sentence);
  if (name === 'task/fetch') return { status: 200, body: sayInNewDialog(sentence) };
  if (area === 'task' || (area === 'composeExtension' && /^(fetchTask|submitAction)$/.test(kind)))
    return { status: 200, body: sayInDialog(sentence) };
  if (area === 'composeExtension') return { status: 200, body: { composeExtension: { type: 'message', text: value } } };
  if (area === 'config') return { status: 200, body: { responseType: 'config', config: { type: 'message', value } } };
  if (name === 'application/search') return invokeResult(searchType, { results: [] });
  return { status: 200, body: {} };
}

/** For a reply that can't be drawn: whatever was clicked has happened by then. */
export function describeLostAnswer({ trigger, reference }: Turn): string {
  const what =
    trigger === 'automatic'
      ? 'I can’t refresh this card.'
      : 'I can’t show the result. Check whether your click worked before you click again.';
  return `${what} Give a Gavel admin this reference: ${reference}.`;
}

/** The text of a reply without a card, in Markdown and with the names of the people it mentions. */
export function wordsOf(reply: Reply): string {
  if ('notice' in reply) return reply.notice;
  if (!('text' in reply)) return '';
  return reply.text.replace(/@\[(\d+)\]/g, (whole, index) => reply.mentions?.[Number(index)]?.name ?? whole);
}
