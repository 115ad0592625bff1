import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { answersWell, basicAuthorization, credentials, passwordHash, startDaemon } from './daemon';
import type { Daemon } from './daemon';

interface AlertmanagerOptions {
  /** Started again with the same folder and port, it is the same server after a restart. */
  readonly folder: string;
  readonly port?: number;
  /** Where it posts what fires and what has ended. */
  readonly webhook?: string;
  /** The bearer token that it posts with. */
  readonly webhookSecret?: string;
  /** Alerts with these labels hold back the others that have the same `service`. */
  readonly inhibit?: { readonly source: readonly string[]; readonly target: readonly string[] };
}

export type Alertmanager = Daemon & {
  readonly url: string;
  readonly port: number;
  readonly credentials: typeof credentials;
};

/** A real Alertmanager that tells of alerts after a second. Everything asks for the credentials. */
export async function startAlertmanager({
  folder,
  webhook,
  webhookSecret,
  inhibit,
  ...given
}: AlertmanagerOptions): Promise<Alertmanager> {
  const port = given.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));
  const signIn = webhookSecret !== undefined && { http_config: { authorization: { credentials: webhookSecret } } };
  write('web.yml', { basic_auth_users: { [credentials.user]: passwordHash } });
  write('alertmanager.yml', {
    route: { receiver: 'gavel', group_by: ['service'], group_wait: '1s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [{ name: 'gavel', ...(webhook !== undefined && { webhook_configs: [{ url: webhook, ...signIn }] }) }],
    ...(inhibit && {
      inhibit_rules: [{ source_matchers: inhibit.source, target_matchers: inhibit.target, equal: ['service'] }],
    }),
  });
  const daemon = await startDaemon({
    program: 'prometheus-alertmanager',
    args: [
      ...['--config.file=alertmanager.yml', '--web.config.file=web.yml', '--storage.path=data'],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--web.external-url=http://alertmanager.example'],
      '--cluster.listen-address=',
    ],
    folder,
    isReady: () => answersWell(`${url}/-/ready`, basicAuthorization),
  });
  return { ...daemon, url, port, credentials };
}
