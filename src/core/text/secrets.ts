import { withoutEnding } from './index';
/** Secrets register themselves where they are read, so that no log line shows one by accident. */

const registered = new Set<string>();
const shortestSecret = 6;

/** From now on this value is replaced in everything that passes `redactSecrets`: as it is, in base64, URL-encoded and as JSON prints it. */
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
  // The longest first: a secret that holds another one must go as a whole.
  const found = [...registered].filter((secret) => text.includes(secret)).sort((a, b) => b.length - a.length);
  return found.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text);
}
