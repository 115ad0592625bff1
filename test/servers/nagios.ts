import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { answersWell, basicAuthorization, credentials, startDaemon, writeCheck, writeCheckResult } from './daemon';
import type { Daemon } from './daemon';

/** A host, or a service on it, whose check the test decides. */
interface Checked {
  readonly host: string;
  readonly service?: string;
}

interface NagiosOptions {
  /** Must be one that every user can reach. Started again with the same folder and port, it is the same server after a restart. */
  readonly folder: string;
  readonly port?: number;
  /** Whether all other processes have the processors first. */
  readonly givesWay?: boolean;
  readonly hosts: readonly string[];
  /** A passive one is never checked by Nagios itself: see `report`. */
  readonly services: readonly (Required<Checked> & {
    readonly attempts?: number;
    readonly isSilent?: boolean;
    readonly isPassive?: boolean;
  })[];
  /** Run for each notification, with Nagios' macros. */
  readonly notify?: { readonly host: string; readonly service: string };
  readonly dateFormat?: 'us' | 'euro' | 'iso8601' | 'strict-iso8601';
  /** The time zone that the web pages and Nagios have. */
  readonly timeZone?: string;
}

export type Nagios = Daemon & {
  /** With basic authentication. */
  readonly url: string;
  /** The same pages with digest authentication. */
  readonly digestUrl: string;
  readonly port: number;
  readonly credentials: typeof credentials;
  /** What the next check of it says: 0 is well. Everything is checked each second. */
  readonly setCheck: (checked: Checked, code: 0 | 1 | 2 | 3, output: string) => void;
  /** Results of passive services, all at once. */
  readonly report: (
    results: readonly (Required<Checked> & { readonly code: 0 | 1 | 2; readonly output: string })[],
  ) => void;
  /** Where it logs what it does. */
  readonly log: string;
};

/** Who sees everything and may do nothing. */
export const reader = { user: 'reader', password: 'not-a-secret' } as const;

/** A real Nagios with the CGIs of its web pages in a real Apache. */
export async function startNagios(options: NagiosOptions): Promise<Nagios> {
  const { folder, hosts, services } = options;
  const port = options.port ?? (await freePort());
  const address = `http://127.0.0.1:${port}`;
  for (const each of ['state', 'results', 'archive', 'pipe']) mkdirSync(join(folder, each), { recursive: true });
  const all: readonly Checked[] = [...hosts.map((host) => ({ host })), ...services];
  const fileOf = (checked: Checked): string => {
    const at = all.findIndex(({ host, service }) => host === checked.host && service === checked.service);
    return join(folder, 'state', String(at));
  };
  const setCheck: Nagios['setCheck'] = (checked, code, output) => writeCheckResult(fileOf(checked), code, output);
  if (options.port === undefined) for (const each of all) setCheck(each, 0, 'OK - fine | time=0.012s errors=2%');
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  writeCheck(folder);
  write('objects.cfg', objectsOf(options, fileOf));
  write('nagios.cfg', nagiosSettings(options));
  write('cgi.cfg', cgiSettings(folder));
  const users = [credentials, reader];
  const hash = (kind: string, text: string) => createHash(kind).update(text);
  write(
    'users',
    users.map(({ user, password }) => `${user}:{SHA}${hash('sha1', password).digest('base64')}`),
  );
  write(
    'digests',
    users.map(({ user, password }) => `${user}:Nagios:${hash('md5', `${user}:Nagios:${password}`).digest('hex')}`),
  );
  write('apache.conf', apacheSettings(folder, port, options.timeZone));
  if (isRoot) spawnSync('chown', ['-R', `${user}:${user}`, folder]);

  const apache = await startDaemon({
    ...{ program: 'apache2', args: ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], folder, isGroup: true },
    isReady: () => answersWell(`${address}/nagios/cgi-bin/cmd.cgi`, basicAuthorization),
  });
  const environment = options.timeZone === undefined ? [] : [`TZ=${options.timeZone}`];
  const giveWay = options.givesWay === true ? ['nice', '-n', '19'] : [];
  const args = [...environment, ...giveWay, 'nagios4', join(folder, 'nagios.cfg')];
  const nagios = await startDaemon({
    ...{ program: 'env', args, folder, isGroup: true },
    isReady: () => answersWell(`${address}/nagios/cgi-bin/statusjson.cgi?query=programstatus`, basicAuthorization),
  }).catch(async (error: unknown) => {
    await apache.stop();
    throw error;
  });
  return {
    ...{ url: `${address}/nagios`, digestUrl: `${address}/digest`, port, credentials, setCheck },
    log: join(folder, 'nagios.log'),
    report(results) {
      const now = Math.floor(Date.now() / 1_000);
      const lines = results.map(
        ({ host, service, code, output }) =>
          `[${now}] PROCESS_SERVICE_CHECK_RESULT;${host};${service};${code};${output}\n`,
      );
      appendFileSync(join(folder, 'pipe/nagios.cmd'), lines.join(''));
    },
    async stop() {
      await nagios.stop();
      await apache.stop();
    },
  };
}

