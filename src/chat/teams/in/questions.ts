import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Activity, InvokeResponse } from 'botbuilder';
import { cardLimitBytes, weightBytes } from '../../../core/card';
import { withTimeLimit } from '../../../core/concurrency';
import { idFrom, newId } from '../../../core/keys';
import { contentOf } from '../../contract';
import type { CardContent, Person, Reply, Turn } from '../../contract';
import { textForm } from '../../sender';
import type { Later, TeamsBotOptions, TurnOf } from '../bot';
import type { Roster } from '../directory/roster';
import { drawCard } from '../out/sender';
import type { Replies } from '../out/replies';
import { describeLostAnswer, latestAnswerMs, wordsOf } from './clicks';
import { dialogResponse, forDialog, orderIn, sayInDialog, sayInNewDialog, showInDialog } from './dialog-answers';
import type { DialogAnswer, DialogOrder } from './dialog-answers';

/**
 * Questions before something is done. `task/fetch` opens the dialog, and `task/submit` is a click in it: the same checks as for any other click,
 * answered with a sentence, another card, or the end of the dialog. A client without dialogs sends a message instead, and the person gets the
 * question as a card.
 */

type QuestionsOptions = Pick<TeamsBotOptions, 'connection' | 'router' | 'inbox' | 'outbox' | 'answerWithinMs'> & {
  readonly replies: Replies;
  readonly turnOf: TurnOf;
  readonly later: Later;
};

const unreadable = 'This button sent something I can’t read. Nothing was done. Run the command again for a new card.';
const tooLate = 'That took too long. Nothing was done. Close this dialog and try again in a moment.';
const stillWorking = 'Still working on it. I’ll send you the result.';
const unknownEnd =
  'You already answered this, and I can’t tell whether it worked. Check the result before you try again.';

const describeLostForm = ({ reference }: Turn): string =>
  `I can’t show this dialog. Give a Gavel admin this reference: ${reference}.`;

export function createQuestions(options: QuestionsOptions) {
  const { connection, router, inbox, outbox, replies, turnOf, later, answerWithinMs } = options;
  const { roster } = connection;
  const { logger } = connection.options;
  // A dialog shows that it is waiting, so it gets more time than a card before Gavel promises a later answer.
  const patienceMs = Math.min(latestAnswerMs, (answerWithinMs ?? latestAnswerMs) * 4);

  /** Whether the clicked message shows the current state, so that the dialog can close. */
  async function isShownBelow({ replyToId }: Activity, turn: Turn, reply: Reply): Promise<boolean> {
    if (reply.about === undefined || replyToId === undefined) return false;
    return outbox.keepsCurrent({ placeId: turn.place.id, activityId: replyToId }, reply.about);
  }

  async function answerTo(activity: Activity, turn: Turn, reply: Reply): Promise<DialogAnswer> {
    if ('nothing' in reply) return {};
    if (!('card' in reply)) return sayInDialog(wordsOf(reply));
    if (await isShownBelow(activity, turn, reply)) return {};
    return drawIn(roster, turn, reply);
  }

  function failed({ correlationId }: Turn, error: unknown, words: string): string {
    logger.error({ error, correlationId }, 'A dialog could not be drawn');
    return words;
  }

  async function open(turn: Turn, { verb, input }: DialogOrder): Promise<DialogAnswer> {
    const reply = await withTimeLimit(router.handleQuestion(turn, verb, input), patienceMs);
    if (!reply) return sayInNewDialog(tooLate);
    if ('card' in reply)
      return drawIn(roster, turn, reply).catch((error) => sayInNewDialog(failed(turn, error, describeLostForm(turn))));
    return sayInNewDialog(wordsOf(reply));
  }

  /** Once for all deliveries of one answer: identified by its form if it has one, because Teams also repeats itself under another id. */
  async function submit(activity: Activity, turn: Turn, order: DialogOrder): Promise<DialogAnswer> {
    const { verb, input, form = activity.id ?? newId() } = order;
    const key = `dialog ${turn.person.id} ${form} ${idFrom('answer', verb, JSON.stringify(input))}`;
    let reply: Reply | undefined;
    const work = inbox.answerOnce(turn.place.id, key, async () => {
      reply = await router.handleAction(turn, verb, input);
      return answerTo(activity, turn, reply).catch((error) =>
        sayInDialog(failed(turn, error, describeLostAnswer(turn))),
      );
    });
    const inTime = await withTimeLimit(
      work.then((answer) => answer ?? sayInDialog(unknownEnd)),
      patienceMs,
    );
    if (inTime) return inTime;
    const afterwards = work.then(async () => {
      if (reply && !(await isShownBelow(activity, turn, reply))) await replies.postLate(turn, reply, undefined);
    });
    later(afterwards, 'late answer in a dialog');
    return sayInDialog(stillWorking);
  }

  function reportSeen({ replyToId }: Activity, turn: Turn): void {
    if (replyToId)
      later(
        nextTurn().then(() => outbox.reportSeen(turn.place.id, replyToId)),
        'look at a message',
      );
  }

  return {
    async onInvoke(activity: Activity, person: Person): Promise<InvokeResponse> {
      const isNew = activity.name === 'task/fetch';
      const order = orderIn((activity.value as { data?: unknown } | null | undefined)?.data);
      if (!order) return dialogResponse(isNew ? sayInNewDialog(unreadable) : sayInDialog(unreadable));
      const turn = await turnOf(activity, person, 'clicked');
      reportSeen(activity, turn);
      // Teams on iOS sends `task/submit` for a button that opens a dialog: https://github.com/MicrosoftDocs/msteams-docs/issues/3499
      if (isNew || order.opens) return dialogResponse(await open(turn, order));
      if (order.verb === 'chat.leave') return dialogResponse({});
      return dialogResponse(await submit(activity, turn, order));
    },
    /** A client without dialogs: the person who clicked gets the question as a card. */
    async onMessage(activity: Activity, person: Person, { verb, input }: DialogOrder): Promise<void> {
      const turn = await turnOf(activity, person, 'clicked');
      const ask = async (): Promise<void> => {
        const reply = await router.handleQuestion(turn, verb, input);
        if (contentOf(reply)) await replies.postLate(turn, reply, undefined);
      };
      if (activity.id) await inbox.once(turn.place.id, activity.id, ask);
      else await ask();
      reportSeen(activity, turn);
    },
  };
}

/** A card in the dialog that is open or opening. */
async function drawIn(roster: Roster, { place }: Turn, { card, data }: CardContent): Promise<DialogAnswer> {
  // The dialog's title is its heading.
  const isQuestion = card === 'chat/dialog';
  const content = isQuestion ? { card, data: { ...data, heading: '' } } : { card, data };
  const form = isQuestion && data.form !== '' ? data.form : newId();
  const drawn = forDialog(await drawCard(content as CardContent, roster, place.id), form);
  const answer = showInDialog(isQuestion ? data.title : 'Gavel', drawn);
  if (weightBytes(answer) <= cardLimitBytes) return answer;
  return sayInNewDialog(wordsOf(textForm({ card, data } as CardContent)));
}
