import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'adaptivecards-templating';

/** The only file that fills card templates. A template is parsed once and expanded once with data; data is never expanded again. */

/** What a chat message may weigh at most with its card, in bytes of UTF-16. */
export const cardLimitBytes = 40 * 1024;

export type CardJson = { readonly [key: string]: unknown };

const cardsFolder =
  ['../../cards', '../cards'].map((path) => join(__dirname, path)).find((path) => existsSync(path)) ?? '';
const templates = new Map<string, Template>();

/** The Adaptive Card `cards/<name>.json` filled with data; each `Action.Execute` carries its `Action.Submit` fallback. Throws when a value is missing. */
export function renderCard(name: string, data: object): CardJson {
  const filled: unknown = templateOf(name).expand({ $root: data });
  const card = withFallbacks(filled) as CardJson;
  const unresolved = findUnresolved(card, JSON.stringify(data));
  if (unresolved) throw new Error(`Card ${name} lacks a value for ${unresolved}`);
  return card;
}

/** The bytes that Teams counts: UTF-16 of the JSON. */
export function weightBytes(json: unknown): number {
  return Buffer.byteLength(JSON.stringify(json), 'utf16le');
}

function templateOf(name: string): Template {
  let template = templates.get(name);
  if (template) return template;
  if (!/^[a-z-]+\/[a-z-]+$/.test(name)) throw new Error(`No card name: ${name}`);
  template = new Template(JSON.parse(readFileSync(join(cardsFolder, `${name}.json`), 'utf8')));
  templates.set(name, template);
  return template;
}

/** A client that cannot run `Action.Execute` submits the same verb and data as a message. */
function withFallbacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFallbacks);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFallbacks(item)]));
  if (copy['type'] !== 'Action.Execute' || copy['fallback'] !== undefined) return copy;
  const { verb, data, title, associatedInputs } = copy;
  const submit = { type: 'Action.Submit', title, data: { ...(data as object | undefined), verb } };
  return { ...copy, fallback: associatedInputs === undefined ? submit : { ...submit, associatedInputs } };
}

/** Templating prints `${name}` for a missing value; outside text that merely looks like it is in the data and allowed. */
function findUnresolved(card: unknown, data: string): string | undefined {
  for (const match of JSON.stringify(card).matchAll(/\$\{[^}"]*\}/g)) if (!data.includes(match[0])) return match[0];
  return undefined;
}