/** The command of a contact that runs the notification script of `deploy/` for a service, as the documentation says. */
export const notifyCommand = (script: string, address: string, secretFile: string): string =>
  `${script} ${address} ${secretFile} '$NOTIFICATIONTYPE$' '$HOSTNAME$' '$SERVICEDESC$' '$SERVICESTATE$' '$LASTSERVICESTATECHANGE$' '$TIMET$' '$SERVICEOUTPUT$'`;

const isRoot = process.getuid?.() === 0;
/** Apache doesn't run as root, and Nagios is told not to. */
const user = isRoot ? 'nagios' : userInfo().username;

type Fields = Readonly<Record<string, string | number>>;

const define = (kind: string, fields: Fields): string[] => [
  `define ${kind} {`,
  ...Object.entries(fields).map(([name, value]) => `  ${name} ${String(value).replaceAll(';', '\\;')}`),
  '}',
];

function objectsOf({ folder, hosts, services, notify }: NagiosOptions, fileOf: (checked: Checked) => string): string[] {
  const commands = { host_notification_commands: 'notify-host', service_notification_commands: 'notify-service' };
  const periods = { host_notification_period: 'always', service_notification_period: 'always' };
  const options = { host_notification_options: 'd,u,r,f,s', service_notification_options: 'w,u,c,r,f,s' };
  const checked = (each: Checked, attempts: number): Fields => ({
    ...{ check_command: `check!${fileOf(each)}`, check_interval: 1, retry_interval: 1, max_check_attempts: attempts },
    ...{ check_period: 'always', notification_period: 'always', notification_interval: 0 },
  });
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  return [
    ...define('command', { command_name: 'check', command_line: `${join(folder, 'check')} $ARG1$` }),
    ...define('command', { command_name: 'notify-host', command_line: notify?.host ?? '/bin/true' }),
    ...define('command', { command_name: 'notify-service', command_line: notify?.service ?? '/bin/true' }),
    ...define('timeperiod', {
      ...{ timeperiod_name: 'always', alias: 'always' },
      ...Object.fromEntries(days.map((day) => [day, '00:00-24:00'])),
    }),
    ...define('contact', { contact_name: credentials.user, alias: 'The bot', ...commands, ...periods, ...options }),
    ...hosts.flatMap((host) =>
      define('host', {
        ...{ host_name: host, alias: host, address: '127.0.0.1', contacts: credentials.user },
        ...checked({ host }, 1),
      }),
    ),
    ...services.flatMap(({ host, service, attempts = 1, isSilent = false, isPassive = false }) =>
      define('service', {
        ...{ host_name: host, service_description: service, ...checked({ host, service }, attempts) },
        ...(isPassive && { active_checks_enabled: 0, passive_checks_enabled: 1 }),
        ...(!isSilent && { contacts: credentials.user }),
      }),
    ),
  ];
}

