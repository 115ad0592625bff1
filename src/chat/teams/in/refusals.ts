import type { Activity, InvokeResponse } from 'botbuilder';
import { keepRecent } from '../../../core/keys';
import { createSparingLog } from '../../../core/telemetry/logger';
import type { Later } from '../bot';
import type { TeamsConnection } from '../connection';
import { conversationPath } from '../out/connector-client';
import { invokeAnswer } from './clicks';
import { placeIdOf } from './inbound';
import type { NotServed } from './inbound';

const words: Readonly<Record<NotServed, string>> = {
  'no identity':
    'I can only work with people who are signed in with an account in this organization. Nothing was done.',
  'foreign tenant': 'I’m set up for another organization. Nothing was done. The people who run Gavel can allow yours.',
  guest:
    'You aren’t a member of this organization, so you need a role to use me. Nothing was done. A Gavel admin can grant you one.',
  unsure: 'I couldn’t find out whether you belong to this organization. Nothing was done. Try again in a moment.',
};

const saidAgainMs = 3_600_000;
const maxRemembered = 2_000;

/** Tells people who aren't served so, politely, and not after every message. */
export function createRefusals({ client, options }: Pick<TeamsConnection, 'client' | 'options'>, later: Later) {
  const { clock, logger } = options;
  const sparingly = createSparingLog(clock);
  const toldAt = new Map<string, number>();

  /** Somebody who may be a member after all is told for every line that it wasn't read. */
  function shouldAnswer({ conversation, from }: Activity, stranger: NotServed): boolean {
    if (stranger === 'unsure') return true;
    const key = `${stranger} ${placeIdOf(conversation.id)} ${from?.id ?? ''}`;
    const now = clock.elapsed();
    if (now - (toldAt.get(key) ?? -Infinity) < saidAgainMs) return false;
    keepRecent(toldAt, key, now, maxRemembered);
    return true;
  }

  /** Sends a text to where the activity came from, without storing the place. */
  async function answerDirectly({ serviceUrl, conversation, recipient }: Activity, text: string): Promise<void> {
    const answer = { type: 'message', text, summary: text, from: recipient, conversation };
    await client.call(serviceUrl, 'POST', conversationPath(conversation.id, 'activities'), answer);
  }

  return {
    answerDirectly,
    /** Every click is answered, because only the person who clicked sees that; lines only once in a while. Nothing is stored and nothing changes. */
    refuse(activity: Activity, stranger: NotServed): InvokeResponse | undefined {
      sparingly.say(stranger, (leftOut) => logger.warn({ stranger, leftOut }, 'Someone was turned away'));
      if (activity.type === 'invoke') return invokeAnswer(activity.name, words[stranger]);
      if (shouldAnswer(activity, stranger)) later(answerDirectly(activity, words[stranger]), 'refuse a stranger');
      return undefined;
    },
  };
}
