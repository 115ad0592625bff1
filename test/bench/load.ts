import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { channelNumber, createPeople, percentile, personNumber } from '../proof/harness';
import { answerQuestions } from './process';

// Acts as Teams in a separate process: posts messages over kept-alive connections and accepts the replies. Uses plain node:http both ways, so that it costs
// little.

export interface LoadQuestion {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly text: string;
  readonly token?: string;
}

export interface LoadAnswer {
  readonly answered: number;
  readonly failed: number;
  /** Messages that the bot posted in the meantime. */
  readonly replies: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const peopleAndChannels = 100;
let replies = 0;
let numbers = 0;

const connector = createServer((incoming, response) => {
  incoming.resume();
  incoming.on('end', () => {
    if (incoming.method === 'POST') replies++;
    response.setHeader('content-type', 'application/json');
    response.end(`{"id":"${Date.now()}${numbers++}"}`);
  });
});
connector.keepAliveTimeout = 60_000;

let url = '';
let bodies: readonly string[] = [];

/** One body for each person and channel; each message gets its own id. */
function prepareBodies(text: string): void {
  const people = createPeople(url);
  bodies = Array.from({ length: peopleAndChannels }, (_, index) =>
    JSON.stringify({ ...people.says(personNumber(index + 1), channelNumber(index + 1), text), id: '#id#' }),
  );
}

async function load({ port, connections, seconds, text, token }: LoadQuestion): Promise<LoadAnswer> {
  prepareBodies(text);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const took: number[] = [];
  let failed = 0;
  const repliesBefore = replies;
  const begun = performance.now();
  const until = begun + seconds * 1_000;

  const post = (): Promise<number> =>
    new Promise((resolve) => {
      const number = numbers++;
      const body = (bodies[number % bodies.length] ?? '').replaceAll('#id#', `${Date.now()}${number}`);
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path: '/api/messages',
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      sent.on('error', () => resolve(0));
      sent.end(body);
    });
  const person = async (): Promise<void> => {
    while (performance.now() < until) {
      const asked = performance.now();
      const status = await post();
      if (status === 200) took.push(performance.now() - asked);
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: connections }, person));
  agent.destroy();
  return {
    answered: took.length,
    failed,
    replies: replies - repliesBefore,
    seconds: (performance.now() - begun) / 1_000,
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
}

connector.listen(0, '127.0.0.1', () => {
  url = `http://127.0.0.1:${(connector.address() as AddressInfo).port}/`;
  answerQuestions(
    (question: LoadQuestion | { readonly address: true }) => ('address' in question ? { url } : load(question)),
    () => connector.closeAllConnections(),
  );
});
