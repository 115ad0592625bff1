import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { cardActionActivity, messageActivity } from '../../src/playground/activities';
import type { Activity } from '../../src/playground/activities';
import { tenantId } from '../../src/playground/world';
import type { SampleConversation, SamplePerson } from '../../src/playground/world';
import { patienceMs } from '../patience';
import { argumentsToRun } from '../shared/compile';
import { boundLocally } from '../systems';

/** Starts instances as processes, and acts on them like people. */

export interface Instance {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startMs: number;
  output(): string;
  /** Sends it a message and resolves with its reply, or undefined if it ended instead. */
  ask(message: object): Promise<unknown>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<number | null>;
  /** Resolves when the process has ended, with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface InstanceOptions {
  readonly port: number;
  readonly folder: string;
  readonly ledgerUrl: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another main file than `instance.ts`. */
  readonly main?: string;
}

/** Resolves when it is ready; rejects with what it printed if it ends before that. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const begun = performance.now();
  const child = spawn(process.execPath, await argumentsToRun(options.main ?? join(__dirname, 'instance.ts')), {
    env: {
      PATH: process.env['PATH'],
      PORT: String(options.port),
      PLAYGROUND_PORT: '1',
      GAVEL_DATA: options.folder,
      GAVEL_CATALOG: join(options.folder, 'catalog.yaml'),
      PROOF_LEDGER: options.ledgerUrl,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (chunk.toString().includes('ready')) resolve();
    });
    void ended.then((code) => reject(new Error(`The instance ended with ${code}: ${output}`)));
  });
  return {
    port: options.port,
    pid: child.pid ?? 0,
    startMs: performance.now() - begun,
    output: () => output,
    ended,
    ask: (message) =>
      Promise.race([
        new Promise((resolve) => {
          child.once('message', resolve);
          child.send(message, () => undefined);
        }),
        ended.then(() => undefined),
      ]),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** A catalog with services `s1`, `s2`, … in production, where dana requests and the people 1, 2, … approve. */
export function writeProofCatalog(folder: string, services: number, approvers: number): void {
  const others = Array.from({ length: approvers }, (_, index) => personNumber(index + 1));
  const rule = '{ required: 1, role: approver, requesterMayApprove: false, expiresAfterSeconds: 86400 }';
  const lines = [
    'people:',
    ...[dana, ...others].map(
      ({ key, name, aadObjectId }) => `  ${key}: { id: "entra:${tenantId}/${aadObjectId}", name: ${name} }`,
    ),
    'grants:',
    '  - { everyone: true, role: viewer }',
    '  - { person: dana, role: developer }',
    ...others.map(({ key }) => `  - { person: ${key}, role: approver }`),
    ...boundLocally,
    'services:',
    ...Array.from({ length: services }, (_, index) =>
      [
        `  s${index + 1}:`,
        '    description: A service',
        '    environments: [production]',
        '    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }',
      ].join('\n'),
    ),
    'environments:',
    '  production:',
    '    risk: high',
    `    deploy: ${rule}`,
    `    rollback: ${rule}`,
    `    restart: ${rule}`,
    '    verifyForSeconds: 0.05',
    '    rollBackAutomatically: true',
  ];
  writeFileSync(join(folder, 'catalog.yaml'), `${lines.join('\n')}\n`);
}

export const dana: SamplePerson = {
  key: 'dana',
  name: 'Dana Developer',
  title: 'Developer',
  id: '29:dana',
  aadObjectId: '11111111-0000-4000-8000-0000000000d1',
};

/** One of a million people, all of the same organization. */
export function personNumber(number: number): SamplePerson {
  const digits = number.toString(16).padStart(12, '0');
  const key = `person${number}`;
  return {
    key,
    name: `Person ${number}`,
    title: '',
    id: `29:${key}`,
    aadObjectId: `33333333-0000-4000-8000-${digits}`,
  };
}

export function channelNumber(number: number): SampleConversation {
  return { id: `19:channel${number}@thread.tacv2`, name: `Channel ${number}`, type: 'channel', members: [] };
}

/** Builds what Teams would post for an action in a channel. */
export function createPeople(serviceUrl: string) {
  const at = (person: SamplePerson, conversation: SampleConversation, root?: string) => ({
    serviceUrl,
    person,
    conversation,
    root,
  });
  return {
    says: (person: SamplePerson, conversation: SampleConversation, text: string): Activity =>
      messageActivity({ ...at(person, conversation), id: String(Date.now()) + Math.random() }, text, 'normal'),
    clicks: (
      person: SamplePerson,
      conversation: SampleConversation,
      card: string,
      verb: string,
      data: unknown,
      trigger: 'manual' | 'automatic' = 'manual',
    ): Activity => cardActionActivity(at(person, conversation, card), card, { verb, data }, trigger),
  };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly ms: number;
}

/** Separate connections: none of them is idle for so long that its server closes it at the moment of its next use. */
export function openConnections(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 2_000 });
}

const shared = openConnections();

/** Posts an activity to an instance; status 0 if the connection broke before an answer. */
export function deliver(port: number, activity: Activity, agent = shared): Promise<Answer> {
  const begun = performance.now();
  const body = JSON.stringify(activity);
  return new Promise((resolve) => {
    const end = (status: number, text: string): void =>
      resolve({ status, body: parsed(text), ms: performance.now() - begun });
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/messages',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => end(response.statusCode ?? 0, text));
        response.on('error', () => end(0, ''));
      },
    );
    sent.on('error', () => end(0, ''));
    sent.setTimeout(patienceMs, () => sent.destroy());
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Every string of a card or any other value, joined: what a person could read of it. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('\u00A0', ' ').replaceAll('\u2011', '-');
  if (value === null || typeof value !== 'object') return '';
  return Object.values(value).map(textIn).join(' ');
}

/** The value that `share` (0 to 1) of the numbers are below. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
