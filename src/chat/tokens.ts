/** Typed text as people and clients really send it, made into plain words. Pure. */

export interface Token {
  readonly text: string;
  /** In quotes: always a value, never a keyword. */
  readonly quoted: boolean;
  /** `key` of `key=value`, `--key value` and `--key=value`. */
  readonly key?: string;
  /** Where it begins in the line, its key included. */
  readonly start: number;
  /** Where its value begins; the rest of a line is taken from here. */
  readonly valueStart: number;
}

const longestText = 4_000;
const namedEntities = new Map([
  ['nbsp', ' '],
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** One line without entities, odd spaces, curly quotes, a slash or the bot's own name in front, a full stop behind. */
export function normaliseText(text: string): string {
  const line = decodeEntities(text.slice(0, longestText))
    .replace(/[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]+/g, ' ')
    .replace(invisible, '')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛]/g, "'")
    .replace(/[\u2013\u2014](?=[A-Za-z])/g, '--')
    .trim()
    .replace(/^@?gavel\b[\s,:]*(?=\S)/i, '')
    .replace(/^\/(?=\S)/, '');
  const bare = line.replace(/[\s.!?…]+$/, '');
  return bare === '' ? line : bare;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return namedEntities.get(String(name).toLowerCase()) ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** The words of a normalised line. An unclosed quote is just a sign. */
export function tokenise(line: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /(?:--)?([A-Za-z][\w-]*)=(?:"([^"]*)"|'([^']*)'(?=\s|$)|(\S+))|"([^"]*)"|'([^']*)'(?=\s|$)|(\S+)/g;
  let waitingKey: { key: string; start: number; text: string } | undefined;
  for (const match of line.matchAll(pattern)) {
    const [whole, key, ...values] = match;
    const start = match.index;
    const text = values.find((value) => value !== undefined) ?? '';
    const quoted = values[5] === undefined && values[2] === undefined;
    if (waitingKey && key === undefined && !isOption(text)) {
      tokens.push({ text, quoted, key: waitingKey.key, start: waitingKey.start, valueStart: start });
      waitingKey = undefined;
      continue;
    }
    if (waitingKey) tokens.push(bareOption(waitingKey));
    waitingKey = undefined;
    if (key === undefined && !quoted && isOption(text))
      waitingKey = { key: text.slice(2).toLowerCase(), start, text: whole };
    else if (key === undefined) tokens.push({ text, quoted, start, valueStart: start });
    else tokens.push({ text, quoted, key: key.toLowerCase(), start, valueStart: start + whole.indexOf('=') + 1 });
  }
  if (waitingKey) tokens.push(bareOption(waitingKey));
  return tokens;
}

function bareOption({ text, start }: { text: string; start: number }): Token {
  return { text, quoted: false, start, valueStart: start };
}

function isOption(text: string): boolean {
  return /^--[A-Za-z][\w-]*$/.test(text);
}
