import { Agent, request } from 'node:http';
import type { Clock } from '../../src/core/time/clock';
import { createPeople } from '../proof/harness';
import type { IdentityServer } from './identity-server';

/** Calls `/api/messages`, with the token that Teams would send or with any other. */
export interface Door {
  readonly people: ReturnType<typeof createPeople>;
  /** Delivers like Teams, with a genuine token. */
  deliver(activity: object | string): Promise<Answer>;
  /** Delivers with this Authorization header; without one if it is empty. */
  knock(activity: object | string, authorization: string): Promise<Answer>;
}

export interface Answer {
  /** 0 if the connection ended without an answer. */
  readonly status: number;
  readonly body: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function createDoor(port: number, serviceUrl: string, identity: IdentityServer, clock?: Clock): Door {
  let token: { value: Promise<string>; until: number } | undefined;

  function genuine(): Promise<string> {
    const now = clock?.now() ?? Date.now();
    if (!token || token.until < now) token = { value: identity.sign(serviceUrl, { now }), until: now + 30 * 60_000 };
    return token.value;
  }

  const door: Door = {
    people: createPeople(serviceUrl),
    deliver: async (activity) => door.knock(activity, `Bearer ${await genuine()}`),
    knock(activity, authorization) {
      const body = typeof activity === 'string' ? activity : JSON.stringify(activity);
      return new Promise((resolve) => {
        const sent = request({
          host: '127.0.0.1',
          port,
          path: '/api/messages',
          method: 'POST',
          agent,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'content-length': Buffer.byteLength(body),
            ...(authorization === '' ? {} : { authorization }),
          },
        });
        sent.on('error', () => resolve({ status: 0, body: undefined }));
        sent.on('response', (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
          response.on('error', () => resolve({ status: 0, body: undefined }));
        });
        sent.end(body);
      });
    },
  };
  return door;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
