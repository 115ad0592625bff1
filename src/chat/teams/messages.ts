import type { TurnContext } from 'botbuilder';
import { dialogTurn } from '../contract';
import type { Turn } from '../contract';
import type { Dialogs } from '../dialogs';
import type { Inbox } from '../inbox';
import { withNames } from '../mentions';
import type { Router } from '../router';
import { normaliseText } from '../tokens';
import type { TeamsConnection } from './connection';
import type { Replies } from './replies';
import { saidToBot, withPeople } from './said';
import type { Said } from './said';

/** Typed messages: once each, to the open dialog or to the router. */
export interface Messages {
  said(context: TurnContext, turn: Turn): Promise<void>;
}

export interface MessagesOptions {
  readonly router: Router;
  readonly dialogs: Dialogs;
  readonly inbox: Inbox;
  readonly replies: Replies;
  readonly connection: TeamsConnection;
}

const typingAfterMs = 500;

export function createMessages({ router, dialogs, inbox, replies, connection }: MessagesOptions): Messages {
  const { logger } = connection.options;

  /** Whether the open dialog heard it. Other commands run while the dialog waits. */
  async function heardByDialog(context: TurnContext, turn: Turn, text: string): Promise<boolean> {
    if (turn.place.kind !== 'personal' || !(await dialogs.isOpen(turn.person.id))) return false;
    const said = normaliseText(text).toLowerCase();
    const leaves = /^(cancel|stop|quit|exit|leave)$/.test(said);
    const forDialog = leaves || /^(help|\?)$/.test(said) || !router.understands(text);
    if (!forDialog && !(await dialogs.takes(turn.person.id, said))) return false;
    context.activity.text = withNames(turn, text);
    context.turnState.set(dialogTurn, turn);
    const heard = await dialogs.continue(context, turn.person.id);
    if (!leaves || !(await dialogs.isOpen(turn.person.id))) return heard;
    await dialogs.cancel(turn.person.id);
    await replies.post(turn, { notice: 'I stopped asking. Nothing else was changed.' });
    return true;
  }

  async function answer(context: TurnContext, heard: Turn, said: Said): Promise<void> {
    const typing = setTimeout(() => {
      connection.sender
        .typing(heard.place.id, heard.thread)
        .catch((error: unknown) => logger.debug({ error }, 'Typing could not be shown'));
    }, typingAfterMs);
    try {
      const { text, mentions } = await withPeople(said, heard.place.id, connection.roster);
      const turn = { ...heard, mentions };
      if (await heardByDialog(context, turn, text)) return;
      await replies.post(turn, await router.handleText(turn, text));
    } finally {
      clearTimeout(typing);
    }
  }

  return {
    async said(context, turn) {
      const heard = saidToBot(context.activity);
      if (turn.place.kind !== 'personal' && !heard.mentioned) return;
      const { id } = context.activity;
      if (!id) return answer(context, turn, heard);
      if (!(await inbox.once(turn.place.id, id, () => answer(context, turn, heard))))
        logger.info({ correlationId: turn.correlationId }, 'A message was delivered again and is not answered twice');
    },
  };
}
