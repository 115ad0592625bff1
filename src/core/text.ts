/** Control and direction marks, marks without a width, tags, and halves of characters. */
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}\uD800-\uDFFF]/gu;
const markdown = /[\\`*_[\]()<>#~|!]/g;

/** Outside text made harmless for a `TextRun`, which knows no Markdown: one line, no control or direction marks, bounded. */
export function cleanText(text: string, maximumLength = 300): string {
  const line = text
    .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
    .replace(invisible, '')
    .trim();
  if (line.length <= maximumLength) return line;
  return `${line.slice(0, maximumLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Outside text made harmless for a `TextBlock`, a fact or a message: cleaned, then every Markdown sign escaped, `<at>` defused. */
export function plainText(text: string, maximumLength = 300): string {
  return cleanText(text, maximumLength)
    .replace(markdown, (sign) => `\\${sign}`)
    .replace(/^(\s*)([-+])(\s)/, '$1\\$2$3')
    .replace(/^(\s*\d+)\.(\s)/, '$1\\.$2');
}

/** An outside address that a button may open: of the web, without a name and password in it. Else nothing. */
export function webAddress(address: string | undefined): string {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  const isOpen = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isOpen ? url.href : '';
}

/** `1 approval`, `2 approvals`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${count}\u00A0${count === 1 ? singular : many}`;
}

/** `a, b and c`. */
export function listWords(words: readonly string[], last = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}
