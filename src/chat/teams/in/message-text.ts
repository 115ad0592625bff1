import type { Activity } from 'botbuilder';
import { cleanText } from '../../../core/text';
import type { Mention } from '../../contract';
import { unknownToken } from '../../mentions';
import { mentionsIn, placesOf } from './mention-places';
import type { MentionPlace } from './mention-places';
import type { Roster } from '../directory/roster';

/** What was typed, with its mentions. Only the entity of a mention says who is meant: never its words, for tags and channels look like people. */

export interface MessageText {
  /** Without the mentions of the bot; a mark in place of each other mention. */
  readonly text: string;
  /** Whether the bot was mentioned. */
  readonly mentioned: boolean;
  readonly named: readonly NamedMention[];
}

/** One mention of somebody else, its pieces joined. */
interface NamedMention {
  readonly mark: string;
  readonly teamsId: string;
  /** As it was shown. */
  readonly name: string;
  /** Tags, channels, teams and apps are mentioned too. */
  readonly isPerson: boolean;
}

/** Who a person can be resolved for in one message; more are marked and not asked about. */
const maxResolved = 20;

export function textForBot(activity: Activity): MessageText {
  const bot: unknown = activity.recipient?.id;
  const typed = typeof activity.text === 'string' ? activity.text : '';
  const mentions = mentionsIn(activity.entities);
  const mentioned = bot !== undefined && mentions.some(({ id }) => id === bot);
  const named: NamedMention[] = [];
  let text = '';
  let end = 0;
  for (const { from, to, id, words, isPerson } of joinPieces(
    typed,
    placesOf(typed, mentions, bot, activity.recipient?.name),
  )) {
    const mark = unknownToken(named.length);
    if (id !== bot) named.push({ mark, teamsId: id, name: cleanText(words, 80), isPerson });
    const before = wordsBetween(typed.slice(end, from));
    const lead = /(^|\s)$/.test(before) ? '' : ' ';
    const gap = /^([,;:.!?\s]|$)/.test(typed.slice(to, to + 1)) ? '' : ' ';
    text += `${before}${id === bot ? ' ' : `${lead}${mark}${gap}`}`;
    end = to;
  }
  text += wordsBetween(typed.slice(end));
  return { text: text.trim(), mentioned, named };
}

/** Tags of mentions that no entity explains, and the mark that Teams puts where another message is quoted. */
const tags = /<\/?at(?:\s[^<>]*)?>|<\/?quoted(?:\s[^<>]*)?>/gi;

/** What somebody types is no mark, whatever it looks like. */
const wordsBetween = (typed: string): string => typed.replace(tags, '').replace(/@\[(?=\d+\])/g, '@ [');

/** A name may arrive in pieces, one mention for each word. */
function joinPieces(text: string, pieces: readonly MentionPlace[]): MentionPlace[] {
  const whole: MentionPlace[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    const between = last && text.slice(last.to, piece.from);
    if (last && last.id === piece.id && between !== undefined && /^(\s|&nbsp;|\u00A0)*$/.test(between))
      whole[whole.length - 1] = { ...last, to: piece.to, words: `${last.words}${between ? ' ' : ''}${piece.words}` };
    else whole.push(piece);
  }
  return whole;
}

/** Who is meant, as the roster of the conversation says it, and the line with their ids in place of the marks. */
export async function resolveMentions(
  { text, named }: MessageText,
  placeId: string,
  roster: Pick<Roster, 'member'>,
): Promise<{ text: string; mentions: readonly Mention[] }> {
  const resolved = new Set(
    named
      .filter(({ isPerson }) => isPerson)
      .map(({ teamsId }) => teamsId)
      .slice(0, maxResolved),
  );
  const mentions = await Promise.all(
    named.map(async ({ mark, teamsId, name, isPerson }): Promise<Mention> => {
      if (!isPerson) return { token: mark, name, why: 'not a person' };
      if (!resolved.has(teamsId)) return { token: mark, name, why: 'too many' };
      // Whom Teams can't tell now is not known: nothing is done for a guess.
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
