import type { TurnContext } from 'botbuilder';
import { idFrom } from '../../../core/keys';
import { maskSecrets } from '../../../core/text/secrets';
import { dialogTurn } from '../../contract';
import type { Person, Turn } from '../../contract';
import { editNotices } from '../../inbox';
import type { HandledLine } from '../../inbox';
import { withNames } from '../../contract/turn';
import { normalizeText } from '../../language';
import type { TeamsBotOptions, TurnOf } from '../bot';
import type { Replies } from '../out/sender';
import { textForBot, resolveMentions } from './message-text';
import type { MessageText } from './message-text';

type MessageHandlerOptions = Pick<
  TeamsBotOptions,
  'connection' | 'router' | 'dialogs' | 'inbox' | 'warnAboutSecret'
> & { readonly replies: Replies; readonly turnOf: TurnOf };

const typingAfterMs = 500;
/** Nothing has come of a line that ended so. */
const openEnds: ReadonlySet<string> = new Set(['not understood', 'refused', 'asked back']);
const lineMark = (text: string): string => idFrom('line', normalizeText(text));

/** Typed messages: once each, to the open dialog or to the router. */
export function createMessageHandler(options: MessageHandlerOptions) {
  const { router, dialogs, inbox, replies, turnOf, connection, warnAboutSecret } = options;
  const { logger } = connection.options;

  /** Whether the open dialog heard it. Other commands run while the dialog waits. */
  async function answeredByDialog(context: TurnContext, turn: Turn, text: string): Promise<boolean> {
    if (turn.place.kind !== 'personal' || !(await dialogs.isOpen(turn.person.id))) return false;
    const said = normalizeText(text).toLowerCase();
    const leaves = /^(cancel|stop|quit|exit|leave)$/.test(said);
    const forDialog = leaves || /^(help|\?)$/.test(said) || !router.understands(text);
    if (!forDialog && !(await dialogs.takes(turn.person.id, said))) return false;
    const masked = maskSecrets(withNames(turn, text));
    warnAboutSecret?.(turn, masked.kinds);
    context.activity.text = masked.text;
    context.turnState.set(dialogTurn, turn);
    const heard = await dialogs.continue(context, turn.person.id);
    if (!leaves || !(await dialogs.isOpen(turn.person.id))) return heard;
    await dialogs.cancel(turn.person.id);
    await replies.post(turn, { notice: 'I stopped asking. Nothing else was changed.' });
    return true;
  }

  async function answer(context: TurnContext, heard: Turn, said: MessageText, isEdit = false): Promise<HandledLine> {
    let open = false;
    const typing = setTimeout(() => {
      connection.sender
        .typing(heard.place.id, heard.thread)
        .catch((error: unknown) => logger.debug({ error }, 'Typing could not be shown'));
    }, typingAfterMs);
    try {
      const { text, mentions } = await resolveMentions(said, heard.place.id, connection.roster);
      const turn = { ...heard, mentions };
      if (isEdit || !(await answeredByDialog(context, turn, text)))
        await replies.post(turn, await router.handleText(turn, text, (outcome) => (open = openEnds.has(outcome))));
      return { personId: turn.person.id, line: lineMark(said.text), open };
    } finally {
      clearTimeout(typing);
    }
  }

  return {
    async onMessage(context: TurnContext, person: Person): Promise<void> {
      const turn = await turnOf(context.activity, person, 'typed');
      const heard = textForBot(context.activity);
      if (turn.place.kind !== 'personal' && !heard.mentioned) return;
      const { id } = context.activity;
      if (!id) return void (await answer(context, turn, heard));
      if (!(await inbox.once(turn.place.id, id, () => answer(context, turn, heard))))
        logger.info({ correlationId: turn.correlationId }, 'A message was delivered again and is not answered twice');
    },
    /** A message that its writer has changed. What came of it before stays; where nothing did, it is answered as it now is. */
    async onEdit(context: TurnContext, person: Person): Promise<void> {
      const turn = await turnOf(context.activity, person, 'typed');
      const heard = textForBot(context.activity);
      const { id } = context.activity;
      if (!id || (turn.place.kind !== 'personal' && !heard.mentioned)) return;
      const line = lineMark(heard.text);
      const verdict = await inbox.judgeEdit(turn.place.id, id, turn.person.id, line);
      if (verdict === 'nothing') return;
      // Another turn than the first one: what that has left behind is not taken for its own.
      const correlationId = idFrom('activity', turn.place.id, id, line);
      const anew = { ...turn, correlationId, reference: correlationId.slice(0, 8) };
      await inbox.once(turn.place.id, `${id} ${line}`, async () => {
        if (verdict === 'answer') await answer(context, anew, heard, true);
        else await replies.post(anew, { notice: editNotices[verdict] });
      });
    },
  };
}
