import type { Config } from '../config';
import { StartError } from '../core/errors';
import { systemProblem } from '../core/system-problem';
import { redactSecrets } from '../core/text/secrets';

/** Why Gavel can't start or do what was requested, in one sentence without a stack and without secrets. Pure. */
export function startProblem(error: unknown): string {
  if (error instanceof StartError) return redactSecrets(error.message);
  const known = systemProblem(error);
  if (known !== undefined) return redactSecrets(known);
  const message = error instanceof Error ? error.message : String(error);
  return redactSecrets(`${message.split('\n')[0] ?? ''} (unexpected; set LOG_LEVEL=debug to see the stack trace).`);
}

/** What somebody at the terminal reads when Gavel is ready. */
export function greetingOf({ host, port }: Pick<Config, 'host' | 'port'>, playgroundUrl: string | undefined): string {
  if (playgroundUrl === undefined) return `Gavel is listening for Teams on ${host}:${port}.`;
  return [
    '',
    `  Gavel is ready: ${playgroundUrl}`,
    '',
    '  Open it in a browser, go to Deployments, and type: deploy',
    '  Ctrl-C stops Gavel and its sandbox.',
    '',
  ].join('\n');
}
