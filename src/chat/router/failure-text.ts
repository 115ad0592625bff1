import { ConnectorError, DamagedRecordError, StoreUnavailableError, UserError } from '../../core/errors';
import type { ConnectorFailure } from '../../core/errors';
import { plainText } from '../../core/text';

/** What a person is told when a command or click ended in an error. Pure. */

interface Failure {
  readonly sentence: string;
  /** What the audit entry says. */
  readonly outcome: 'refused' | 'failed' | 'unclear';
  /** Whether the whole error belongs into the log as an error. */
  readonly unexpected: boolean;
}

const connectorWords: Readonly<Record<ConnectorFailure, (connector: string) => string>> = {
  refused: (connector) => `${connector} said no, so nothing was changed.`,
  'not found': (connector) => `${connector} does not know what was asked for, so nothing was changed.`,
  unreachable: (connector) => `${connector} did not answer, nothing was changed. Try again in a moment.`,
  unclear: (connector) =>
    `${connector} did not say whether it acted: it may still be running. Look before you try again.`,
};

/** One sentence for people, and how the failure counts. `reference` ties it to the log. */
export function describeFailure(error: unknown, reference: string): Failure {
  if (error instanceof UserError) return { sentence: error.message, outcome: 'refused', unexpected: false };
  if (error instanceof ConnectorError) {
    const sentence = `${connectorWords[error.failure](plainText(error.connector, 60))} Ref ${reference}.`;
    const outcome = error.failure === 'unclear' ? 'unclear' : error.failure === 'refused' ? 'refused' : 'failed';
    return { sentence, outcome, unexpected: true };
  }
  if (error instanceof StoreUnavailableError)
    return {
      sentence: `My memory does not answer at the moment, so I can’t do this. Try again in a minute. Ref ${reference}.`,
      outcome: 'failed',
      unexpected: true,
    };
  if (error instanceof DamagedRecordError)
    return {
      sentence: `${plainText(error.id, 60)} is damaged in the store and can't be read, so nothing was done. Ask an administrator to run doctor. Ref ${reference}.`,
      outcome: 'failed',
      unexpected: true,
    };
  return {
    sentence: `Something went wrong on my side. Check the state before you retry, and give your administrator the reference ${reference}.`,
    outcome: 'failed',
    unexpected: true,
  };
}
