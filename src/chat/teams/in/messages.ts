import type { Activity, TurnContext } from 'botbuilder';
import { idFrom } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import { maskSecrets } from '../../../core/text/secrets';
import { dialogTurn } from '../../contract';
import type { Mention, Person, Turn } from '../../contract';
import { unknownToken, withNames } from '../../contract/turn';
import { editNotices } from '../../inbox';
import type { HandledLine } from '../../inbox';
import { decodeEntities, normalizeText } from '../../language';
import type { TeamsBotOptions, TurnOf } from '../bot';
import type { Roster } from '../directory/roster';
import type { Replies } from '../out/replies';
import { mentionsIn } from './inbound';
import type { MentionEntity } from './inbound';

type MessageHandlerOptions = Pick<
  TeamsBotOptions,
  'connection' | 'router' | 'dialogs' | 'inbox' | 'warnAboutSecret'
> & { readonly replies: Replies; readonly turnOf: TurnOf };

const typingAfterMs = 500;
/** Outcomes after which nothing has happened. */
const openEnds: ReadonlySet<string> = new Set(['not understood', 'refused', 'asked back']);
const lineMark = (text: string): string => idFrom('line', normalizeText(text));

/** Typed messages: each goes once to the open dialog or to the router. */
export function createMessageHandler(options: MessageHandlerOptions) {
  const { router, dialogs, inbox, replies, turnOf, connection, warnAboutSecret } = options;
  const { logger } = connection.options;

  /** Whether the open dialog took it. Other commands run while the dialog waits. */
  async function answeredByDialog(context: TurnContext, turn: Turn, text: string): Promise<boolean> {
    if (turn.place.kind !== 'personal' || !(await dialogs.isOpen(turn.person.id))) return false;
    const said = normalizeText(text).toLowerCase();
    const leaves = /^(cancel|stop|quit|exit|leave)$/.test(said);
    const forDialog = leaves || /^(help|\?)$/.test(said) || router.commandFor(text) === undefined;
    if (!forDialog && !(await dialogs.takes(turn.person.id, said))) return false;
    const masked = maskSecrets(withNames(turn, text));
    warnAboutSecret?.(turn, masked.kinds);
    context.activity.text = masked.text;
    context.turnState.set(dialogTurn, turn);
    const heard = await dialogs.continue(context, turn.person.id);
    if (!leaves || !(await dialogs.isOpen(turn.person.id))) return heard;
    await dialogs.cancel(turn.person.id);
    await replies.post(turn, { notice: 'OK, I’ll stop asking.' });
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
    /** An edited message. If Gavel did something because of the earlier text, that stays; if it did nothing, the edited text is answered. */
    async onEdit(context: TurnContext, person: Person): Promise<void> {
      const turn = await turnOf(context.activity, person, 'typed');
      const heard = textForBot(context.activity);
      const { id } = context.activity;
      if (!id || (turn.place.kind !== 'personal' && !heard.mentioned)) return;
      const line = lineMark(heard.text);
      const verdict = await inbox.judgeEdit(turn.place.id, id, turn.person.id, line);
      if (verdict === 'nothing') return;
      // A different turn from the first one, so that the first one's records aren't taken for its own.
      const correlationId = idFrom('activity', turn.place.id, id, line);
      const anew = { ...turn, correlationId, reference: correlationId.slice(0, 8) };
      await inbox.once(turn.place.id, `${id} ${line}`, async () => {
        if (verdict === 'answer') await answer(context, anew, heard, true);
        else await replies.post(anew, { notice: editNotices[verdict] });
      });
    },
  };
}

/** The typed text with its mentions. Only a mention's entity says who is meant, never its text, because tags and channels look like people. */

interface MessageText {
  /** Without the bot's mentions, and with a mark in place of each other mention. */
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
  /** Tags, channels, teams and apps can be mentioned, too. */
  readonly isPerson: boolean;
}

