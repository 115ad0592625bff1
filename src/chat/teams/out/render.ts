import { keepRecent } from '../../../core/keys';
import { renderCard } from '../../../core/card';
import type { CardJson } from '../../../core/card';
import { cleanText } from '../../../core/text';
import type { CardContent, Content, Person, TextContent } from '../../contract';
import type { Roster } from '../directory/roster';

/** From content to what Teams shows: one activity, with a summary, people by the ids Teams knows. */

export const adaptiveCardType = 'application/vnd.microsoft.card.adaptive';
const maxRefreshers = 60;

interface OutgoingActivity {
  readonly type: 'message';
  readonly summary: string;
  readonly text?: string;
  readonly textFormat?: 'markdown';
  readonly attachments?: readonly { readonly contentType: string; readonly content: CardJson }[];
  readonly entities?: readonly object[];
}

/** The activity for one message. */
export async function drawActivity(content: Content, roster: Roster, placeId: string): Promise<OutgoingActivity> {
  if ('text' in content) return drawText(content, roster);
  return {
    type: 'message',
    summary: content.data.summary.slice(0, 250),
    attachments: [{ contentType: adaptiveCardType, content: await drawCard(content, roster, placeId) }],
  };
}

/** The card alone, as an answer to a click. */
export async function drawCard(content: CardContent, roster: Roster, placeId: string): Promise<CardJson> {
  const drawn = fillOnce(content);
  const refresh = drawn['refresh'] as { userIds?: unknown } | undefined;
  if (!Array.isArray(refresh?.userIds)) return drawn;
  const personIds = refresh.userIds.filter((id): id is string => typeof id === 'string').slice(0, maxRefreshers);
  return { ...drawn, refresh: { ...refresh, userIds: await roster.teamsIds(personIds, placeId) } };
}

const filledCards = new WeakMap<CardContent['data'], { readonly card: string; readonly json: CardJson }>();
/** By what they say: help and greetings are the same for everybody who may do the same. The latest last. */
const filledLately = new Map<string, CardJson>();
const maxFilledLately = 50;

/** The same data is filled in once, however many people the card is shown to. */
function fillOnce({ card, data }: CardContent): CardJson {
  const known = filledCards.get(data);
  if (known?.card === card) return known.json;
  const said = `${card} ${JSON.stringify(data)}`;
  const json = filledLately.get(said) ?? renderCard(card, data);
  keepRecent(filledLately, said, json, maxFilledLately);
  filledCards.set(data, { card, json });
  return json;
}

async function drawText({ text, mentions = [] }: TextContent, roster: Roster): Promise<OutgoingActivity> {
  const named = await Promise.all(
    mentions.map(async (person) => {
      // Rather a name without a mention than no message.
      const known = await roster.find(person.id).catch(() => undefined);
      return mention(person, known?.teamsId);
    }),
  );
  const filled = text.replace(/@\[(\d+)\]/g, (whole, index) => named[Number(index)]?.text ?? whole);
  const entities = named.flatMap(({ entity }) => (entity ? [entity] : []));
  return {
    type: 'message',
    text: filled,
    textFormat: 'markdown',
    summary: stripMarkdown(filled).slice(0, 250),
    ...(entities.length > 0 ? { entities } : {}),
  };
}

/** Text and entity must be identical, or Teams shows no mention. Somebody without a Teams id is only named. */
function mention(person: Person, teamsId: string | undefined): { text: string; entity?: object } {
  const name = cleanText(person.name, 80).replace(/[<>&[\]()*_`~]/g, '') || 'somebody';
  if (teamsId === undefined) return { text: name };
  const text = `<at>${name}</at>`;
  return { text, entity: { type: 'mention', text, mentioned: { id: teamsId, name } } };
}

/** Markdown as plain words, for previews and for answers that know no Markdown. */
export function stripMarkdown(markdown: string): string {
  return markdown
    .replace(/<\/?at>/g, '')
    .replace(/(?<!\\)(\*\*|`)/g, '')
    .replace(/\\([\\`*_[\]()<>#~|!.+-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
