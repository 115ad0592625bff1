import type { TurnContext } from 'botbuilder';
import { Dialog } from 'botbuilder-dialogs';
import type { DialogContext, DialogTurnResult } from 'botbuilder-dialogs';
import { dialogTurn } from '../../chat/contract';
import type { CardContent, ChatDialog, Door, Turn } from '../../chat/contract';
import { renderCard } from '../../core/card';
import { guideAlso } from './acts';
import { isAnswer } from './answers';
import type { Desk } from './desk';

/** The guide through the first minutes, in private. It keeps nothing itself: where it stands is in the record, so that it can be left for days. */

export const guideDialogId = 'onboarding.guide';

export function createGuideDialog(
  desk: Desk,
): Dialog & Pick<Door<string>, 'operation' | 'also'> & Pick<ChatDialog, 'takes'> {
  return new GuideDialog(desk);
}

class GuideDialog extends Dialog {
  readonly operation = 'settings';
  readonly also = guideAlso;

  constructor(private readonly desk: Desk) {
    super(guideDialogId);
  }

  /** Words that are commands elsewhere and answers here. */
  takes(said: string): boolean {
    return isAnswer(said);
  }

  async beginDialog(dialog: DialogContext): Promise<DialogTurnResult> {
    await send(dialog.context, await this.desk.show(turnOf(dialog.context)));
    return Dialog.EndOfTurn;
  }

  override async continueDialog(dialog: DialogContext): Promise<DialogTurnResult> {
    const { context } = dialog;
    const { card, text, over } = await this.desk.hear(turnOf(context), context.activity.text ?? '');
    if (text !== undefined)
      await context.sendActivity({ type: 'message', text, textFormat: 'markdown', summary: text });
    if (card) await send(context, card);
    return over ? dialog.endDialog() : Dialog.EndOfTurn;
  }

  override async repromptDialog(context: TurnContext): Promise<void> {
    await send(context, await this.desk.show(turnOf(context)));
  }
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
