import type { InvokeResponse } from 'botbuilder';
import { cardLimitBytes, weightBytes } from '../../core/card';
import type { Reply } from '../contract';
import { textForm } from '../sender';
import { adaptiveCardType, drawCard, plainWords } from './render';
import type { Roster } from './roster';

/** Answers to clicks. Always HTTP 200; with another status Teams shows "Unable to reach app" to the person. */

const messageType = 'application/vnd.microsoft.activity.message';

/** A short sentence beside the card, which stays. */
export function sentenceAnswer(sentence: string): InvokeResponse {
  return { status: 200, body: { statusCode: 200, type: messageType, value: plainWords(sentence) } };
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

/** Task modules are not used by any card yet offered; whoever asks for one gets a sentence. */
export function taskAnswer(sentence: string): InvokeResponse {
  return { status: 200, body: { task: { type: 'message', value: sentence } } };
}

function withNames({ text, mentions = [] }: Extract<Reply, { text: string }>): string {
  return text.replace(/@\[(\d+)\]/g, (whole, index) => mentions[Number(index)]?.name ?? whole);
}
