import type { Config } from '../config';

/** What a person at the terminal reads when Gavel is ready. */
export function greetingOf({ host, port }: Pick<Config, 'host' | 'port'>, playgroundUrl: string | undefined): string {
  if (playgroundUrl === undefined) return `Gavel serves Teams on ${host}:${port}.`;
  return [
    '',
    `  Gavel is ready: ${playgroundUrl}`,
    '',
    '  Open it in a browser, go to Deployments and write: deploy',
    '  Ctrl-C stops Gavel and its sandbox.',
    '',
  ].join('\n');
}