function nagiosSettings({ folder, dateFormat = 'us' }: NagiosOptions): string[] {
  const at = (name: string): string => join(folder, name);
  const settings: Fields = {
    ...{ log_file: at('nagios.log'), cfg_file: at('objects.cfg'), object_cache_file: at('objects.cache') },
    ...{ precached_object_file: at('objects.precache'), status_file: at('status.dat'), status_update_interval: 1 },
    ...{ nagios_user: user, nagios_group: user, check_external_commands: 1, command_file: at('pipe/nagios.cmd') },
    ...{
      query_socket: at('pipe/nagios.qh'),
      lock_file: at('nagios.pid'),
      temp_file: at('nagios.tmp'),
      temp_path: folder,
    },
    ...{ log_rotation_method: 'n', log_archive_path: at('archive'), use_syslog: 0, log_external_commands: 1 },
    ...{ log_notifications: 1, service_inter_check_delay_method: 'n', host_inter_check_delay_method: 'n' },
    ...{ check_result_path: at('results'), check_result_reaper_frequency: 1, interval_length: 1 },
    ...{ retain_state_information: 1, state_retention_file: at('retention.dat'), check_for_updates: 0 },
    ...{ execute_service_checks: 1, execute_host_checks: 1, enable_notifications: 1, enable_flap_detection: 0 },
    // However long the machine needs for many at once.
    notification_timeout: 600,
    ...{ date_format: dateFormat, illegal_object_name_chars: '\u0001', illegal_macro_output_chars: '`~$&|\'"<>' },
  };
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`);
}

function cgiSettings(folder: string): string[] {
  const everything = [credentials.user, reader.user].join(',');
  const settings: Fields = {
    ...{ main_config_file: join(folder, 'nagios.cfg'), physical_html_path: folder, url_html_path: '/nagios' },
    ...{ use_authentication: 1, authorized_for_system_information: everything, escape_html_tags: 1 },
    ...{ authorized_for_all_services: everything, authorized_for_all_hosts: everything, lock_author_names: 1 },
    ...{ authorized_for_read_only: reader.user },
    ...{ authorized_for_all_service_commands: credentials.user, authorized_for_all_host_commands: credentials.user },
  };
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`);
}

function apacheSettings(folder: string, port: number, timeZone: string | undefined): string[] {
  const modules = ['mpm_prefork', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'auth_digest'];
  const guarded = (place: string, lines: readonly string[]): string[] => [
    `<Location ${place}>`,
    'AuthName Nagios',
    ...lines,
    'Require valid-user',
    '</Location>',
  ];
  return [
    ...['ServerName localhost', `ServerRoot ${folder}`, `PidFile ${join(folder, 'apache.pid')}`],
    ...[`DefaultRuntimeDir ${folder}`, `Mutex file:${folder} default`, `Listen 127.0.0.1:${port}`],
    ...(isRoot ? [`User ${user}`, `Group ${user}`] : []),
    ...[...modules, 'alias', 'env', 'cgi', 'dir'].map(
      (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
    ),
    ...[`ErrorLog ${join(folder, 'apache-errors.log')}`, 'StartServers 2', 'MaxRequestWorkers 8'],
    `SetEnv NAGIOS_CGI_CONFIG ${join(folder, 'cgi.cfg')}`,
    ...(timeZone === undefined ? [] : [`SetEnv TZ ${timeZone}`]),
    ...['ScriptAlias /nagios/cgi-bin /usr/lib/cgi-bin/nagios4', 'ScriptAlias /digest/cgi-bin /usr/lib/cgi-bin/nagios4'],
    ...['<Directory />', 'Require all denied', '</Directory>'],
    ...['<Directory /usr/lib/cgi-bin/nagios4>', 'Options +ExecCGI', '</Directory>'],
    ...guarded('/nagios', ['AuthType Basic', `AuthUserFile ${join(folder, 'users')}`]),
    ...guarded('/digest', ['AuthType Digest', 'AuthDigestDomain /digest/', `AuthUserFile ${join(folder, 'digests')}`]),
  ];
}
