import { ConnectorError } from '../../core/errors';
import type { ConnectorFailure } from '../../core/errors';
import type { CheckLine } from '../contract/kinds';

/** Tries one permission with a real call, and says in one sentence what to do if it fails. `fix`: what allows the call where it is refused. */
export async function checkCall(about: string, call: () => Promise<unknown>, fix: string): Promise<CheckLine> {
  try {
    await call();
    return { about };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return { about, problem: problems[error.failure](fix) };
  }
}

const notReached = (): string => 'The system didn’t respond. Check the URL and whether Gavel’s server can reach it.';
const notAllowed = (fix: string): string => `The system refused the call. ${fix}`;

const problems: Readonly<Record<ConnectorFailure, (fix: string) => string>> = {
  unauthorized: () => 'The system rejected the credential. Check the user and the setting that holds the secret.',
  refused: notAllowed,
  conflict: notAllowed,
  'not found': () => 'There’s nothing at this address. Check the URL, including its path.',
  'rate limited': () => 'The system is rate-limiting requests. Try again later.',
  unreachable: notReached,
  unclear: notReached,
  'invalid answer': () => 'Gavel can’t read the response. Check the URL, including its path.',
};
