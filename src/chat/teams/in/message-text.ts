import type { Activity } from 'botbuilder';
import { cleanText } from '../../../core/text';
import type { Mention } from '../../contract';
import { unknownToken } from '../../contract/turn';
import type { Roster } from '../directory/roster';
import { decodeEntities } from '../../language';

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

/** Where in a text its mentions stand, whatever their entities look like. Pure, and linear in the text. */

/** One entity of a mention, as far as it says anything. */
interface MentionEntity {
  readonly id: string;
  /** `<at>Gavel</at>` as it was sent; some clients leave it out or encode it otherwise. */
  readonly shown: string;
  readonly name: string;
  readonly isPerson: boolean;
}

interface MentionPlace {
  readonly from: number;
  readonly to: number;
  readonly id: string;
  readonly words: string;
  readonly isPerson: boolean;
}

interface Marked {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

/** More than a message can hold. */
const maxMentions = 300;

function mentionsIn(entities: unknown): MentionEntity[] {
  const found = (Array.isArray(entities) ? entities : []) as unknown[];
  return found.flatMap((entity) => {
    const { type, text, mentioned } = fieldsOf(entity);
    const { id, name, type: kind } = fieldsOf(mentioned);
    if (type !== 'mention' || typeof id !== 'string' || id === '') return [];
    return [{ id, shown: wordOf(text), name: wordOf(name), isPerson: isPersonId(id, kind) }];
  });
}

const fieldsOf = (value: unknown): Readonly<Record<'type' | 'text' | 'mentioned' | 'id' | 'name', unknown>> =>
  (typeof value === 'object' && value !== null ? value : {}) as ReturnType<typeof fieldsOf>;
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Teams' ids of people towards a bot begin so; `28:` is an app, `19:` a channel, a tag has neither. */
function isPersonId(id: string, type: unknown): boolean {
  return /^(29|8):./.test(id) && (type === undefined || type === 'person' || type === 'user');
}

/**
 * Each mention with its place, in the order of the text. Who is meant comes from an entity alone; its text and its name only say where it stands. The
 * bot's own name in mention tags is the bot, also where a client sent fewer entities than tags.
 */
function placesOf(
  text: string,
  all: readonly MentionEntity[],
  bot: unknown,
  botName: string | undefined,
): MentionPlace[] {
  const mentions = all.filter(({ id }, index) => index < maxMentions || id === bot);
  const marked = markedIn(text);
  const waiting = new Map<string, Marked[]>();
  for (const each of marked) {
    const same = waiting.get(each.words);
    if (same) same.push(each);
    else waiting.set(each.words, [each]);
  }
  const used = new Set<Marked>();
  const places: MentionPlace[] = [];
  const unplaced: MentionEntity[] = [];
  let behind = 0;
  for (const mention of mentions) {
    const names = [wordsOf(mention.shown), wordsOf(mention.name)].filter((words) => words !== '');
    const found = names.map((words) => waiting.get(words)?.[0]).find((each) => each !== undefined);
    if (found) {
      waiting.get(found.words)?.shift();
      used.add(found);
      places.push(placeOf(found, mention));
      continue;
    }
    const from = mention.shown === '' || mention.shown.startsWith('<at') ? -1 : text.indexOf(mention.shown, behind);
    if (from === -1) unplaced.push(mention);
    else {
      behind = from + mention.shown.length;
      places.push(placeOf({ from, to: behind, words: wordsOf(mention.shown) }, mention));
    }
  }
  const names = new Set(
    [botName, ...mentions.filter(({ id }) => id === bot).map(({ name }) => name)].map((name) => wordsOf(name ?? '')),
  );
  const free = marked.filter((each) => !used.has(each));
  const others = free.filter(({ words }) => !names.has(words));
  const ownAgain = free.filter(({ words }) => words !== '' && names.has(words));
  if (typeof bot === 'string') places.push(...ownAgain.map((each) => ({ ...each, id: bot, isPerson: false })));
  const [last, more] = others;
  const [mention, further] = unplaced;
  // One tag and one entity are left: they belong together, whatever they are called.
  if (last && mention && !more && !further) places.push(placeOf(last, mention));
  return withoutOverlap(places);
}

const placeOf = ({ from, to, words }: Marked, { id, isPerson }: MentionEntity): MentionPlace => ({
  from,
  to,
  id,
  words,
  isPerson,
});

function withoutOverlap(places: readonly MentionPlace[]): MentionPlace[] {
  const kept: MentionPlace[] = [];
  for (const place of [...places].sort((a, b) => a.from - b.from))
    if (place.from >= (kept.at(-1)?.to ?? 0)) kept.push(place);
  return kept;
}

/** Everything between mention tags. */
function markedIn(text: string): Marked[] {
  const found: Marked[] = [];
  let open: { from: number; inside: number } | undefined;
  for (const tag of text.matchAll(/<(\/?)at(?:\s[^<>]*)?>/gi)) {
    const end = tag.index + tag[0].length;
    if (tag[1] === '') open ??= { from: tag.index, inside: end };
    else if (open) {
      found.push({ from: open.from, to: end, words: wordsOf(text.slice(open.inside, tag.index)) });
      open = undefined;
    }
  }
  return found;
}

/** As it is read: without tags, entities and odd spaces. */
function wordsOf(shown: string): string {
  return decodeEntities(shown.replace(/<[^<>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}
