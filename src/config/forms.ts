import { z } from 'zod';

/** The allowed texts of a setting; each message completes "It must be …". */

export const guid = z
  .string()
  .regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i, 'a GUID such as 11111111-2222-4333-8444-555555555555')
  .toLowerCase();
/** `11111111-2222-4333-8444-555555555555=Ada Admin` */
export const firstAdmin = z
  .string()
  .regex(
    /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}(=.{1,80})?$/i,
    'object IDs such as 11111111-2222-4333-8444-555555555555, each with =Name after it if you like',
  )
  .transform((text) => ({ objectId: text.slice(0, 36).toLowerCase(), name: text.slice(37).trim() || 'First admin' }));
export const onOrOff = z.enum(['on', 'off'], 'on or off').transform((text) => text === 'on');
export const port = z.coerce
  .number('a port number')
  .int()
  .min(1, 'a port from 1 to 65535')
  .max(65_535, 'a port from 1 to 65535');
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const mongoUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/.+/, 'a MongoDB address such as mongodb://host:27017/?replicaSet=name')
  .refine(
    hasClearPassword,
    'a MongoDB address whose password is percent-encoded: write @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25',
  );

/** Whether every parser finds the same user, password and host in it: the driver would take the end of an unencoded password for a host. */
function hasClearPassword(url: string): boolean {
  const [userInfo, ...others] = url.slice(url.indexOf('://') + 3).split('@');
  if (others.length === 0 || userInfo === undefined) return true;
  const isEncoded = !/[/?#[\]\s]|%(?![0-9a-f]{2})/i.test(userInfo);
  return others.length === 1 && isEncoded && userInfo.split(':').length <= 2;
}

/** Every part of such an address that could be part of its password, however it is split. */
export function passwordParts(url: string): string[] {
  const rest = url.slice(url.indexOf('://') + 3);
  const userInfo = rest.slice(0, Math.max(0, rest.lastIndexOf('@')));
  const password = userInfo.slice(userInfo.indexOf(':') + 1);
  if (userInfo === '' || !userInfo.includes(':')) return [];
  return [password, ...password.split(/[@/:?#]/)].flatMap((part) => [part, decode(part)]);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
export const databaseName = z.string().regex(/^[A-Za-z0-9_-]{1,38}$/, 'letters, digits, -, and _ only, at most 38');
export const instanceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, -, and _ only, at most 63');
export const auditKey = z
  .string()
  .transform((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'))
  .refine((key) => key.length === 32, '32 random bytes in hexadecimal or base64: openssl rand -hex 32 prints some');

export const httpsAddress = z
  .string()
  .regex(/^https:\/\/[^\s/]+/i, 'an address that begins with https://')
  .max(2_048, 'at most 2048 characters');
export const httpAddress = z.string().regex(/^https?:\/\/[^\s/]+/i, 'an address that begins with http:// or https://');
