import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { basicAuthorization, credentials, startDaemon, writeCheck, writeCheckResult } from './daemon';
import type { Daemon } from './daemon';

/** A service on a host, whose check the test decides. */
interface Checked {
  readonly host: string;
  readonly service: string;
}

interface IcingaOptions {
  /** Must be one that every user can reach. Started again with the same folder and port, it is the same server after a restart. */
  readonly folder: string;
  readonly port?: number;
  readonly services: readonly Checked[];
}

export type Icinga = Daemon & {
  readonly url: string;
  readonly port: number;
  readonly credentials: typeof credentials;
  /** The certificate of its own authority, as PEM. */
  readonly ca: string;
  /** What the next check of it says: 0 is well. Everything is checked each second. */
  readonly setCheck: (checked: Checked, code: 0 | 1 | 2 | 3, output: string) => void;
  /** Asks it past Gavel. Resolves with the JSON of its answer. */
  readonly ask: (path: string, body?: unknown) => Promise<unknown>;
};

/** Who may only read. */
export const icingaReader = { user: 'reader', password: 'not-a-secret' } as const;

const isRoot = process.getuid?.() === 0;
const user = isRoot ? 'nagios' : userInfo().username;

/** A real Icinga with its API, whose certificate its own authority has signed. */
export async function startIcinga({ folder, services, ...given }: IcingaOptions): Promise<Icinga> {
  const isNew = given.port === undefined;
  const port = given.port ?? (await freePort());
  const at = (...names: string[]): string => join(folder, ...names);
  for (const each of ['state', 'run', 'log', 'cache', 'spool', 'data', 'data/certs', 'data/ca'])
    mkdirSync(at(each), { recursive: true });
  const fileOf = ({ host, service }: Checked): string =>
    at('state', String(services.findIndex((each) => each.host === host && each.service === service)));
  const setCheck: Icinga['setCheck'] = (checked, code, output) => writeCheckResult(fileOf(checked), code, output);
  if (isNew) for (const each of services) setCheck(each, 0, 'OK - fine');
  writeFileSync(at('icinga2.conf'), configurationOf(port, services, fileOf, writeCheck(folder)));
  const owned = (): void => {
    if (isRoot) spawnSync('chown', ['-R', `${user}:${user}`, folder]);
  };
  owned();
  const places = Object.entries({ DataDir: 'data', LogDir: 'log', CacheDir: 'cache', SpoolDir: 'spool' });
  const files = { InitRunDir: 'run', ConfigDir: '', PidPath: 'run/pid', StatePath: 'data/state' };
  const cached = { ModAttrPath: 'data/modified', ObjectsPath: 'cache/objects', VarsPath: 'cache/vars' };
  const constants = [...places, ...Object.entries({ ...files, ...cached })];
  const defined = constants.flatMap(([name, place]) => ['-D', `${name}=${at(place)}`]);
  const environment = [
    `HOME=${folder}`,
    `ICINGA2_USER=${user}`,
    `ICINGA2_GROUP=${user}`,
    `ICINGA2_ERROR_LOG=${at('log/errors')}`,
  ];
  const identity = isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [];
  const command = [...identity, 'icinga2'];
  if (isNew) {
    const certificate = ['--key', at('data/certs/localhost.key'), '--csr', at('data/certs/localhost.csr')];
    for (const args of [
      ['new-ca'],
      ['new-cert', '--cn', 'localhost', ...certificate],
      ['sign-csr', '--csr', at('data/certs/localhost.csr'), '--cert', at('data/certs/localhost.crt')],
    ])
      spawnSync('env', [...environment, ...command, 'pki', ...args, ...defined], { stdio: 'ignore' });
    writeFileSync(at('data/certs/ca.crt'), readFileSync(at('data/ca/ca.crt')));
    owned();
  }
  const ca = readFileSync(at('data/ca/ca.crt'), 'utf8');
  const ask: Icinga['ask'] = (path, body) => askOver(`https://localhost:${port}/v1/${path}`, ca, body);
  const daemon = await startDaemon({
    ...{ program: 'env', args: [...environment, ...command, 'daemon', '-c', at('icinga2.conf'), ...defined] },
    ...{ folder, isGroup: true },
    isReady: () =>
      ask('status/IcingaApplication').then(
        () => true,
        () => false,
      ),
  });
  return { ...daemon, url: `https://localhost:${port}`, port, credentials, ca, setCheck, ask };
}

function askOver(address: string, ca: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: basicAuthorization, accept: 'application/json' };
    const call = request(
      address,
      { ca, headers, method: body === undefined ? 'GET' : 'POST', agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      },
    );
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** As its configuration language writes a text. */
const quoted = (text: string): string => JSON.stringify(text);

function configurationOf(
  port: number,
  services: readonly Checked[],
  fileOf: (checked: Checked) => string,
  check: string,
): string {
  const hosts = [...new Set(services.map(({ host }) => host))];
  const readRights = '[ "objects/query/*", "status/query" ]';
  return [
    'const NodeName = "localhost"',
    'const ZoneName = NodeName',
    'include <itl>',
    'object Endpoint NodeName { }',
    'object Zone ZoneName { endpoints = [ NodeName ] }',
    'object CheckerComponent "checker" { }',
    'object NotificationComponent "notification" { }',
    `object ApiListener "api" { bind_host = "127.0.0.1"; bind_port = ${port} }`,
    `object ApiUser ${quoted(credentials.user)} { password = ${quoted(credentials.password)}; permissions = [ "*" ] }`,
    `object ApiUser ${quoted(icingaReader.user)} { password = ${quoted(icingaReader.password)}; permissions = ${readRights} }`,
    `object CheckCommand "file" { command = [ ${quoted(check)}, "$file$" ] }`,
    ...hosts.map((host) => `object Host ${quoted(host)} { check_command = "dummy"; check_interval = 5s }`),
    ...services.map((each) =>
      [
        `object Service ${quoted(each.service)} {`,
        `  host_name = ${quoted(each.host)}; check_command = "file"; vars.file = ${quoted(fileOf(each))}`,
        '  check_interval = 1s; retry_interval = 1s; max_check_attempts = 1',
        '}',
      ].join('\n'),
    ),
    '',
  ].join('\n');
}
