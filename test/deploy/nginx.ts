import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from '../free-ports';
import { root } from '../rules/source-files';

/** Debian's nginx with the file from deploy/, apart from its ports, name and certificate. */

export interface RunningNginx {
  readonly tlsPort: number;
  readonly plainPort: number;
  /** Where only this machine can ask which release is live. */
  readonly innerPort: number;
  /** The certificate to trust. */
  readonly certificate: Buffer;
  readonly upstreamFile: string;
  readonly pidFile: string;
  stop(): Promise<void>;
}

/** The path of nginx, or undefined. */
export function findNginx(): string | undefined {
  return ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path));
}

export async function startNginx(program: string, folder: string, upstream: readonly number[]): Promise<RunningNginx> {
  const [tlsPort = 0, plainPort = 0, innerPort = 0] = await freePorts(3);
  const file = (name: string): string => join(folder, name);
  mkdirSync(file('tmp'), { recursive: true });
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=gavel.example.com', '-addext', 'subjectAltName=DNS:gavel.example.com'];
  execFileSync('openssl', [...words, ...names, '-keyout', file('privkey.pem'), '-out', file('fullchain.pem')], {
    stdio: 'ignore',
  });
  const [first, second] = upstream;
  writeFileSync(
    file('upstream.conf'),
    `server 127.0.0.1:${first} max_fails=0;\nserver 127.0.0.1:${second} max_fails=0 backup;\n`,
  );
  const site = readFileSync(join(root, 'deploy/nginx.conf'), 'utf8')
    .replaceAll(/^\s*listen \[::\].*$/gm, '')
    .replace('listen 443 ssl;', `listen 127.0.0.1:${tlsPort} ssl;`)
    .replace('listen 80;', `listen 127.0.0.1:${plainPort};`)
    .replace('listen 127.0.0.1:3980;', `listen 127.0.0.1:${innerPort};`)
    .replace('/etc/gavel/nginx-upstream.conf', file('upstream.conf'))
    .replaceAll('/etc/gavel/tls/', `${folder}/`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${file('tmp')};`,
  );
  writeFileSync(
    file('nginx.conf'),
    [
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      `pid ${file('nginx.pid')}; error_log ${file('error.log')}; worker_processes 2; daemon off;`,
      `events { worker_connections 256; }`,
      `http { access_log off; ${temporary.join(' ')}`,
      site,
      `}`,
    ].join('\n'),
  );
  const child = spawn(program, ['-c', file('nginx.conf'), '-e', file('error.log')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; tries < 200 && !existsSync(file('nginx.pid')); tries++) await wait(25);
  if (!existsSync(file('nginx.pid')))
    throw new Error(`nginx did not start: ${readFileSync(file('error.log'), 'utf8')}`);
  return {
    tlsPort,
    plainPort,
    innerPort,
    certificate: readFileSync(file('fullchain.pem')),
    upstreamFile: file('upstream.conf'),
    pidFile: file('nginx.pid'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
