import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Expression, ExpressionEvaluator } from 'adaptive-expressions';
import type { Template } from 'adaptivecards-templating';
import { lookUp } from '../keys';
import { isolate, keepIdsWhole, keepPartsWhole, withoutDateFunctions, withoutLinks } from '../text';

/** The only file that fills card templates. A template is parsed once and expanded once with data; data is never expanded. */

export const cardsFolder =
  ['../../../cards', '../../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';
/** `help/help`: one that names a template. Beside the templates are their samples. */
export const namePattern = /^[a-z-]+\/[a-z-]+$/;
const templates = new Map<string, Template>();

type Libraries = typeof import('adaptivecards-templating') & typeof import('adaptive-expressions');

let loaded: Libraries | undefined;

/** The library that fills templates. Loading it takes more than a tenth of a second, once. */
export function loadTemplating(): Libraries {
  if (loaded) return loaded;
  const load = createRequire(__filename);
  loaded = { ...load('adaptivecards-templating'), ...load('adaptive-expressions') } as Libraries;
  parseOnce(loaded.Template);
  return loaded;
}

/** Parsing is slow, and most texts of a template occur in others, too. What is parsed holds no state, so they share it. */
function parseOnce(library: Libraries['Template']): void {
  const parse = library.parseInterpolatedString;
  const parsed = new Map<string, Expression | string>();
  library.parseInterpolatedString = (text) => {
    const found = parsed.get(text) ?? parse(text);
    if (typeof found !== 'string' && !parsed.has(text)) readPathsDirectly(found);
    parsed.set(text, found);
    return found;
  };
}

/** The maximum size of a chat message with its card, in bytes of UTF-16. */
export const cardLimitBytes = 40 * 1024;

export type CardJson = { readonly [key: string]: unknown };

/** The Adaptive Card `cards/<name>.json` filled with data; each `Action.Execute` carries its `Action.Submit` fallback. Throws if a value is missing. */
export function renderCard(name: string, data: object): CardJson {
  const unfilled: string[] = [];
  const card = finish(templateOf(name).expand({ $root: data }), unfilled) as CardJson;
  if (unfilled.length > 0) {
    // Outside text can look like a missing value; then it is in the data and allowed.
    const known = JSON.stringify(data);
    const missing = unfilled.find((text) => !known.includes(text));
    if (missing) throw new Error(`Card ${name} lacks a value for ${missing}`);
  }
  return card;
}

/** A card that something else filled, completed as `renderCard` does it. */
export function completeCard(card: CardJson): CardJson {
  return finish(card, []) as CardJson;
}

/** The bytes that Teams counts: the JSON in UTF-16. */
export function weightBytes(json: unknown): number {
  return utf16Bytes(JSON.stringify(json));
}

/** The same for serialized JSON. */
export function utf16Bytes(text: string): number {
  return 2 * text.length;
}

/** The template `cards/<name>.json`, parsed once. Throws if there is none. */
export function templateOf(name: string): Template {
  let template = templates.get(name);
  if (template) return template;
  if (!namePattern.test(name)) throw new Error(`No card name: ${name}`);
  template = new (loadTemplating().Template)(JSON.parse(readFileSync(join(cardsFolder, `${name}.json`), 'utf8')));
  templates.set(name, template);
  return template;
}

/**
 * One pass over the filled card: gives actions their fallback, breaks date functions and links in choices, which only data can contain, and collects
 * each `${name}` that templating prints for a missing value. Copies only what it changes.
 */
function finish(value: unknown, unfilled: string[]): unknown {
  if (typeof value === 'string') {
    if (value.includes('${'))
      for (const match of JSON.stringify(value).matchAll(/\$\{[^}"]*\}/g)) unfilled.push(match[0]);
    return value.includes('{{') ? withoutDateFunctions(value) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    let items: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      const done = finish(item, unfilled);
      if (done !== item) (items ??= value.slice())[index] = done;
    }
    return items ?? value;
  }
  let copy: Map<string, unknown> | undefined;
  // Parsed JSON inherits nothing; `Object.keys` would create a list for each of hundreds of elements.
  for (const key in value) {
    const item = lookUp(value as Record<string, unknown>, key);
    const done = finish(item, unfilled);
    if (done !== item) (copy ??= new Map(Object.entries(value))).set(key, done);
  }
  const done = copy ? Object.fromEntries(copy) : (value as Record<string, unknown>);
  switch (done['type']) {
    case 'Input.ChoiceSet':
      return withPlainChoices(done);
    case 'TextBlock':
      return withWholeIds(done, 'text');
    case 'TextRun':
      // Somebody copies what is in this font: a command or a log.
      return done['fontType'] === 'Monospace' ? done : isolated(withWholeIds(done, 'text'));
    case 'FactSet':
      return { ...done, facts: (done['facts'] as CardJson[]).map((fact) => withWholeIds(fact, 'value')) };
    default:
      return withFallback(done);
  }
}

function withWholeIds(part: CardJson, name: 'text' | 'value'): CardJson {
  const text = part[name];
  const whole = typeof text === 'string' ? keepPartsWhole(keepIdsWhole(text)) : text;
  return whole === text ? part : { ...part, [name]: whole };
}

/** A right-to-left name and the number after it are two runs of one line, which a client would draw in the wrong order. */
function isolated(run: CardJson): CardJson {
  const text = String(run['text']);
  // The space or comma before it belongs to our line, not to the name.
  const words = text.replace(/^[\s,]+/, '');
  const apart = isolate(words);
  return apart === words ? run : { ...run, text: `${text.slice(0, text.length - words.length)}${apart}` };
}

/** Some clients draw the titles of choices as Markdown, where a link in outside text would look like one of ours. */
function withPlainChoices(input: Record<string, unknown>): Record<string, unknown> {
  const choices = input['choices'] as readonly { readonly title: string }[];
  return { ...input, choices: choices.map((choice) => ({ ...choice, title: withoutLinks(choice.title) })) };
}

/** A client that can't run `Action.Execute` submits the same verb and data as a message. */
function withFallback(object: Record<string, unknown>): Record<string, unknown> {
  if (object['type'] !== 'Action.Execute' || object['fallback'] !== undefined) return object;
  const { verb, data, title, associatedInputs } = object;
  const submit = { type: 'Action.Submit', title, data: { ...(data as object | undefined), verb } };
  return { ...object, fallback: associatedInputs === undefined ? submit : { ...submit, associatedInputs } };
}

/** The status words of every card: one glyph, one word and one tone for each. The color only repeats the glyph and the word. */

type Tone = 'emphasis' | 'warning' | 'accent' | 'good' | 'attention';
type GlyphColor = 'Default' | 'Warning' | 'Accent' | 'Good' | 'Attention';

interface Status {
  readonly glyph: string;
  readonly word: string;
  readonly tone: Tone;
  readonly color: GlyphColor;
}

const quiet = { tone: 'emphasis', color: 'Default' } as const;
const caution = { tone: 'warning', color: 'Warning' } as const;
const working = { tone: 'accent', color: 'Accent' } as const;
const good = { tone: 'good', color: 'Good' } as const;
const bad = { tone: 'attention', color: 'Attention' } as const;

export const statuses = {
  draft: { glyph: '○', word: 'Draft', ...quiet },
  waiting: { glyph: '◔', word: 'Waiting', ...caution },
  approved: { glyph: '◑', word: 'Approved', ...working },
  queued: { glyph: '◔', word: 'Queued', ...working },
  held: { glyph: '◔', word: 'Held', ...caution },
  running: { glyph: '◕', word: 'Running', ...working },
  stopping: { glyph: '◧', word: 'Stopping', ...working },
  verifying: { glyph: '◉', word: 'Verifying', ...working },
  succeeded: { glyph: '✓', word: 'Succeeded', ...good },
  'with warnings': { glyph: '✓', word: 'With warnings', ...caution },
  passed: { glyph: '✓', word: 'Passed', ...good },
  flaky: { glyph: '≈', word: 'Flaky', ...caution },
  rejected: { glyph: '⊘', word: 'Rejected', ...quiet },
  expired: { glyph: '○', word: 'Expired', ...quiet },
  cancelled: { glyph: '⊠', word: 'Canceled', ...quiet },
  superseded: { glyph: '»', word: 'Superseded', ...quiet },
  failed: { glyph: '✕', word: 'Failed', ...bad },
  'rolled back': { glyph: '↺', word: 'Rolled back', ...caution },
  unclear: { glyph: '?', word: 'Unclear', ...caution },
  healthy: { glyph: '●', word: 'Healthy', ...good },
  degraded: { glyph: '▲', word: 'Degraded', ...caution },
  down: { glyph: '▼', word: 'Down', ...bad },
  unknown: { glyph: '?', word: 'Unknown', ...quiet },
  locked: { glyph: '▣', word: 'Locked', ...caution },
  frozen: { glyph: '❅', word: 'Frozen', ...caution },
  refused: { glyph: '⊘', word: 'Not done', ...quiet },
  firing: { glyph: '◆', word: 'Firing', ...bad },
  acknowledged: { glyph: '◇', word: 'Acknowledged', ...caution },
  flapping: { glyph: '◈', word: 'Flapping', ...caution },
  resolved: { glyph: '●', word: 'Resolved', ...good },
  silenced: { glyph: '◌', word: 'Silenced', ...quiet },
  // Something was done as requested: green is only for what was verified.
  done: { glyph: '✓', word: 'Done', ...quiet },
} as const satisfies Record<string, Status>;

export type StatusName = keyof typeof statuses;

/** For a card that lists things instead of showing their state. */
export const noState = { glyph: '', word: '', tone: 'emphasis' } as const;

/** What a card's band shows: `{ glyph, word, tone }`. */
export function bandState(name: StatusName): { glyph: string; word: string; tone: Tone } {
  const { glyph, word, tone } = statuses[name];
  return { glyph, word, tone };
}

/** One stage in the life of something, as its card shows it: `✓ Approved`. */
export interface Stage {
  readonly glyph: string;
  readonly word: string;
}

/** A completed stage. */
export const passed = (word: string): Stage => ({ glyph: '✓', word });
/** A stage that is still to come. */
export const coming = (word: string): Stage => ({ glyph: '○', word });

/** The line in a card's band with every stage; the one at `current` stands out. Words are plain text. */
export function lifeLine(stages: readonly Stage[], current = stages.length - 1) {
  return stages.map(({ glyph, word }, index) => ({
    glyph,
    word: word.replaceAll(' ', '\u00A0'),
    weight: index === current ? 'Bolder' : 'Default',
    quiet: index !== current,
    gap: index === stages.length - 1 ? '' : '\u00A0 ',
  }));
}

/**
 * Makes `${service.name}` a plain lookup. The library splits the path with three regular expressions and searches the keys case-insensitively at every
 * evaluation, which was half the time of a card. Anything that isn't found this way is left to the library, so the output is the same.
 */
function readPathsDirectly(expression: Expression): void {
  const path = pathOf(expression);
  if (!path) return expression.children.forEach(readPathsDirectly);
  (expression as { evaluator: ExpressionEvaluator }).evaluator = directEvaluator(path, expression.evaluator);
}

/** `a.b` as its names; undefined for anything else. */
function pathOf(expression: Expression): string[] | undefined {
  const words: string[] = [];
  for (let left: Expression | undefined = expression; left; left = left.children[1]) {
    if (left.type !== loadTemplating().ExpressionType.Accessor) return undefined;
    const word = (left.children[0] as { readonly value?: unknown } | undefined)?.value;
    if (typeof word !== 'string' || !/^[A-Za-z$][\w]*$/.test(word)) return undefined;
    words.unshift(word);
  }
  return words;
}

function directEvaluator(path: readonly string[], library: ExpressionEvaluator): ExpressionEvaluator {
  const fromRoot = path[0] === '$root';
  const names = fromRoot ? path.slice(1) : path;
  return new (loadTemplating().ExpressionEvaluator)(
    library.type,
    (expression, state, options) => {
      const scope = state as unknown as { readonly $root: unknown; readonly $data: unknown };
      const value = names[0]?.startsWith('$') ? undefined : valueAt(fromRoot ? scope.$root : scope.$data, names);
      if (value === undefined || value === null) return library.tryEvaluate(expression, state, options);
      // The library itself returns `undefined` for no error, although its types don't say so.
      return { value, error: undefined as unknown as string };
    },
    library.returnType,
  );
}

function valueAt(scope: unknown, names: readonly string[]): unknown {
  let value = scope;
  for (const name of names) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = lookUp(value as Record<string, unknown>, name);
  }
  return value;
}
