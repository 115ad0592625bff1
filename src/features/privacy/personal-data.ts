import type { PersonalData } from '../../chat/contract';

/** Data as text that fits into messages. Pure. */

/** What of one kind is kept of somebody. */
export interface KeptData {
  readonly kind: PersonalData;
  readonly entries: readonly object[];
}

/** How much of one kind is kept of somebody; where it isn't exact, there's more. */
export interface CountedData {
  readonly kind: PersonalData;
  readonly count: number;
  readonly isExact: boolean;
}

/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 7_000;
/** So many messages are sent for one request. */
const messagesEach = 5;

/** Each part is JSON of its own: one kind of data, as many entries as fit. */
export function splitIntoParts(kept: readonly KeptData[]): readonly string[] {
  return kept.flatMap(({ kind, entries }) => {
    const parts: string[][] = [];
    let room = 0;
    for (const entry of entries) {
      const line = `  ${defuse(JSON.stringify(entry))}`;
      if (room < line.length) {
        parts.push([]);
        room = maxCharacters;
      }
      parts.at(-1)?.push(line);
      room -= line.length + 2;
    }
    return parts.map((lines) => `{"${kind.name}": [\n${lines.join(',\n')}\n]}`);
  });
}

/** The same JSON, in which nothing ends the block it stands in, names anybody or hides. */
function defuse(json: string): string {
  return json.replace(
    /[`<>&\u007F-\u00A0\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The parts of one request, counted from 1; undefined when there is no such page. */
export function findPage(
  parts: readonly string[],
  page: number,
): { readonly shown: readonly string[]; readonly first: number; readonly pages: number } | undefined {
  const first = (page - 1) * messagesEach;
  const shown = parts.slice(first, first + messagesEach);
  return shown.length === 0 ? undefined : { shown, first: first + 1, pages: Math.ceil(parts.length / messagesEach) };
}
