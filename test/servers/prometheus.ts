import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { answersWell, basicAuthorization, credentials, passwordHash, startDaemon } from './daemon';
import type { Daemon } from './daemon';

/** An alerting rule, as a file of rules has it. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface PrometheusOptions {
  /** Started again with the same folder and port, it is the same server after a restart. */
  readonly folder: string;
  readonly port?: number;
  /** What it scrapes each second: the address of each job. */
  readonly scrape?: Readonly<Record<string, string>>;
  readonly rules?: readonly AlertingRule[];
  /** The address of the Alertmanager that it sends alerts to. */
  readonly alertmanager?: string;
}

export type Prometheus = Daemon & {
  readonly url: string;
  readonly port: number;
  readonly credentials: typeof credentials;
};

/** A real Prometheus that scrapes and evaluates each second. Everything asks for the credentials. */
export async function startPrometheus({
  folder,
  scrape = {},
  rules = [],
  alertmanager,
  ...given
}: PrometheusOptions): Promise<Prometheus> {
  const port = given.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('web.yml', { basic_auth_users: { [credentials.user]: passwordHash } });
  write('rules.yml', { groups: [{ name: 'rules', interval: '1s', rules }] });
  write('prometheus.yml', {
    global: {
      scrape_interval: '1s',
      scrape_timeout: '1s',
      evaluation_interval: '1s',
      external_labels: { cluster: 'tests' },
    },
    rule_files: ['rules.yml'],
    scrape_configs: Object.entries(scrape).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    })),
    ...(alertmanager !== undefined && {
      alerting: {
        alertmanagers: [
          {
            static_configs: [{ targets: [new URL(alertmanager).host] }],
            basic_auth: { username: credentials.user, password: credentials.password },
          },
        ],
      },
    }),
  });
  const daemon = await startDaemon({
    program: 'prometheus',
    args: [
      ...['--config.file=prometheus.yml', '--web.config.file=web.yml', '--storage.tsdb.path=data'],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--web.external-url=http://prometheus.example'],
      // Otherwise a restarted Alertmanager hears of an alert only after a minute.
      '--rules.alert.resend-delay=1s',
    ],
    folder,
    isReady: () => answersWell(`${url}/-/ready`, basicAuthorization),
  });
  return { ...daemon, url, port, credentials };
}
