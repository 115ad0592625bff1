import type { Random } from '../random';

/** Changes JSON like an attacker or a broken sender: its structure, and sometimes its bytes. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface MutationOptions {
  /** Values that mean something to the receiver. */
  readonly own: readonly string[];
  /** The most important fields: half of all changes stay within one of them, so that they reach inner code. */
  readonly heart: readonly string[];
}

/** A copy of `value` with one to four changes, as text. */
export function mutated(value: object, random: Random, { own, heart }: MutationOptions): string {
  let root = JSON.parse(JSON.stringify(value)) as Json;
  for (let left = 1 + random.number(4); left > 0; left--) {
    const field = random.pick(heart);
    const inner = (root as Record<string, Json> | null)?.[field];
    if (inner !== null && typeof inner === 'object' && random.chance(0.5))
      (root as Record<string, Json>)[field] = changeSomewhere(inner, random, own);
    else root = changeSomewhere(root, random, own);
  }
  const text = withHostileKeys(JSON.stringify(root) ?? 'null', random);
  return random.chance(0.05) ? changedBytes(text, random) : text;
}

function changeSomewhere(root: Json, random: Random, own: readonly string[]): Json {
  const places: { holder: Record<string, Json> | Json[]; key: string }[] = [];
  const walk = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value, key });
      walk((value as Record<string, Json>)[key] ?? null);
    }
  };
  walk(root);
  if (places.length === 0 || random.chance(0.005)) return strange(random, own);
  const { holder, key } = random.pick(places);
  change(holder as Record<string, Json>, key, random, own);
  return root;
}

function change(holder: Record<string, Json>, key: string, random: Random, own: readonly string[]): void {
  const value = holder[key] ?? null;
  const changes: (() => void)[] = [
    () => void delete holder[key],
    () => (holder[key] = strange(random, own)),
    () => (holder[key] = strange(random, own)),
    () => (holder[key] = [value, value]),
    () => (holder[key] = { [key]: value }),
    () => (Array.isArray(holder) ? void holder.push(value) : (holder[random.pick(oddKeys)] = value)),
    () => (holder[random.pick(Object.keys(holder))] = value),
    () => (holder[key] = typeof value === 'string' ? changedText(value, random) : JSON.stringify(value)),
    () => (holder[key] = random.pick(own)),
  ];
  random.pick(changes)();
}

const oddKeys = ['', 'constructor', 'toString', 'hasOwnProperty', '$ref', 'length', 'then', 'id', 'type', '__proto___'];

const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\u202e',
  '\ud800',
  '\ufeff',
  '${$root}',
  '${toString()}',
  '<at>Gavel</at>',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '../../etc/passwd',
  "'; DROP TABLE records; --",
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  '9'.repeat(400),
  'x'.repeat(5_000),
  'https://evil.example/',
  'http://169.254.169.254/',
  '{"a":1}',
  '"'.repeat(200),
  'deploy '.repeat(200),
];

function strange(random: Random, own: readonly string[]): Json {
  const depth = 1 + random.number(150);
  const kinds: (() => Json)[] = [
    () => null,
    () => random.chance(0.5),
    () => random.pick([0, -0, -1, 1e308, 2 ** 53, -(2 ** 31), 0.1, 1e-300]),
    () => random.pick(oddTexts),
    () => random.pick(oddTexts),
    () => random.pick(own),
    () => [],
    () => ({}),
    () => Array.from({ length: random.number(2_000) }, () => 7),
    () => Object.fromEntries(Array.from({ length: random.number(200) }, (_, index) => [`k${index}`, index])),
    () => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as Json,
    () => ({ toString: 1, valueOf: null, toJSON: 'x', length: -1, then: 'x', constructor: null }),
    () => ({ id: { id: 'x' }, type: [] }),
  ];
  return random.pick(kinds)();
}

function changedText(text: string, random: Random): string {
  const at = random.number(text.length + 1);
  return random.pick([
    text.slice(0, at),
    text + text,
    text.slice(0, at) + random.pick(oddTexts) + text.slice(at),
    text.toUpperCase(),
    [...text].reverse().join(''),
  ]);
}

/** What `JSON.parse` accepts and no object literal can contain. */
function withHostileKeys(text: string, random: Random): string {
  if (random.chance(0.05)) return text.replace('{', '{"__proto__":{"polluted":true,"isAdmin":true},');
  if (random.chance(0.03)) return text.replace(/}$/, ',"type":"message","type":"invoke"}');
  return text;
}

function changedBytes(text: string, random: Random): string {
  const at = random.number(text.length);
  const odd = random.pick(['{', '}', '"', '\\', '\u0000', ',', ':', '[', '\\u', 'e999', '\ud800']);
  return random.pick([
    text.slice(0, at),
    text.slice(0, at) + odd + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1 + random.number(20)),
    text + text,
  ]);
}
