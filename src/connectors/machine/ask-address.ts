import { get } from 'node:http';

export interface AddressAnswer {
  readonly code: number;
  readonly text: string;
}

const maxBytes = 262_144;

/** GET from a service nearby, on a connection of its own; undefined when nothing answers in time. */
export function askAddress(address: string, timeoutMs: number): Promise<AddressAnswer | undefined> {
  return new Promise((resolve) => {
    const request = get(address, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) request.destroy();
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
}
