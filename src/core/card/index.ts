import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'adaptivecards-templating';
import { readPathsDirectly } from './paths';
import { lookUp } from '../look-up';
import { withoutDateFunctions } from '../text';

/** The only file that fills card templates. A template is parsed once and expanded once with data; data is never expanded again. */

/** What a chat message may weigh at most with its card, in bytes of UTF-16. */
export const cardLimitBytes = 40 * 1024;

export type CardJson = { readonly [key: string]: unknown };

const cardsFolder =
  ['../../../cards', '../../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';
const templates = new Map<string, Template>();

/** The Adaptive Card `cards/<name>.json` filled with data; each `Action.Execute` carries its `Action.Submit` fallback. Throws when a value is missing. */
export function renderCard(name: string, data: object): CardJson {
  const unfilled: string[] = [];
  const card = finish(templateOf(name).expand({ $root: data }), unfilled) as CardJson;
  if (unfilled.length > 0) {
    // Outside text that merely looks like a missing value stands in the data and is allowed.
    const known = JSON.stringify(data);
    const missing = unfilled.find((text) => !known.includes(text));
    if (missing) throw new Error(`Card ${name} lacks a value for ${missing}`);
  }
  return card;
}

/** The bytes that Teams counts: UTF-16 of the JSON. */
export function weightBytes(json: unknown): number {
  return utf16Bytes(JSON.stringify(json));
}

/** The same for JSON that is written out already. */
export function utf16Bytes(text: string): number {
  return 2 * text.length;
}

function templateOf(name: string): Template {
  let template = templates.get(name);
  if (template) return template;
  if (!/^[a-z-]+\/[a-z-]+$/.test(name)) throw new Error(`No card name: ${name}`);
  template = new Template(JSON.parse(readFileSync(join(cardsFolder, `${name}.json`), 'utf8')));
  readPathsDirectly(template);
  templates.set(name, template);
  return template;
}

/**
 * One walk over the filled card: gives actions their fallback, breaks date functions, which only data can hold, and collects each `${name}` that templating
 * prints for a missing value. Copies only what it changes.
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
  // Parsed JSON inherits nothing; `Object.keys` would make a list for each of hundreds of elements.
  for (const key in value) {
    const item = lookUp(value as Record<string, unknown>, key);
    const done = finish(item, unfilled);
    if (done !== item) (copy ??= new Map(Object.entries(value))).set(key, done);
  }
  return withFallback(copy ? Object.fromEntries(copy) : (value as Record<string, unknown>));
}

/** A client that can't run `Action.Execute` submits the same verb and data as a message. */
function withFallback(object: Record<string, unknown>): Record<string, unknown> {
  if (object['type'] !== 'Action.Execute' || object['fallback'] !== undefined) return object;
  const { verb, data, title, associatedInputs } = object;
  const submit = { type: 'Action.Submit', title, data: { ...(data as object | undefined), verb } };
  return { ...object, fallback: associatedInputs === undefined ? submit : { ...submit, associatedInputs } };
}
