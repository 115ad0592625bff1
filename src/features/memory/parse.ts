import { findSecret, looksLikePassword } from '../../core/text/secrets';
import { cleanLines, cleanText } from '../../core/text';
import { readScope } from '../scopes';
import type { ScopedEntry, ScopeKind } from '../scopes';

/** What somebody asks to be remembered or recalled. Pure. */

const longestKey = 60;
const longestValue = 1_000;

interface Spoken {
  readonly key: string;
  readonly kind: ScopeKind | undefined;
  readonly value: string;
}

/** Takes `here release day is Thursday` apart at its first `is`. */
export function readMemory(words: string): Spoken {
  const [before = '', ...after] = words.split(/(\s(?:is|are)\s|=)/i);
  const { kind, rest } = readScope(before.replace(/^that\s+/i, ''));
  return { kind, key: keyOf(rest), value: cleanLines(after.slice(1).join(''), longestValue + 1) };
}

/** `the Release  Day` is `release day`. */
export function keyOf(words: string): string {
  return cleanText(words, 400)
    .toLowerCase()
    .replace(/[‘’‚‛]/g, "'")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/\s+/g, ' ')
    .replace(/^(?:that )?(?:(?:the|my|our|an?) )?(?=.)/, '')
    .trim();
}

/** Why this is not kept, as one sentence; undefined when it is. */
export function memoryProblem({ key, value }: Spoken): string | undefined {
  // First of all: a sentence about something else must not invite to say the secret again.
  const secret = findSecret(`${key} is ${value}`) ?? (looksLikePassword(value) ? 'a password' : undefined);
  if (secret !== undefined)
    return `That looks like ${secret}, and I keep no secrets: nothing of it was kept or logged. It still stands in this chat, so delete your message, and change the secret if others could see it.`;
  if (key === '' || value === '')
    return 'Say what to remember, like `remember release day is Thursday`. Nothing was kept.';
  if (key.length > longestKey)
    return `The name of what I remember is at most ${longestKey} characters long, so nothing was kept. Put the rest behind \`is\`.`;
  if (value.length > longestValue)
    return `I remember at most ${longestValue} characters under one name, so nothing was kept. Say it shorter, or where it is written.`;
  if (key.includes('*')) return 'A name has no `*` in it, because that searches. Nothing was kept.';
  return undefined;
}

/** What a search looks for: `*word*` and `about word`; undefined: the words are a name. */
export function searchIn(words: string): string | undefined {
  const about = /^(?:about|anything about|everything about)\s(.+)$/i.exec(words)?.[1];
  const found = about ?? (words.includes('*') ? words.replaceAll('*', ' ') : undefined);
  return found === undefined ? undefined : found.trim().toLowerCase();
}

/** Those that hold every one of the words, in name or value. */
export function matching(entries: readonly ScopedEntry[], search: string): readonly ScopedEntry[] {
  const words = search.split(/\s+/).filter((word) => word !== '');
  return entries.filter(({ name, text }) => {
    const held = `${name} ${text}`.toLowerCase();
    return words.every((word) => held.includes(word));
  });
}
