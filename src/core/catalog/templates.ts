import { z } from 'zod';

/** Texts of a binding with places for what is known later. Pure. */

/** What a place may stand for: what runs where, the key of a run, and the person it's for. */
const words = ['service', 'environment', 'version', 'commit', 'key', 'person'] as const;
type TemplateWord = (typeof words)[number];

/** The pieces of a text in order: as they are, or a word whose value its reader encodes for the place where it goes. */
export interface Template {
  readonly pieces: readonly (string | { readonly word: TemplateWord })[];
}

const Pieces = z.array(z.union([z.string(), z.object({ word: z.enum(words) })]));

/** What a schema of a binding takes where the catalog has a string. */
export const text: z.ZodType<Template> = z.object({ pieces: Pieces }, 'must be a text');

/** The text of a template. Each value that takes a word's place goes through `encode`; one that isn't known is empty. */
export function fillTemplate(
  { pieces }: Template,
  values: Readonly<Partial<Record<TemplateWord, string>>>,
  encode: (value: string) => string = (value) => value,
): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : encode(values[piece.word] ?? ''))).join('');
}

/** A value of a binding, with every string in it as a template. */
export type BindingValue =
  Template | number | boolean | null | readonly BindingValue[] | { readonly [key: string]: BindingValue };

type TemplateProblem = [path: PropertyKey[], message: string];

/** The value with its strings in pieces, and each word that no template knows. `{{word}}` is the text `{word}`. */
export function readTemplates(value: unknown): {
  readonly value: BindingValue;
  readonly problems: readonly TemplateProblem[];
} {
  const problems: TemplateProblem[] = [];
  function read(at: unknown, path: PropertyKey[]): BindingValue {
    if (typeof at === 'string') return readText(at, (message) => problems.push([path, message]));
    if (typeof at === 'number' || typeof at === 'boolean') return at;
    if (Array.isArray(at)) return at.map((each: unknown, index) => read(each, [...path, index]));
    if (typeof at !== 'object' || at === null) return null;
    return Object.fromEntries(Object.entries(at).map(([key, each]) => [key, read(each, [...path, key])]));
  }
  return { value: read(value, []), problems };
}

/** Braces around anything but one word, as queries have them, are text. */
const places = /\{(\{[a-z_]+\})\}|\{([a-z_]+)\}/g;

function readText(text: string, report: (message: string) => void): Template {
  const pieces: (string | { readonly word: TemplateWord })[] = [];
  let plain = '';
  let end = 0;
  for (const { 0: all, 1: literal, 2: name, index } of text.matchAll(places)) {
    plain += text.slice(end, index);
    end = index + all.length;
    const word = words.find((each) => each === name);
    if (word !== undefined) {
      if (plain !== '') pieces.push(plain);
      pieces.push({ word });
      plain = '';
    } else if (literal !== undefined) plain += literal;
    else report(`{${name}} isn’t known here; known are ${words.map((each) => `{${each}}`).join(' ')}`);
  }
  plain += text.slice(end);
  if (plain !== '') pieces.push(plain);
  return { pieces };
}
