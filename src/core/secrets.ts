/** Secrets register themselves where they are read, so that no log line shows one by accident. */

const registered = new Set<string>();
const shortestSecret = 6;

/** From now on this value, its base64 and its URL-encoded form are replaced in everything that passes `redactSecrets`. */
export function registerSecret(value: string): void {
  if (value.length < shortestSecret) return;
  for (const form of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)]) registered.add(form);
}

/** The text with every registered secret replaced. */
export function redactSecrets(text: string): string {
  let clean = text;
  for (const secret of registered) if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]');
  return clean;
}
