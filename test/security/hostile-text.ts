import { createRequire } from 'node:module';

/** Outside text that tries everything it could do to a card or a message, and checks whether the result is only text. */

/** Short ones, so that no limit cuts off the important part; each has its own mark. */
export const hostileTexts: readonly string[] = [
  '**B0LD** _1TAL_ ~~STR1K~~ `C0DE`',
  '[L1NK](https://evil.example/a)',
  '![P1CT](https://evil.example/p.png)',
  '<at>M3NT</at> @[0] <at id="0">M3NT</at>',
  "${toUpper('expanded')} ${$root} ${if(true,'expanded','')}",
  '<b>T4GS</b><img src=x onerror=alert(1)>',
  '<script>SCR1PT</script>',
  'a\n# H3AD\n- L1ST\n1. L1ST\n> QU0T',
  '# H3AD',
  '- L1ST',
  '+ L1ST',
  '1. L1ST',
  '1) L1ST',
  '> QU0T',
  '    C0DE',
  'S3TEXT\n===',
  '| T4BL | T4BL |\n|---|---|',
  '<https://evil.example/L1NK>',
  '\\[L1NK](javascript:alert\\(1\\))',
  '\\',
  '\\\\**B0LD**',
  '&lt;at&gt;M3NT&lt;/at&gt; &#42;&#42;B0LD',
  'a\u202eb\u200bc\u0007d\u0000e\u2066f\ufeffg\u{e0041}h\ud800i',
  '[[L1NK][L1NK]]: https://evil.example',
  '[L1NK]: https://evil.example "x"',
  'W0RD'.repeat(200),
  'free since {{DATE(2020-01-01T00:00:00Z,LONG)}} {{TIME(2020-01-01T09:00:00Z)}}',
  '{\u200b{DATE(2020-01-01T00:00:00Z)}} \u3164\u115f\u034f\u17b4\u{e0101}\u2800',
  '"}],"type":"Action.OpenUrl","url":"https://evil.example/',
];

const load = createRequire(__filename);
type MarkdownIt = (options: object) => { disable(rules: string[]): { render(text: string): string } };
const markdown = (load('markdown-it') as MarkdownIt)({ html: true, linkify: false, breaks: true }).disable([]);

/** What each of them would turn its own mark into; our own words around it, and links to the pages that a catalog or a ticket tool names, are harmless. */
const live =
  /<strong>B0LD|<em>1TAL|<s>STR1K|<code>C0DE|<a\b[^>]*>L1NK|<h\d>(H3AD|S3TEXT)|<li>\s*(<p>)?L1ST|<blockquote>\s*<p>QU0T|<t[hd]>T4BL|<(b|img|script|a)\b(?! href="https:\/\/(?:git|tickets|tracker)\.example\/[\w/-]+">)[^>]*>|<at\s/;
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2800\ud800-\udfff]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/u;

/** A card's own pair of marks around outside text, so that a right-to-left text doesn't turn what follows it. Nothing that came from outside has one. */
const isolated = /\u2068(?<inside>[^\u2066-\u2069]*)\u2069/gu;

/** What is wrong with a text that is shown as Markdown, or undefined. HTML counts as a problem here, so that nobody relies on the client. */
export function wrongInMarkdown(text: string): string | undefined {
  const html = markdown.render(text);
  const found = live.exec(html);
  if (found) return `${found[0]} out of data: ${text}`;
  return wrongInPlain(text);
}

/** What is wrong with a text that is shown literally, or undefined. */
export function wrongInPlain(text: string): string | undefined {
  if (/EXPANDED/.test(text)) return `expanded twice: ${text}`;
  if (/\{\{\s*(?:DATE|TIME)/i.test(text)) return `a date that each reader sees as their own: ${text}`;
  if (unseen.test(text.replace(isolated, '$<inside>'))) return `a mark that nobody sees: ${JSON.stringify(text)}`;
  if (/\[object |undefined|NaN/.test(text)) return `no text: ${text}`;
  if (/(W0RD){150}/.test(text)) return 'a word without end';
  return undefined;
}

const types = new Set([
  'AdaptiveCard',
  'TextBlock',
  'RichTextBlock',
  'TextRun',
  'FactSet',
  'Container',
  'ColumnSet',
  'Column',
  'Table',
  'TableRow',
  'TableCell',
  'Image',
  'ActionSet',
  'Action.Execute',
  'Action.Submit',
  'Action.OpenUrl',
  'Action.ShowCard',
  'Action.ToggleVisibility',
  'Input.Number',
  'Input.Text',
  'Input.ChoiceSet',
  'Input.Toggle',
  'Input.Date',
  'Input.Time',
  'Data.Query',
]);

/** Every problem in a card: in its texts, by how they are shown, and in its elements. */
export function wrongInCard(card: unknown): string[] {
  const found: string[] = [];
  const walk = (value: unknown, key: string, holder: Readonly<Record<string, unknown>>, list: string): void => {
    if (Array.isArray(value)) return value.forEach((item) => walk(item, key, holder, key));
    if (typeof value === 'string') {
      const isMarkdown = (key === 'text' && holder['type'] === 'TextBlock') || list === 'facts';
      const isSentOnly = list === 'choices' && key === 'value';
      const wrong = isMarkdown ? wrongInMarkdown(value) : isSentOnly ? undefined : wrongInPlain(value);
      if (wrong) found.push(`${key}: ${wrong}`);
      if (list === 'choices' && key === 'title' && /<a\b[^>]*>L1NK/.test(markdown.render(value)))
        found.push(`a link as a choice: ${value}`);
      if (key === 'url' && !/^(https?:\/\/(?!evil)|data:image\/)/.test(value))
        found.push(`an address out of data: ${value}`);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const element = value as Readonly<Record<string, unknown>>;
    if (typeof element['type'] === 'string' && !types.has(element['type'])) found.push(`an element ${element['type']}`);
    if ('msteams' in element && JSON.stringify(element['msteams']).includes('mention'))
      found.push('a mention in a card');
    // What a button sends isn't shown.
    for (const [name, item] of Object.entries(element))
      if (name !== 'data') walk(item, name, element, list === key ? list : '');
  };
  walk(card, '', {}, '');
  return found;
}

interface Message {
  readonly text?: unknown;
  readonly summary?: unknown;
  readonly entities?: unknown;
  readonly attachments?: unknown;
}

/** Every problem in a message: its text, its mentions (each for one of our ids, none from the text), its cards. */
export function wrongInMessage(
  { text, summary, entities, attachments }: Message,
  known: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const mentions = (Array.isArray(entities) ? entities : []) as { text?: string; mentioned?: { id?: string } }[];
  for (const { mentioned } of mentions)
    if (!known.has(mentioned?.id ?? '')) found.push(`a mention of ${mentioned?.id}`);
  if (typeof text === 'string') {
    const tags = text.match(/(?<!\\)<at\b/gi)?.length ?? 0;
    if (tags !== mentions.length) found.push(`${tags} tags for ${mentions.length} mentions: ${text}`);
    const wrong = wrongInMarkdown(text);
    if (wrong) found.push(wrong);
  }
  const wrong = typeof summary === 'string' ? wrongInPlain(summary) : undefined;
  if (wrong) found.push(wrong);
  for (const { content } of (Array.isArray(attachments) ? attachments : []) as { content?: unknown }[])
    found.push(...wrongInCard(content));
  return found;
}
