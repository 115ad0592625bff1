import type { ArgumentKind, ArgumentSpec } from '../contract';
import { isEmoji, isWordy, placeWords } from './argument-ends';
import type { KnownNames } from './arguments';
import type { Token } from './tokens';

/** Which of the arguments that are still open a token is meant for. Pure. */

const fillers = new Set([
  'please',
  'pls',
  'thanks',
  'thx',
  'the',
  'a',
  'now',
  'here',
  'of',
  'for',
  'me',
  'my',
  'service',
  'release',
  'environment',
]);

/** `because:hotfix`, where nothing stands between. */
export function argumentAttachedTo(
  open: readonly ArgumentSpec[],
  token: Token,
): { spec: ArgumentSpec; at: number } | undefined {
  const colon = token.key === undefined ? token.text.indexOf(':') : -1;
  if (colon < 1 || colon === token.text.length - 1) return undefined;
  const word = token.text.slice(0, colon).toLowerCase();
  const spec = open.find(
    (each) => isWordy(each) && each.kind !== 'phrase' && (each.keyword === word || each.name === word),
  );
  return spec && { spec, at: token.start + colon + 1 };
}

export function specFor(open: readonly ArgumentSpec[], key: string | undefined): ArgumentSpec | undefined {
  if (key === undefined) return undefined;
  return (
    open.find((spec) => spec.name.toLowerCase() === key || spec.keyword === key) ??
    open.find((spec) => key.length > 2 && (spec.kind === key || spec.name.toLowerCase().startsWith(key)))
  );
}

export function specAnnouncedBy(open: readonly ArgumentSpec[], word: string): ArgumentSpec | undefined {
  const exact = open.find((spec) => spec.keyword === word);
  if (exact) return exact;
  if (!placeWords.has(word)) return undefined;
  const environments = open.filter(({ kind }) => kind === 'environment');
  return environments.find(({ keyword }) => keyword !== undefined) ?? environments[0];
}

export function specInOrder(open: readonly ArgumentSpec[], token: Token, names?: KnownNames): ArgumentSpec | undefined {
  const first = open[0];
  if (!first || isWordy(first) || token.quoted) return first;
  const word = token.text.toLowerCase();
  const byKind = (kind: ArgumentKind): ArgumentSpec | undefined => open.find((spec) => spec.kind === kind);
  if (names?.environments.has(word) && !names.services.has(word)) return byKind('environment') ?? first;
  if (names?.services.has(word) && !names.environments.has(word)) return byKind('service') ?? first;
  // An optional name that nobody has is the beginning of what comes after it.
  const text = first.required ? undefined : open.find(isWordy);
  if (text && names && (first.kind === 'service' || first.kind === 'environment')) return text;
  if (first.kind === 'service' && /^v?\d+(\.\d+)+/.test(word)) return byKind('release') ?? first;
  return first;
}

/** `the`, `please`: dropped, unless a free text is wanted there. */
export function isFiller(typed: string, open: readonly ArgumentSpec[], names?: KnownNames): boolean {
  const word = typed.toLowerCase().replace(/[,;:.!?]{1,10}$/, '');
  if (names?.services.has(word) || names?.environments.has(word)) return false;
  return (fillers.has(word) || isEmoji(word)) && open[0]?.kind !== 'word';
}
