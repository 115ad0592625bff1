import type { TurnContext } from 'botbuilder';
import type { Dialog, DialogContext, DialogTurnResult } from 'botbuilder-dialogs';
import { dialogTurn } from '../../chat/contract';
import type { CardContent, ChatDialog, DialogLibrary, Door, Turn } from '../../chat/contract';
import { renderCard } from '../../core/card';
import { guideAlso } from './acts';
import { isAnswer } from './answers';
import type { Desk } from './desk';

/** The guide through the first minutes, in private. It keeps nothing itself: where it stands is in the record, so that it can be left for days. */

export const guideDialogId = 'onboarding.guide';

export function createGuideDialog(desk: Desk): ChatDialog & Pick<Door<string>, 'operation' | 'also'> {
  return {
    id: guideDialogId,
    operation: 'settings',
    also: guideAlso,
    // Words that are commands elsewhere and answers here.
    takes: isAnswer,
    make: (library) => makeDialog(library, desk),
  };
}

function makeDialog(library: DialogLibrary, desk: Desk): Dialog {
  const { EndOfTurn } = library.Dialog;

  return new (class extends library.Dialog {
    async beginDialog(dialog: DialogContext): Promise<DialogTurnResult> {
      await this.repromptDialog(dialog.context);
      return EndOfTurn;
    }

    override async continueDialog(dialog: DialogContext): Promise<DialogTurnResult> {
      const { context } = dialog;
      const { card, text, over } = await desk.hear(turnOf(context), context.activity.text ?? '');
      if (text !== undefined)
        await context.sendActivity({ type: 'message', text, textFormat: 'markdown', summary: text });
      if (card) await send(context, card);
      return over ? dialog.endDialog() : EndOfTurn;
    }

    override async repromptDialog(context: TurnContext): Promise<void> {
      await send(context, await desk.show(turnOf(context)));
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
