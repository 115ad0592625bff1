import type { Logger } from '../core/telemetry/logger';
import { enumerate } from '../core/text';
import type { Outbox, Turn } from './contract';

/** Tells somebody in private that what they wrote held a secret. Returns at once and never throws. */
export type WarnAboutSecret = (turn: Turn, kinds: readonly string[]) => void;

/** Sends the warning through the outbox, once for each turn. */
export function createSecretWarning(outbox: Outbox, logger: Logger): WarnAboutSecret {
  return (turn, kinds) => {
    if (kinds.length === 0) return;
    const text = warningOf(turn, kinds);
    outbox
      .put({
        key: `secret-warning:${turn.correlationId}`,
        destination: { to: 'person', personId: turn.person.id },
        content: { text },
        revision: 1,
        final: true,
      })
      .catch((error: unknown) => logger.warn({ error }, 'A warning about a secret could not be stored'));
  };
}

function warningOf({ trigger }: Turn, kinds: readonly string[]): string {
  const found = `What you ${trigger === 'typed' ? 'wrote' : 'entered'} seems to hold ${enumerate(kinds)}.`;
  const kept = 'I kept and showed `[secret]` in its place.';
  const next =
    trigger === 'typed'
      ? 'Your own message still shows it: delete that message, and change the secret if others could see it.'
      : 'Change the secret if it was a real one.';
  return `${found} ${kept} ${next}`;
}
