import { defineAction } from '../../chat/contract';
import type { Action, GivenFile, Reply, Turn } from '../../chat/contract';
import { plural } from '../../core/text';
import { olderId, olderInput, readOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import {
  exportFormats,
  fileOf,
  fitIntoFile,
  formatLine,
  joinLines,
  messageOf,
  readExportWish,
  splitIntoParts,
} from './text';
import type { ExportedLine, ExportedText, ExportFormat, ExportWish } from './text';

export { fileOf, fitIntoFile, formatEntry, messageOf, splitIntoParts } from './text';
export type { ExportedLine, ExportedText, ExportMedium } from './text';

/** Lists to take along, as CSV or JSON: as a file that is offered in the personal chat, or there as text. */

/** A list that people can export. */
export interface ExportedList<Column extends string> {
  /** The feature whose buttons export it. */
  readonly feature: string;
  /** The command that shows it. */
  readonly command: string;
  /** `audit-log`: the name of the file without its ending. */
  readonly fileName: string;
  /** `Audit log` */
  readonly title: string;
  /** `3 entries` */
  readonly describeCount: (count: number) => string;
  readonly columns: readonly Column[];
  /** The lines, newest first. Checks the rights of whoever asks. Calls `leaveOut` if a matching line isn't for them. */
  readonly read: (turn: Turn, asked: Older, leaveOut: () => void) => AsyncIterable<ExportedLine<Column>>;
}

/** So many messages are sent for one export as text. */
export const maxExportMessages = 5;

/** What a list needs to be exported: its buttons, and the answer to a typed line that ends with `as csv`. */
export function createExport<Column extends string>(deps: ExportNeeds, list: ExportedList<Column>) {
  const button = (format: ExportFormat): Action =>
    defineAction({
      verb: `${list.feature}.export-${format}`,
      operation: 'look',
      input: olderInput,
      run: async (turn, { id }) => offerList(deps, list, turn, format, readOlder(id, list.command)),
    });
  const acceptedFile = (format: ExportFormat): Action =>
    defineAction({
      verb: `${list.feature}.file-${format}`,
      operation: 'look',
      input: olderInput,
      run: async (turn, { id }) => giveList(list, turn, format, readOlder(id, list.command)),
    });
  return {
    actions: exportFormats.flatMap((format) => [button(format), acceptedFile(format)]),
    /** The buttons on the card of the list. An export begins at the newest line, whatever page they stand on. */
    buttons: (words: string, at: number) =>
      exportFormats.map((format) => ({
        title: `Export as ${format.toUpperCase()}`,
        verb: `${list.feature}.export-${format}`,
        id: olderId({ words: words.slice(0, 500), at, cursor: '-' }),
      })),
    /** The answer to `… as csv`; undefined if that isn't what was typed. */
    answer(turn: Turn, filter: string, now: number): Promise<Reply> | undefined {
      const wish = readExportWish(filter);
      if (!wish) return undefined;
      const asked = { words: wish.words.slice(0, 500), at: now, cursor: '-' };
      return wish.medium === 'text'
        ? sendList(deps, list, turn, wish, asked)
        : offerList(deps, list, turn, wish.format, asked);
    },
  };
}

type ExportNeeds = Pick<FeatureDependencies, 'outbox'>;

const nothingToExport = { notice: 'Nothing matches, so there is nothing to export.' };
const newestOnly = 'The export has only the newest entries. To export older ones, filter by an earlier time range.';
const onlyVisible = 'The export contains only what you can view.';

/** The list as formatted lines, read as they are needed, and whether something of it isn't for whoever asks. */
function formatList<Column extends string>(
  { read, columns }: ExportedList<Column>,
  turn: Turn,
  how: Pick<ExportWish, 'format' | 'medium'>,
  asked: Older,
) {
  let isInPart = false;
  async function* format(): AsyncGenerator<ExportedText> {
    for await (const line of read(turn, asked, () => (isInPart = true))) yield { text: formatLine(how, columns, line) };
  }
  return { lines: format(), isInPart: () => isInPart };
}

async function writeList<Column extends string>(
  list: ExportedList<Column>,
  turn: Turn,
  format: ExportFormat,
  asked: Older,
) {
  const how = { format, medium: 'file' } as const;
  const { lines, isInPart } = formatList(list, turn, how, asked);
  const { entries, isWhole } = await fitIntoFile(lines);
  const texts = entries.map(({ text }) => text);
  const file = fileOf(format, list.fileName, joinLines(how, list.columns, texts));
  const rest = [...(isWhole ? [] : [newestOnly]), ...(isInPart() ? [onlyVisible] : [])];
  return { file, count: entries.length, rest };
}

async function offerList<Column extends string>(
  deps: ExportNeeds,
  list: ExportedList<Column>,
  turn: Turn,
  format: ExportFormat,
  asked: Older,
): Promise<Reply> {
  const { file, count, rest } = await writeList(list, turn, format, asked);
  if (count === 0) return nothingToExport;
  return offerFile(deps, turn, {
    file,
    action: { verb: `${list.feature}.file-${format}`, id: olderId(asked) },
    key: list.feature,
    description: `${list.title}: ${list.describeCount(count)}`,
    count: list.describeCount(count),
    rest: rest.join(' '),
    asText: 'type the same line again with `as text` at the end',
  });
}

/** What was offered, read again as of then. */
async function giveList<Column extends string>(
  list: ExportedList<Column>,
  turn: Turn,
  format: ExportFormat,
  asked: Older,
): Promise<Reply> {
  const { file, count } = await writeList(list, turn, format, asked);
  return { text: `${file.name}: ${list.describeCount(count)}. I’ll send the file only if you accept it.`, file };
}

interface FileOffer {
  readonly file: GivenFile;
  /** What gives the file once it's accepted. */
  readonly action: { readonly verb: string; readonly id: string };
  /** Begins the key of the message. */
  readonly key: string;
  readonly description: string;
  /** `3 entries` */
  readonly count: string;
  /** What isn't in the file and how to get it; empty if everything is. */
  readonly rest: string;
  /** What to do in a client without files. */
  readonly asText: string;
}

/** Offers a file in the personal chat of whoever asked. Rejects with `StoreUnavailableError`. */
export async function offerFile(deps: ExportNeeds, turn: Turn, offer: FileOffer): Promise<Reply> {
  const { file, action, key, description, count, asText } = offer;
  const { name, body } = file;
  const rest = offer.rest === '' ? '' : ` ${offer.rest}`;
  const content = {
    text: `**${name}: ${count}.** Accept the file to save it to your OneDrive.${rest} If you don’t see a file here, ${asText}.`,
    offers: { name, description, sizeInBytes: Buffer.byteLength(body), ...action },
  };
  if (turn.place.kind === 'personal' && turn.trigger === 'typed') return content;
  await tellPerson(deps, turn.person.id, `${key}:${turn.correlationId}:${name}`, content);
  return { notice: `I offered ${name} with ${count} in our personal chat.${rest}` };
}

/** Sends what fits into a few messages to the person alone, and says how much that is. Rejects with `StoreUnavailableError`. */
async function sendList<Column extends string>(
  deps: ExportNeeds,
  list: ExportedList<Column>,
  turn: Turn,
  wish: ExportWish,
  asked: Older,
): Promise<Reply> {
  const { lines, isInPart } = formatList(list, turn, wish, asked);
  const parts: (readonly ExportedText[])[] = [];
  let isWhole = true;
  for await (const part of splitIntoParts(lines)) {
    if (parts.length === maxExportMessages) {
      isWhole = false;
      break;
    }
    parts.push(part);
  }
  if (parts.length === 0) return nothingToExport;
  for (const [index, part] of parts.entries()) {
    const texts = part.map(({ text }) => text);
    const title = `${list.title}, part ${index + 1} of ${parts.length}`;
    const text = messageOf(wish.format, title, joinLines(wish, list.columns, texts));
    await tellPerson(deps, turn.person.id, `${list.feature}:${turn.correlationId}:${wish.format}:${index}`, { text });
  }
  const sent = list.describeCount(parts.flat().length);
  const said = `I sent ${sent} as text to our personal chat, in ${plural(parts.length, 'message')}.`;
  return { notice: [said, ...(isWhole ? [] : [newestOnly]), ...(isInPart() ? [onlyVisible] : [])].join(' ') };
}
