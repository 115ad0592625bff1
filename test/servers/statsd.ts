import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports';
import { startDaemon } from './daemon';
import type { Daemon } from './daemon';
import { listens } from './graphite';

export type Statsd = Daemon & { readonly port: number; readonly adminPort: number };

const version = '0.9.0';
const home = join(__dirname, '../../node_modules/.cache/servers/statsd');
const program = join(home, 'node_modules/statsd/stats.js');

/** Installs statsd into a folder of its own, without what it builds or doesn't need. */
async function install(): Promise<void> {
  if (existsSync(program)) return;
  mkdirSync(home, { recursive: true });
  const args = ['install', '--prefix', home, '--no-save', '--ignore-scripts', '--omit=optional', '--no-audit'];
  await promisify(execFile)('npm', [...args, `statsd@${version}`]);
}

/** A real statsd that flushes into a Graphite each `flushMs`. */
export async function startStatsd(folder: string, graphitePort: number, flushMs: number): Promise<Statsd> {
  await install();
  const [port = 0, adminPort = 0] = await freePorts(2);
  mkdirSync(folder, { recursive: true });
  const config = {
    ...{ port, address: '127.0.0.1', mgmt_port: adminPort, mgmt_address: '127.0.0.1', flushInterval: flushMs },
    ...{ backends: ['./backends/graphite'], graphiteHost: '127.0.0.1', graphitePort },
    graphite: { legacyNamespace: false },
  };
  writeFileSync(join(folder, 'statsd.js'), `(${JSON.stringify(config)})`);
  const daemon = await startDaemon({
    ...{ program: process.execPath, args: [program, 'statsd.js'], folder },
    isReady: () => listens(adminPort),
  });
  return { ...daemon, port, adminPort };
}
