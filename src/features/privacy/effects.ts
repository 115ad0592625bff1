import type { GivenFile, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { plural } from '../../core/text';
import { describeCount } from '../../core/text/older-entries';
import { tellPerson } from '../contract';
import { fileOf, fitIntoFile, formatEntry, maxExportMessages, messageOf, offerFile, splitIntoParts } from '../exports';
import type { ExportedText, ExportMedium } from '../exports';
import type { PrivacyParts } from './workflow';

/** Everything Gavel stores about one person, to take along: one file as far as it fits, or as text in pages. */

interface KeptText extends ExportedText {
  readonly heading: string;
}

/** Each entry as JSON, read as it is needed. */
async function* readEntries({ kinds }: PrivacyParts, personId: string, medium: ExportMedium): AsyncGenerator<KeptText> {
  // Asking adds to the history: at the end, that moves nothing from one page to another.
  const inOrder = [...kinds()].sort((one, other) => Number(one.name === 'history') - Number(other.name === 'history'));
  for (const { name, exportOf } of inOrder)
    for await (const entry of exportOf(personId)) yield { heading: name, text: formatEntry(medium, entry) };
}

/** An object with a list for each kind of which there is something. */
function joinKinds(entries: readonly KeptText[]): string {
  const kinds = new Map<string, string[]>();
  for (const { heading, text } of entries) {
    const texts = kinds.get(heading);
    if (texts) texts.push(text);
    else kinds.set(heading, [text]);
  }
  return `{${[...kinds].map(([name, texts]) => `"${name}": [\n${texts.join(',\n')}\n]`).join(',\n')}}`;
}

const nothingStored = { notice: 'I don’t have any data of yours to export.' };

async function writeAll(parts: PrivacyParts, personId: string) {
  const { entries, isWhole } = await fitIntoFile(readEntries(parts, personId, 'file'));
  return { file: fileOf('json', 'my-data', joinKinds(entries)), count: entries.length, isWhole };
}

/** The file that was accepted. */
export async function giveAll(parts: PrivacyParts, { person }: Turn): Promise<GivenFile> {
  return (await writeAll(parts, person.id)).file;
}

/** Offers everything as one file, in the personal chat. */
export async function offerAll(parts: PrivacyParts, turn: Turn): Promise<Reply> {
  const { file, count, isWhole } = await writeAll(parts, turn.person.id);
  if (count === 0) return nothingStored;
  const entries = describeCount(count, true);
  return offerFile(parts.deps, turn, {
    file,
    action: { verb: 'privacy.file', id: 'json' },
    key: 'privacy',
    description: isWhole
      ? `Everything Gavel stores about you: ${entries}`
      : `The first ${entries} that Gavel stores about you`,
    count: entries,
    rest: isWhole
      ? ''
      : 'There is more, but it doesn’t fit in one file. `export my data 1` sends all of it as text, page by page.',
    asText: 'type `export my data 1` to get it as text',
  });
}

/** Sends one page of everything as text. Only this page is kept in memory; the rest is counted. */
export async function sendPage(parts: PrivacyParts, turn: Turn, typed: string): Promise<Reply> {
  const page = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  const first = (page - 1) * maxExportMessages;
  const shown: string[] = [];
  let [count, messages] = [0, 0];
  for await (const entries of splitIntoParts(readEntries(parts, turn.person.id, 'text'))) {
    if (messages >= first && messages < first + maxExportMessages) shown.push(joinKinds(entries));
    count += entries.length;
    messages += 1;
  }
  if (count === 0) return nothingStored;
  const isPersonal = turn.place.kind === 'personal';
  const pages = Math.ceil(messages / maxExportMessages);
  if (page < 1 || page > pages)
    throw new UserError(
      `There is no such page: your data has ${plural(pages, 'page')}. Type \`export my data 1\` for page 1.`,
    );
  const entries = describeCount(count, true);
  const texts = shown.map((part, index) => {
    const which = messages === 1 ? entries : `part ${first + index + 1} of ${messages}`;
    return messageOf('json', `Your data, ${which}`, part);
  });
  const [only] = texts;
  if (isPersonal && only !== undefined && messages === 1) return { text: only };
  for (const [index, text] of texts.entries())
    await tellPerson(parts.deps, turn.person.id, `privacy:${turn.correlationId}:${index}`, { text });
  const more = page < pages ? ` Type \`export my data ${page + 1}\` for the next page.` : '';
  const which =
    messages === 1
      ? '1 message'
      : `${plural(messages, 'message')}: ${describeRange(first + 1, first + shown.length)} now`;
  const size = `Your data: ${entries} in ${which}.${more}`;
  return { notice: isPersonal ? size : `${sentAside('your data')} ${size}` };
}

function describeRange(from: number, to: number): string {
  return from === to ? `part ${from}` : `parts ${from} to ${to}`;
}

/** Where an answer went that isn't for a whole channel. */
export const sentAside = (what: string): string =>
  `I sent ${what} to our personal chat. If nothing arrived, open a chat with me, say hello, and try again.`;
