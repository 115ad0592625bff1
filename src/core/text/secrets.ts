import { lookUp } from '../keys';
import { withoutEnding } from '.';

/** Secrets are registered where they are read, so no log line shows one by accident. */

const registered = new Set<string>();
const shortestSecret = 6;

/** From now on, this value is replaced in everything that passes `redactSecrets`: as it is, in base64, URL-encoded and as JSON. */
export function registerSecret(value: string): void {
  if (value.length < shortestSecret) return;
  const bytes = Buffer.from(value);
  const inUrl = encodeURIComponent(value);
  const forms = [
    value,
    withoutEnding(bytes.toString('base64'), '='),
    bytes.toString('base64url'),
    inUrl,
    inUrl.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
  ];
  for (const form of forms) registered.add(form);
}

/** The text with every registered secret replaced. */
export function redactSecrets(text: string): string {
  // The longest first: a secret that contains another one must be replaced as a whole.
  const found = [...registered].filter((secret) => text.includes(secret)).sort((a, b) => b.length - a.length);
  return found.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}

/** Recognizes a secret by its form, so that it is neither stored nor shown. Pure. Masking one word too many is better than storing a secret. */

/** What replaces a secret. */
const mask = '[secret]';

const words =
  'pass(?:word|wd|phrase|code)?|pwd|pin|secrets?|api[ _-]?key|access[ _-]?key|(?:client|shared)[ _-]?secret';
const moreWords = 'private[ _-]?key|(?:access|auth|bearer|refresh|bot)?[ _-]?token|credentials?|kennwort|passwort';
/** Words after `the password is` that aren't one. */
const harmless =
  '(?:in|at|on|with|under|via|from|by|kept|stored|held|managed|rotated|changed|expired|needed|required|not|never|no|wrong|unknown|missing|what|where|who)(?![^\\s,;.!?])';

const schemes = '(?:basic|bearer|digest|negotiate|token)';

const forms: readonly (readonly [kind: string, form: RegExp])[] = [
  ['a private key', /-{2,5}\s?BEGIN [A-Z ]*PRIVATE KEY|PuTTY-User-Key-File|AGE-SECRET-KEY-1[0-9A-Z]{20,}/],
  ['a signed token', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,})/],
  ['a GitLab token', /\bgl(?:pat|dt|rt|cbt|ptt|soat|agent)-[\w-]{16,}/],
  ['a Slack token', /\bxox[a-z]-[\w-]{10,}|\bxapp-[\w-]{10,}/],
  ['a Stripe key', /\b[srp]k_(?:live|test)_\w{10,}/],
  ['a Google key', /\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}/],
  ['an npm token', /\bnpm_\w{30,}/],
  ['a PyPI token', /\bpypi-[\w-]{20,}/],
  ['a SendGrid key', /\bSG\.[\w-]{16,}\.[\w-]{16,}/],
  ['an API key', /\bsk-[\w-]{20,}/],
  ['a Vault token', /\bhv[sbr]\.[\w-]{20,}/],
  ['a Docker token', /\bdckr_(?:pat|oat)_[\w-]{16,}/],
  ['a DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{20,}/],
  ['an Atlassian token', /\bAT(?:ATT|CTT|BB)[\w=-]{20,}/],
  ['a Databricks token', /\bdapi[0-9a-f]{32}\b/],
  ['a Grafana token', /\bgl(?:sa|c)_\w{20,}/],
  ['a bot token', /\b\d{8,10}:[\w-]{35}\b/],
  ['an Entra secret', /(?<![\w~.-])[\w~.-]{3}\d?8Q~[\w~.-]{30,}/],
  ['a webhook URL', /hooks\.slack\.com\/services\/\w+|webhook\.office\.com\/webhookb2\/|\.logic\.azure\.com\S*sig=/i],
  ['a signed URL', /[?&](?:sig|signature|token|access_token|api_?key|key|secret|password|x-amz-signature)=[^\s&]{6,}/i],
  ['a connection string', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@\S/i],
  [
    'a connection string',
    /\b(?<name>(?:AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey|User Id|Uid)\s*=\s*)(?!\[secret\])[^\s;]+/i,
  ],
  [
    'sign-in credentials',
    new RegExp(
      String.raw`\b(?<name>authorization\s*[:=]\s*(?!(?:${schemes}\s+)?\[secret\])(?:${schemes}\s+)?)\S+`,
      'i',
    ),
  ],
  ['sign-in credentials', /\b(?:bearer\s+[\w.~+/-]{16,}|basic\s+[A-Za-z0-9+/]{12,}=*)/i],
  [
    'a password',
    new RegExp(
      `(?<![a-z0-9])(?<name>(?:${words}|${moreWords})['"]?\\s*(?:is now|is|are|was|=|:)\\s*)(?!${harmless}|\\[secret\\])(?:"[^"]*"|'[^']*'|\\S)`,
      'i',
    ),
  ],
];

