import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Activity } from '../../src/playground/activities';
import type { RunningNginx } from './nginx';

/** Two ports behind nginx, as on a server: a stand-in for systemd, and requests and deliveries as from Teams. */

export type Ports = readonly [number, number];

/** What systemd would do: start, stop with SIGTERM, and wait for the end. Remaining processes end with this test. */
export function writeUnits(folder: string, environment: Readonly<Record<string, string | undefined>>): void {
  const watch = `setInterval(() => { try { process.kill(${process.pid}, 0); } catch { process.exit(1); } }, 1000).unref();`;
  writeFileSync(join(folder, 'watch.js'), watch);
  writeFileSync(
    join(folder, 'start.js'),
    `const port = process.argv[2]; const fs = require('node:fs'); const at = ${JSON.stringify(folder)} + '/';
    const out = fs.openSync(at + port + '.out', 'a');
    const env = { ...${JSON.stringify({ PATH: process.env['PATH'], PLAYGROUND_PORT: '1', ...environment })}, PORT: port, GAVEL_INSTANCE: 'gavel-' + port };
    const child = require('node:child_process').spawn(process.execPath, ['-r', at + 'watch.js', at + port + '/dist'], { env, detached: true, stdio: ['ignore', out, out] });
    fs.writeFileSync(at + port + '.pid', String(child.pid)); child.unref();`,
  );
  const lives = `const lives = (pid) => { try { process.kill(pid, 0); return !/^\\d+ \\(.*\\) Z/.test(fs.readFileSync('/proc/' + pid + '/stat', 'utf8')); } catch { return false; } };
    const port = process.argv[2]; const fs = require('node:fs'); const file = ${JSON.stringify(folder)} + '/' + port + '.pid';`;
  writeFileSync(
    join(folder, 'alive.js'),
    `${lives} process.exit(lives(Number(fs.readFileSync(file, 'utf8'))) ? 0 : 1);`,
  );
  writeFileSync(
    join(folder, 'stop.js'),
    `${lives}
    if (fs.existsSync(file)) {
      const pid = Number(fs.readFileSync(file, 'utf8'));
      if (lives(pid)) process.kill(pid, 'SIGTERM');
      const timer = setInterval(() => { if (!lives(pid)) { fs.rmSync(file); clearInterval(timer); } }, 50);
    }`,
  );
}

export const startUnit = (folder: string, port: number) => run(process.execPath, [join(folder, 'start.js'), `${port}`]);
export const stopUnit = (folder: string, port: number) => run(process.execPath, [join(folder, 'stop.js'), `${port}`]);

/** The options of deploy/hand-over.js here, except the release. */
export function handOverWords(folder: string, ports: Ports, upstreamFile: string, reload: string): string[] {
  return [
    ...['--ports', ports.join(','), '--folder', folder, '--upstream', upstreamFile, '--settle-seconds', '1'],
    ...['--start', `${process.execPath} ${join(folder, 'start.js')} {port}`],
    ...['--stop', `${process.execPath} ${join(folder, 'stop.js')} {port}`],
    ...['--alive', `${process.execPath} ${join(folder, 'alive.js')} {port}`],
    ...['--reload', `${reload} -s reload -c ${join(folder, 'nginx.conf')}`],
  ];
}

/** As Teams does it: over TLS, through nginx. */
export function deliverThrough(nginx: RunningNginx, activity: Activity): Promise<number> {
  const body = JSON.stringify(activity);
  const headers = { host: 'gavel.example.com', 'content-type': 'application/json' };
  const where = { host: '127.0.0.1', port: nginx.tlsPort, servername: 'gavel.example.com', ca: nginx.certificate };
  return new Promise((resolve) => {
    const call = request({ ...where, method: 'POST', path: '/api/messages', headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    call.on('error', () => resolve(0));
    call.end(body);
  });
}

export async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

export function run(program: string, words: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(program, [...words], (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, text: stdout + stderr }),
    );
  });
}
