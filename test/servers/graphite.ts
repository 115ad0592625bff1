import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports';
import { answersWell, startDaemon } from './daemon';
import type { Daemon } from './daemon';

export type Graphite = Daemon & {
  readonly url: string;
  /** Where it takes lines of `name value seconds`. */
  readonly linePort: number;
  /** Stores one number as of now. */
  send(metric: string, value: number): Promise<void>;
};

/** A real Graphite, which keeps a number for each second: carbon-cache with graphite-web. It asks nobody for a password. */
export async function startGraphite(folder: string): Promise<Graphite> {
  const [linePort, picklePort, queryPort, webPort] = await freePorts(4);
  const url = `http://127.0.0.1:${webPort}`;
  for (const each of ['conf', 'whisper', 'log', 'settings']) mkdirSync(join(folder, each), { recursive: true });
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  write('conf/carbon.conf', [
    ...['[cache]', `STORAGE_DIR = ${folder}/`, `LOCAL_DATA_DIR = ${folder}/whisper/`, `CONF_DIR = ${folder}/conf/`],
    ...[`LOG_DIR = ${folder}/log/`, `PID_DIR = ${folder}/`, 'USER =', 'ENABLE_UDP_LISTENER = False'],
    ...['LINE_RECEIVER_INTERFACE = 127.0.0.1', `LINE_RECEIVER_PORT = ${linePort}`],
    ...['PICKLE_RECEIVER_INTERFACE = 127.0.0.1', `PICKLE_RECEIVER_PORT = ${picklePort}`],
    ...['CACHE_QUERY_INTERFACE = 127.0.0.1', `CACHE_QUERY_PORT = ${queryPort}`],
    ...['MAX_CREATES_PER_MINUTE = inf', 'CARBON_METRIC_INTERVAL = 0', 'WHISPER_AUTOFLUSH = True'],
  ]);
  write('conf/storage-schemas.conf', ['[all]', 'pattern = .*', 'retentions = 1s:2h']);
  write('conf/storage-aggregation.conf', ['[all]', 'pattern = .*', 'xFilesFactor = 0', 'aggregationMethod = average']);
  write('settings/graphite_of_this_test.py', [
    ...["SECRET_KEY = 'not-a-secret'", "ALLOWED_HOSTS = ['127.0.0.1']", "TIME_ZONE = 'UTC'"],
    ...[`LOG_DIR = '${folder}/log'`, `CONF_DIR = '${folder}/conf'`, `STORAGE_DIR = '${folder}'`],
    ...[`WHISPER_DIR = '${folder}/whisper'`, `STANDARD_DIRS = ['${folder}/whisper']`],
    ...[`INDEX_FILE = '${folder}/index'`, `CARBONLINK_HOSTS = ['127.0.0.1:${queryPort}:a']`],
    `DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '${folder}/graphite.db'}}`,
  ]);
  const environment = {
    GRAPHITE_SETTINGS_MODULE: 'graphite_of_this_test',
    DJANGO_SETTINGS_MODULE: 'graphite.settings',
    PYTHONPATH: join(folder, 'settings'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const carbon = await startDaemon({
    ...{ program: 'carbon-cache', folder, environment },
    args: ['--config=conf/carbon.conf', '--pidfile=carbon.pid', '--logdir=log', '--nodaemon', 'start'],
    isReady: () => listens(linePort),
  });
  try {
    await promisify(execFile)('graphite-manage', ['migrate', '--run-syncdb', '-v0'], {
      cwd: folder,
      env: { ...process.env, ...environment },
    });
    const web = await startDaemon({
      ...{ program: 'gunicorn', folder, environment },
      args: ['graphite.wsgi:application', '--workers=1', '--threads=4', `--bind=127.0.0.1:${webPort}`],
      isReady: () => answersWell(`${url}/metrics/index.json`, ''),
    });
    return {
      ...{ url, linePort: linePort ?? 0 },
      send: (metric, value) => sendLine(linePort, `${metric} ${value} ${Math.floor(Date.now() / 1_000)}\n`),
      async stop() {
        await web.stop();
        await carbon.stop();
      },
    };
  } catch (error) {
    await carbon.stop();
    throw error;
  }
}

/** Whether somebody takes connections there. */
export function listens(port: number | undefined): Promise<boolean> {
  return sendLine(port, '').then(
    () => true,
    () => false,
  );
}

function sendLine(port = 0, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(line));
    socket.once('error', reject).once('close', () => resolve());
    socket.resume();
  });
}
