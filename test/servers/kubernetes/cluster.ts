import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { createAuthority, createIdentity } from '../../connectors/http/certificates';
import { freePorts } from '../../free-ports';
import { startDaemon } from '../daemon';
import type { Daemon } from '../daemon';
import { binaries } from './build';
import { startKubelet } from './kubelet';

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A real API server with its controllers. Only what would run containers is a double: see `kubelet.ts`. */
export type Cluster = Daemon & {
  readonly url: string;
  /** The certificate of its authority, as PEM. */
  readonly ca: string;
  /** Of an account that has the role of Gavel’s readme, and of one that has none. */
  readonly tokens: { readonly gavel: string; readonly nobody: string };
  /** Asks it as an administrator, past Gavel. */
  readonly ask: (method: string, path: string, body?: object, type?: string) => Promise<Answer>;
};

const admin = 'token-of-the-administrator';
const tokens = { gavel: 'token-of-gavel', nobody: 'token-of-nobody' };

/** Starts etcd, the API server, and the controllers, and waits until they work. */
export async function startCluster(folder: string): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const [etcdPort = 0, peerPort = 0, apiPort = 0, controllerPort = 0, kubeletPort = 0] = await freePorts(5);
  const authority = await createAuthority('Cluster authority');
  const identity = await createIdentity(authority, 'localhost', 10);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const url = `https://localhost:${apiPort}`;
  const files = {
    'ca.crt': authority.cert,
    'server.crt': identity.cert,
    'server.key': identity.key,
    'accounts.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'tokens.csv': [
      `${admin},administrator,1,"system:masters"`,
      `${tokens.gavel},gavel,2,"gavel"`,
      `${tokens.nobody},nobody,3,"nobody"`,
      '',
    ].join('\n'),
    'controllers.json': JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'own' },
      clusters: [{ name: 'own', cluster: { server: url, 'certificate-authority': at('ca.crt') } }],
      users: [{ name: 'own', user: { token: admin } }],
      contexts: [{ name: 'own', context: { cluster: 'own', user: 'own' } }],
    }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const ask: Cluster['ask'] = (method, path, body, type) => askApi(url, authority.cert, method, path, body, type);
  const isWell = async (path: string): Promise<boolean> => {
    const answer = await ask('GET', path).catch(() => undefined);
    return answer?.status === 200;
  };
  const started: Daemon[] = [];
  const stop = async (): Promise<void> => {
    for (const each of started.splice(0).reverse()) await each.stop();
  };
  try {
    const etcd = `http://127.0.0.1:${etcdPort}`;
    started.push(await startEtcd(folder, etcd, `http://127.0.0.1:${peerPort}`));
    started.push(await startDaemon(apiServer({ folder, etcd, port: apiPort, isReady: () => isWell('/readyz') })));
    const isReady = (): Promise<boolean> => isWell('/api/v1/namespaces/default/serviceaccounts/default');
    started.push(await startDaemon(controllers({ folder, port: controllerPort, isReady })));
    started.push(await startKubelet({ ask, port: kubeletPort, identity }));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, ca: authority.cert, tokens, ask, stop };
}

function startEtcd(folder: string, client: string, peer: string): Promise<Daemon> {
  const given = {
    ...{ 'data-dir': join(folder, 'etcd'), 'log-level': 'error', 'initial-cluster': `default=${peer}` },
    ...{ 'listen-client-urls': client, 'advertise-client-urls': client },
    ...{ 'listen-peer-urls': peer, 'initial-advertise-peer-urls': peer },
  };
  const isReady = async (): Promise<boolean> => {
    const answer = await fetch(`${client}/health`).catch(() => undefined);
    return answer?.ok ?? false;
  };
  return startDaemon({ program: 'etcd', args: flagsOf(given), folder, isReady });
}

interface Part {
  readonly folder: string;
  readonly port: number;
  readonly isReady: () => Promise<boolean>;
}

const flagsOf = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(given).map(([name, value]) => `--${name}=${value}`);

function apiServer({ folder, etcd, port, isReady }: Part & { readonly etcd: string }) {
  const at = (name: string): string => join(folder, name);
  const args = flagsOf({
    ...{ 'etcd-servers': etcd, 'bind-address': '127.0.0.1', 'advertise-address': '127.0.0.1' },
    ...{ 'secure-port': String(port), 'cert-dir': folder, 'endpoint-reconciler-type': 'none' },
    ...{ 'tls-cert-file': at('server.crt'), 'tls-private-key-file': at('server.key'), 'client-ca-file': at('ca.crt') },
    ...{ 'token-auth-file': at('tokens.csv'), 'authorization-mode': 'RBAC' },
    'service-cluster-ip-range': '10.0.0.0/24',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-signing-key-file': at('accounts.key'),
    'service-account-key-file': at('accounts.key'),
    'kubelet-preferred-address-types': 'InternalIP',
  });
  return { program: join(binaries, 'kube-apiserver'), args, folder, isReady };
}

function controllers({ folder, port, isReady }: Part) {
  const at = (name: string): string => join(folder, name);
  const own = ['deployment', 'replicaset', 'statefulset', 'daemonset', 'namespace', 'serviceaccount'];
  const args = flagsOf({
    ...{ kubeconfig: at('controllers.json'), 'bind-address': '127.0.0.1', port: '0', 'secure-port': String(port) },
    ...{ 'leader-elect': 'false', 'root-ca-file': at('ca.crt'), 'cert-dir': folder },
    'service-account-private-key-file': at('accounts.key'),
    controllers: [...own, 'serviceaccount-token', 'garbagecollector', 'disruption'].join(','),
  });
  return { program: join(binaries, 'kube-controller-manager'), args, folder, isReady };
}

function askApi(url: string, ca: string, method: string, path: string, body?: object, type?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ authorization: `Bearer ${admin}`, accept: 'application/json' },
      ...(body && { 'content-type': type ?? 'application/json' }),
    };
    const call = request(new URL(path, url), { method, ca, headers, agent: false, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') ?? false;
        resolve({ status: response.statusCode ?? 0, body: isJson ? (JSON.parse(text) as unknown) : text });
      });
      response.once('error', reject);
    });
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('error', reject);
    call.end(body && JSON.stringify(body));
  });
}
