import { z } from 'zod';
import type { HookProof, SignatureScheme } from '../contract/hooks';

/** What the catalog says of the calls that a connection takes. */

const secret = z.string().regex(/^GAVEL_[A-Z0-9_]+$/, 'the name of a setting, such as GAVEL_NAGIOS_HOOK');

/** For tools that sign what they send: `hook: { secret: GAVEL_NAGIOS_HOOK }`. */
export const signedHook = z.strictObject({ secret });

/** For tools that can't sign: the secret is a bearer token, or the password of `user`. */
export const passwordHook = signedHook.extend({
  user: z
    .string()
    .regex(/^[^:\u0000-\u001F]{1,200}$/)
    .optional(),
});

const schemes = {
  /** What Gavel's own scripts send. */
  gavel: {
    signatureHeader: 'x-gavel-signature',
    prefix: 'sha256=',
    timestamp: { header: 'x-gavel-timestamp', separator: '.' },
  },
  /** https://github.com/grafana/alerting/blob/main/http/hmac.go; whoever sets it up there names the timestamp’s header. */
  grafana: {
    signatureHeader: 'x-grafana-alerting-signature',
    prefix: '',
    timestamp: { header: 'x-grafana-alerting-timestamp', separator: ':' },
  },
  /** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
  github: { signatureHeader: 'x-hub-signature-256', prefix: 'sha256=' },
} as const satisfies Readonly<Record<string, SignatureScheme>>;

/**
 * The proof that a connection asks for. `form`: a password, or whose signature. Undefined if the catalog doesn't mention calls, so that none are taken.
 */
export function hookProof(
  form: 'password' | keyof typeof schemes,
  hook: z.output<typeof passwordHook> | undefined,
  read: (setting: string) => string,
): HookProof | undefined {
  if (!hook) return undefined;
  const secretOf = (): string => read(hook.secret);
  return form === 'password'
    ? { by: 'password', user: hook.user, secret: secretOf }
    : { by: 'signature', scheme: schemes[form], secret: secretOf };
}
