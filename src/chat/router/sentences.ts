import { ConnectorError, DamagedRecordError, StoreUnavailableError, UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import type { ConnectorFailure } from '../../core/errors';
import type { RefusedAct } from '../../core/refusal';
import type { Logger } from '../../core/telemetry/logger';
import { describeOutage } from '../../core/outage';
import { enumerate, plainText } from '../../core/text';
import { isUnasked } from '../contract';
import type { Outbox, Reply, Turn } from '../contract';
import { refusalCard } from './cards';
import type { RouterOptions, TurnLog } from './contract';

/** What a person is told when a command or click failed, or when their message contained a secret. */

interface Failure {
  readonly sentence: string;
  /** The outcome in the audit entry. */
  readonly outcome: 'refused' | 'failed' | 'unclear';
  /** Set if others could do it. */
  readonly refusal?: RefusedAct;
  /** What the audit entry says instead of the outcome. */
  readonly audited?: { readonly target: string; readonly outcome: string } | undefined;
}

type Described = (connector: string, error: ConnectorError) => string;

const describeUnavailable: Described = (connector, error) => {
  const { is, again } = describeOutage(error);
  return `${connector} ${is}. Nothing was changed. Try again ${again}.`;
};

const connectorWords: Readonly<Record<ConnectorFailure, Described>> = {
  refused: (connector) =>
    `${connector} refused the request. Nothing was changed. Ask a Gavel admin to check Gavel’s log.`,
  unauthorized: (connector) =>
    `${connector} rejected Gavel’s credential. Nothing was changed. Ask a Gavel admin to renew it.`,
  'not found': (connector) =>
    `${connector} couldn’t find what Gavel requested. Nothing was changed. Check whether something was deleted or renamed in ${connector}.`,
  conflict: (connector) =>
    `${connector} can’t do that right now. Nothing was changed. Check ${connector} before you try again.`,
  'rate limited': describeUnavailable,
  unreachable: describeUnavailable,
  'invalid answer': (connector) =>
    `${connector} sent a response that Gavel can’t read. Nothing was changed. Ask a Gavel admin to check the connection.`,
  unclear: (connector) =>
    `${connector} didn’t confirm the request, so it may still take effect. Check ${connector} before you try again.`,
};

/** One sentence for people, and how the failure counts; `unexpected`: log the whole error. `reference` connects the sentence to the log. */
export function describeFailure(error: unknown, reference: string): Failure & { readonly unexpected: boolean } {
  return { ...failureOf(error, reference), unexpected: !(error instanceof UserError) };
}

function failureOf(error: unknown, reference: string): Failure {
  if (error instanceof RefusalError) {
    const { message, refusal, audited } = error;
    return { sentence: message, outcome: 'refused', refusal, audited };
  }
  if (error instanceof UserError) return { sentence: error.message, outcome: 'refused' };
  if (error instanceof ConnectorError) {
    const sentence = `${connectorWords[error.failure](plainText(error.connector, 60), error)} Ref ${reference}.`;
    return { sentence, outcome: error.failure === 'unclear' || error.failure === 'refused' ? error.failure : 'failed' };
  }
  let sentence = `Something went wrong on my side. Check whether your request went through before you try again, and give a Gavel admin this reference: ${reference}.`;
  if (error instanceof StoreUnavailableError)
    sentence = `Gavel’s store isn’t responding right now, so I can’t do this. Try again in a minute. Ref ${reference}.`;
  if (error instanceof DamagedRecordError)
    sentence = `A record in Gavel’s store is damaged, so I can’t do this. Nothing was done. Ask a Gavel admin to run \`npx gavel doctor\`. Ref ${reference}.`;
  return { sentence, outcome: 'failed' };
}

/** A refused line is answered with a card that only its author sees; a refused click, with a sentence next to the clicked card. */
export function answerFailure(
  { catalog, clock }: Pick<RouterOptions, 'catalog' | 'clock'>,
  turn: Turn,
  { command, approved }: Pick<TurnLog, 'command' | 'approved'>,
  { sentence, refusal }: Failure,
): Reply {
  if (isUnasked(turn) || approved) return { notice: sentence };
  const otherwise = turn.trigger === 'typed' && { otherwise: sentence };
  if (refusal && command !== undefined)
    return { ...refusalCard(catalog(), turn, command, refusal, clock.now()), ...otherwise };
  return { notice: sentence, ...otherwise };
}

/** Tells somebody in private that their message contained a secret. Returns at once and never throws. */
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
  const found = `What you ${trigger === 'typed' ? 'wrote' : 'entered'} seems to contain ${enumerate(kinds)}.`;
  const kept = 'I store and show `[secret]` instead.';
  const next =
    trigger === 'typed'
      ? 'Your own message still shows what you wrote. Delete the message, and rotate any secret that others could see.'
      : 'If you entered a real secret, rotate it.';
  return `${found} ${kept} ${next}`;
}
