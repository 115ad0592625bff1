import type { Activity, ConversationAccount } from 'botbuilder';
import { UserError } from '../../core/errors';
import { idFrom, newId } from '../../core/ids';
import { dialogTurn } from '../contract';
import type { Person, Place, Turn } from '../contract';
import type { Dialogs } from '../inbox/dialogs';
import { SendError } from '../sender';
import type { TeamsConnection } from './connection';
import type { TeamsAdapter } from './in/adapter';
import { threadOf } from './in/inbound';

/** Makes the turn of an activity: what a feature knows of it, and nothing of Teams. */
type TurnOf = (activity: Activity, person: Person, trigger: Turn['trigger']) => Promise<Turn>;

export function createTurnMaker({
  connection,
  dialogs,
  adapter,
}: {
  readonly connection: TeamsConnection;
  readonly dialogs: Dialogs;
  readonly adapter: TeamsAdapter;
}): TurnOf {
  const { clock } = connection.options;

  async function beginPrivately(turn: Turn, dialogId: string): Promise<void> {
    const { person } = turn;
    const { conversationId, person: known } = await connection.sender.personalChat(person.id).catch(unreachable);
    const reference = {
      channelId: 'msteams',
      serviceUrl: known.serviceUrl,
      bot: { id: known.botId, name: 'Gavel' },
      user: { id: known.teamsId, name: known.name },
      conversation: {
        id: conversationId,
        isGroup: false,
        conversationType: 'personal',
        tenantId: known.tenantId,
        // Teams names no chat of two, and neither does this.
      } as ConversationAccount,
    };
    const place = { id: conversationId, kind: 'personal', name: 'personal chat' } as const;
    await adapter.continueIn(reference, (context) => {
      context.turnState.set(dialogTurn, { ...turn, place, thread: undefined });
      return dialogs.begin(context, person.id, dialogId);
    });
  }

  return async (activity, person, trigger) => {
    const place = await connection.channelNames.placeOf(activity);
    // The same delivery twice is one turn in the log and in the audit.
    const correlationId = activity.id ? idFrom('activity', place.id, activity.id) : newId();
    const turn: Turn = {
      correlationId,
      // What stands on cards leads to the same lines of the log.
      reference: correlationId.slice(0, 8),
      receivedAt: clock.now(),
      person,
      place,
      thread: threadIn(place, activity),
      trigger,
      begin: (dialogId) => beginPrivately(turn, dialogId),
    };
    return turn;
  };
}

/** The thread it was said in. Where a chat of several has threads its id names them; in a channel each message begins one. */
function threadIn({ kind }: Place, activity: Activity): string | undefined {
  if (kind === 'personal') return undefined;
  const named = threadOf(activity.conversation.id);
  return kind === 'channel' ? (named ?? ownThread(activity)) : named;
}

/** A message that begins a thread is its root. */
function ownThread({ type, id, value }: Activity): string | undefined {
  return (type === 'message' || type === 'messageUpdate') && value === undefined ? id : undefined;
}

function unreachable(error: unknown): never {
  if (!(error instanceof SendError) || error.kind !== 'gone') throw error;
  throw new UserError('I can’t write to you personally yet. Open a chat with me, say hello there, and try again.');
}
