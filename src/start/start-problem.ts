import { StartError } from '../core/errors';
import { redactSecrets } from '../core/text/secrets';
import { systemProblem } from '../core/system-problem';

/** Why Gavel can't start or do what was asked for, in one sentence without a stack; secrets are left out. Pure. */
export function startProblem(error: unknown): string {
  if (error instanceof StartError) return redactSecrets(error.message);
  const known = systemProblem(error);
  if (known !== undefined) return redactSecrets(known);
  const message = error instanceof Error ? error.message : String(error);
  return redactSecrets(`${message.split('\n')[0] ?? ''} (unexpected; LOG_LEVEL=debug shows where it comes from).`);
}
