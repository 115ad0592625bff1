import type { InvokeResponse } from 'botbuilder';
import { cardLimitBytes, weightBytes } from '../../../core/card';
import type { Reply } from '../../contract';
import { textForm } from '../../sender';
import { adaptiveCardType, drawCard, stripMarkdown } from '../out/render';
import type { Roster } from '../directory/roster';

/** Answers to clicks. Always HTTP 200; with another status Teams shows "Unable to reach app" to the person. */

const messageType = 'application/vnd.microsoft.activity.message';

/** A short sentence beside the card, which stays. */
export function sentenceAnswer(sentence: string): InvokeResponse {
  return { status: 200, body: { statusCode: 200, type: messageType, value: stripMarkdown(sentence) } };
}

/** The card that replaces the clicked one for the clicker, or a sentence. */
export async function replyAnswer(reply: Reply, roster: Roster, placeId: string): Promise<InvokeResponse> {
  if ('notice' in reply) return sentenceAnswer(reply.notice);
  if ('nothing' in reply) return sentenceAnswer('Done.');
  if ('text' in reply) return sentenceAnswer(withNames(reply));
  const value = await drawCard(reply, roster, placeId);
  const body = { statusCode: 200, type: adaptiveCardType, value };
  if (weightBytes(body) <= cardLimitBytes) return { status: 200, body };
  const words = textForm(reply);
  return sentenceAnswer('text' in words ? words.text : reply.data.summary);
}

/**
 * The sentence in the form that Teams expects for this invoke, so that it can be shown where it was asked for. What shows nothing, and what
 * nobody knows, is answered by an empty success: another status would read "Unable to reach app".
 */
export function invokeAnswer(name: string | undefined, sentence: string): InvokeResponse {
  const value = stripMarkdown(sentence);
  const [area = '', kind = ''] = (name ?? '').split('/');
  if (name === 'adaptiveCard/action') return sentenceAnswer(sentence);
  if (area === 'task' || (area === 'composeExtension' && /^(fetchTask|submitAction)$/.test(kind)))
    return { status: 200, body: { task: { type: 'message', value } } };
  if (area === 'composeExtension') return { status: 200, body: { composeExtension: { type: 'message', text: value } } };
  if (area === 'config') return { status: 200, body: { responseType: 'config', config: { type: 'message', value } } };
  if (name === 'application/search')
    return {
      status: 200,
      body: { statusCode: 200, type: 'application/vnd.microsoft.search.searchResponse', value: { results: [] } },
    };
  return { status: 200, body: {} };
}

function withNames({ text, mentions = [] }: Extract<Reply, { text: string }>): string {
  return text.replace(/@\[(\d+)\]/g, (whole, index) => mentions[Number(index)]?.name ?? whole);
}
