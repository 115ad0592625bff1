import type { Activity } from 'botbuilder';
import { cleanText } from '../../core/text';
import type { Mention } from '../contract';
import { unknownToken } from '../mentions';
import type { Roster } from './roster';

/** What was typed, with its mentions. Only the entity of a mention says who is meant: never its words, for tags and channels look like people. */

export interface Said {
  /** Without the mentions of the bot; a mark in place of each other mention. */
  readonly text: string;
  /** Whether the bot was mentioned. */
  readonly mentioned: boolean;
  readonly named: readonly NamedMention[];
}

/** One mention of somebody else, its pieces joined. */
export interface NamedMention {
  readonly mark: string;
  readonly teamsId: string;
  /** As it was shown. */
  readonly name: string;
  /** Tags, channels, teams and apps are mentioned too. */
  readonly isPerson: boolean;
}

interface MentionEntity {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly mentioned?: { readonly id?: unknown; readonly type?: unknown };
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly id: string;
  readonly words: string;
  readonly isPerson: boolean;
}

const mostMentions = 20;

export function saidToBot(activity: Activity): Said {
  const bot: unknown = activity.recipient?.id;
  const typed = typeof activity.text === 'string' ? activity.text : '';
  const entities = (Array.isArray(activity.entities) ? activity.entities : []) as MentionEntity[];
  const mentions = entities.filter((entity) => entity?.type === 'mention');
  const mentioned = bot !== undefined && mentions.some((entity) => entity.mentioned?.id === bot);
  const named: NamedMention[] = [];
  let text = '';
  let end = 0;
  for (const { from, to, id, words, isPerson } of joined(typed, piecesOf(typed, mentions))) {
    const mark = unknownToken(named.length);
    if (id !== bot) named.push({ mark, teamsId: id, name: cleanText(words, 80), isPerson });
    const before = unmarked(typed.slice(end, from));
    const lead = /(^|\s)$/.test(before) ? '' : ' ';
    const gap = /^([,;:.!?\s]|$)/.test(typed.slice(to)) ? '' : ' ';
    text += `${before}${id === bot ? ' ' : `${lead}${mark}${gap}`}`;
    end = to;
  }
  text += unmarked(typed.slice(end));
  return { text: text.replace(/<at(?:\s[^>]*)?>(.*?)<\/at>/gi, '$1').trim(), mentioned, named };
}

/** What somebody types is no mark, whatever it looks like. */
const unmarked = (typed: string): string => typed.replace(/@\[(?=\d+\])/g, '@ [');

/** Where in the text each mention stands: they come in the order of the text, and two people may be shown by the same words. */
function piecesOf(text: string, mentions: readonly MentionEntity[]): Piece[] {
  const pieces: Piece[] = [];
  let after = 0;
  for (const { text: shown, mentioned } of mentions.slice(0, mostMentions)) {
    const id = mentioned?.id;
    if (typeof shown !== 'string' || shown === '' || typeof id !== 'string') continue;
    const from = text.indexOf(shown, after);
    if (from === -1) continue;
    after = from + shown.length;
    const words = shown.replace(/<[^>]*>/g, '');
    pieces.push({ from, to: after, id, words, isPerson: isPersonId(id, mentioned?.type) });
  }
  return pieces;
}

/** A name may arrive in pieces, one mention for each word. */
function joined(text: string, pieces: readonly Piece[]): Piece[] {
  const whole: Piece[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    const between = last && text.slice(last.to, piece.from);
    if (last && last.id === piece.id && between !== undefined && /^(\s|&nbsp;|\u00A0)*$/.test(between))
      whole[whole.length - 1] = { ...last, to: piece.to, words: `${last.words}${between ? ' ' : ''}${piece.words}` };
    else whole.push(piece);
  }
  return whole;
}

/** Teams' ids of people towards a bot begin so; `28:` is an app, `19:` a channel, a tag has neither. */
function isPersonId(id: string, type: unknown): boolean {
  return /^(29|8):./.test(id) && (type === undefined || type === 'person' || type === 'user');
}

/** Who is meant, as the roster of the conversation says it, and the line with their ids in place of the marks. */
export async function withPeople(
  { text, named }: Said,
  placeId: string,
  roster: Pick<Roster, 'member'>,
): Promise<{ text: string; mentions: readonly Mention[] }> {
  const mentions = await Promise.all(
    named.map(async ({ mark, teamsId, name, isPerson }): Promise<Mention> => {
      if (!isPerson) return { token: mark, name, why: 'not a person' };
      // Whom Teams can not tell now is not known: nothing is done for a guess.
      const member = await roster.member(placeId, teamsId).catch(() => undefined);
      if (!member) return { token: mark, name, why: 'not found' };
      const shown = member.name || name;
      return { token: member.personId, name: shown, person: { id: member.personId, name: shown } };
    }),
  );
  const line = named.reduce(
    (words, { mark }, index) => words.replace(mark, () => mentions[index]?.token ?? mark),
    text,
  );
  return { text: line, mentions };
}
