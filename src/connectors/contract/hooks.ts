/** How outside systems call Gavel: `POST /api/hooks/<connection>`. */

/** How a system that calls proves that it is the one. Secrets are read for each call, so that a rotated one counts at once. */
export type HookProof =
  /** `Authorization: Bearer <secret>`, or `Basic` with a user: for tools that can't sign. Without a timestamp, a repeated call is only known by its body. */
  | { readonly by: 'password'; readonly user: string | undefined; readonly secret: () => string }
  /** HMAC-SHA256 of the time and the body. */
  | { readonly by: 'signature'; readonly scheme: SignatureScheme; readonly secret: () => string };

/** Where a tool puts its signature, and what it signs: the timestamp, the separator and the raw body. */
export interface SignatureScheme {
  /** Header names in lower case. */
  readonly signatureHeader: string;
  /** What stands before the hexadecimal digits. */
  readonly prefix: string;
  /** The header with the seconds since 1970. */
  readonly timestampHeader: string;
  readonly separator: string;
}