/** The kind of secret in this text: `a password`, `a GitHub token`; undefined if nothing looks like one. */
export function findSecret(text: string): string | undefined {
  if (redactSecrets(text) !== text) return ownSecret;
  const named = forms.find(([, form]) => form.test(text));
  if (named) return named[0];
  return (text.replace(/\b[a-z]+:\/\/\S+/gi, ' ').match(/[\w+/=~-]{20,}/g) ?? []).some(isRandom)
    ? randomWord
    : undefined;
}

/**
 * The text with `[secret]` in place of everything that `findSecret` would find, and what was masked: `a password`, `a GitHub token`. The word before
 * a value stays, so that `password=…` still says what it was. Masking a masked text changes nothing.
 */
export function maskSecrets(text: string): { readonly text: string; readonly kinds: readonly string[] } {
  const kinds = new Set<string>();
  let masked = redactSecrets(text);
  if (masked !== text) kinds.add(ownSecret);
  for (const [kind, form] of wholeForms)
    masked = masked.replace(form, (...match: unknown[]) => {
      kinds.add(kind);
      return `${(match.at(-1) as { readonly name?: string } | undefined)?.name ?? ''}${mask}`;
    });
  masked = masked.replace(/\b[a-z]+:\/\/\S+|[\w+/=~-]{20,}/gi, (word) => {
    if (word.includes('://') || !isRandom(word)) return word;
    kinds.add(randomWord);
    return mask;
  });
  return { text: masked, kinds: [...kinds] };
}

/** The same for these fields of an object; returns the same object if nothing was masked. */
export function maskFields<Values extends object>(
  values: Values,
  fields: readonly string[],
): { readonly values: Values; readonly kinds: readonly string[] } {
  const found = fields.flatMap((field) => {
    const value = lookUp(values as Readonly<Record<string, unknown>>, field);
    return typeof value === 'string' ? [{ field, ...maskSecrets(value) }] : [];
  });
  const kinds = [...new Set(found.flatMap((each) => each.kinds))];
  if (kinds.length === 0) return { values, kinds };
  return { values: { ...values, ...Object.fromEntries(found.map(({ field, text }) => [field, text])) }, kinds };
}

const ownSecret = 'one of Gavel’s own secrets';
const randomWord = 'a long random string, like a key or a token';

/** The same forms up to the end of the word, because a form stops as soon as it recognizes a secret. */
const wholeForms = forms.map(
  ([kind, form]) => [kind, new RegExp(String.raw`(?:${form.source})[^\s"'<>]*`, `${form.flags}g`)] as const,
);

/** One word with letters, digits and symbols, like a password; for values that were given a name. */
export function looksLikePassword(value: string): boolean {
  if (!/^\S{8,64}$/.test(value) || /^(?:[a-z]+:\/\/|[\w.+-]+@[\w-]+\.\w)/i.test(value)) return false;
  const inside = value.slice(1, -1);
  return /[a-z]/i.test(value) && /\d/.test(value) && /[!#$%^&*?~]/.test(`${inside}${value.at(-1)}`);
}

/** Ids that people write down: commits, digests and UUIDs aren't secrets. */
const openIds = /^(?:[0-9a-f]{40}|(?:sha256[:-])?[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

function isRandom(word: string): boolean {
  if (openIds.test(word)) return false;
  if (/^[0-9a-f]{32,}$/i.test(word)) return true;
  // Words joined by symbols are names, so each part is checked separately, and the whole if it is mixed throughout.
  const parts = word.split(/[-_/=+]/).filter((part) => part !== '');
  if (parts.some((part) => part.length >= 20 && isMixed(part) && bitsPerSign(part) >= 3.5)) return true;
  return word.length >= 32 && parts.every(isMixedOrShort) && isMixed(word) && bitsPerSign(word) >= 4;
}

const isMixed = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
const isMixedOrShort = (part: string): boolean => part.length < 6 || isMixed(part);

/** Shannon entropy: how unpredictable each character is. */
function bitsPerSign(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
