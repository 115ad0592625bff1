import { get } from 'node:http';

export interface LoopbackAnswer {
  readonly code: number;
  readonly text: string;
}

const mostBytes = 262_144;

/** GET from a service of this machine, on a connection of its own; undefined when nothing answers in time. */
export function askLoopback(port: number, path: string, timeoutMs: number): Promise<LoopbackAnswer | undefined> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > mostBytes) request.destroy();
        });
        response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
        response.on('error', () => resolve(undefined));
      },
    );
    request.on('error', () => resolve(undefined));
  });
}