/** How many mentions are resolved in one message; others are marked but not looked up. */
const maxResolved = 20;

export function textForBot(activity: Activity): MessageText {
  const bot: unknown = activity.recipient?.id;
  const typed = typeof activity.text === 'string' ? activity.text : '';
  const mentions = mentionsIn(activity);
  const mentioned = bot !== undefined && mentions.some(({ id }) => id === bot);
  const named: NamedMention[] = [];
  let text = '';
  let end = 0;
  for (const { from, to, id, words, isPerson } of joinPieces(
    typed,
    placesOf(typed, mentions, bot, activity.recipient?.name ?? ''),
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

/** Tags of mentions that no entity explains, and the mark that Teams puts in place of a quoted message. */
const tags = /<\/?at(?:\s[^<>]*)?>|<\/?quoted(?:\s[^<>]*)?>/gi;

/** Typed text is never a mark, whatever it looks like. */
const wordsBetween = (typed: string): string => typed.replace(tags, '').replace(/@\[(?=\d+\])/g, '@ [');

/** A name can arrive in pieces, one mention for each word. */
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

/** Who is meant, according to the conversation's roster, and the line with ids in place of the marks. */
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
      // If Teams can't say who somebody is now, they count as unknown: Gavel doesn't guess.
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

/** Where in a text its mentions are, whatever their entities look like. Pure, and linear in the text. */

interface Marked {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

interface MentionPlace extends Marked, Pick<MentionEntity, 'id' | 'isPerson'> {}

/** More than a message can contain. */
const maxMentions = 300;

/**
 * Each mention with its position, in the order of the text. Only an entity says who is meant; its text and name only say where it is. The bot's own name in
 * mention tags is the bot, even if a client sent fewer entities than tags.
 */
function placesOf(text: string, all: readonly MentionEntity[], bot: unknown, botName: string): MentionPlace[] {
  const mentions = all.filter(({ id }, index) => index < maxMentions || id === bot);
  const marked = markedIn(text);
  const waiting = new Map<string, Marked[]>();
  for (const each of marked) {
    const same = waiting.get(each.words) ?? [];
    waiting.set(each.words, same);
    same.push(each);
  }
  const used = new Set<Marked>();
  const places: MentionPlace[] = [];
  const unplaced: MentionEntity[] = [];
  let behind = 0;
  for (const mention of mentions) {
    const { id, isPerson, shown, name } = mention;
    const names = [wordsOf(shown), wordsOf(name)].filter((words) => words !== '');
    const found = names.map((words) => waiting.get(words)?.[0]).find((each) => each !== undefined);
    const from = found || shown === '' || shown.startsWith('<at') ? -1 : text.indexOf(shown, behind);
    if (found) {
      waiting.get(found.words)?.shift();
      used.add(found);
      places.push({ ...found, id, isPerson });
    } else if (from === -1) unplaced.push(mention);
    else {
      behind = from + shown.length;
      places.push({ from, to: behind, words: wordsOf(shown), id, isPerson });
    }
  }
  const ownMentions = mentions.filter(({ id }) => id === bot);
  const ownNames = new Set([botName, ...ownMentions.map(({ name }) => name)].map(wordsOf));
  const free = marked.filter((each) => !used.has(each));
  if (typeof bot === 'string')
    for (const each of free)
      if (each.words !== '' && ownNames.has(each.words)) places.push({ ...each, id: bot, isPerson: false });
  const [last, more] = free.filter(({ words }) => !ownNames.has(words));
  const [mention, further] = unplaced;
  // Only one tag and one entity are left, so they belong together, whatever their names are.
  if (last && mention && !more && !further) places.push({ ...last, id: mention.id, isPerson: mention.isPerson });
  return withoutOverlap(places);
}

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

/** As people read it: without tags, entities and unusual spaces. */
function wordsOf(shown: string): string {
  return decodeEntities(shown.replace(/<[^<>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}
