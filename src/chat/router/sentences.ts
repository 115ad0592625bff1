import { ConnectorError, DamagedRecordError, StoreUnavailableError, UserError } from '../../core/errors';
import type { ConnectorFailure } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import { enumerate, plainText } from '../../core/text';
import type { Outbox, Turn } from '../contract';

/** What a person is told when a command or click ended in an error, or when what they wrote held a secret. */

interface Failure {
  readonly sentence: string;
  /** What the audit entry says. */
  readonly outcome: 'refused' | 'failed' | 'unclear';
}

const connectorWords: Readonly<Record<ConnectorFailure, (connector: string) => string>> = {
  refused: (connector) => `${connector} said no, so nothing was changed.`,
  'not found': (connector) => `${connector} does not know what was asked for, so nothing was changed.`,
  unreachable: (connector) => `${connector} did not answer, nothing was changed. Try again in a moment.`,
  unclear: (connector) =>
    `${connector} did not say whether it acted: it may still be running. Look before you try again.`,
};

/** One sentence for people, and how the failure counts; `unexpected`: the whole error belongs into the log. `reference` ties it to the log. */
export function describeFailure(error: unknown, reference: string): Failure & { readonly unexpected: boolean } {
  return { ...failureOf(error, reference), unexpected: !(error instanceof UserError) };
}

function failureOf(error: unknown, reference: string): Failure {
  if (error instanceof UserError) return { sentence: error.message, outcome: 'refused' };
  if (error instanceof ConnectorError) {
    const sentence = `${connectorWords[error.failure](plainText(error.connector, 60))} Ref ${reference}.`;
    return { sentence, outcome: error.failure === 'unclear' || error.failure === 'refused' ? error.failure : 'failed' };
  }
  let sentence = `Something went wrong on my side. Check the state before you retry, and give your administrator the reference ${reference}.`;
  if (error instanceof StoreUnavailableError)
    sentence = `My memory does not answer at the moment, so I can’t do this. Try again in a minute. Ref ${reference}.`;
  if (error instanceof DamagedRecordError)
    sentence = `${plainText(error.id, 60)} is damaged in the store and can't be read, so nothing was done. Ask an administrator to run doctor. Ref ${reference}.`;
  return { sentence, outcome: 'failed' };
}

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
