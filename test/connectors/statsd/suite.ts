import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { statsdConnector } from '../../../src/connectors/statsd';
import type { ContractSuite } from '../contract';
import { bind, openConnection } from '../open-connection';
import type { TemplateTarget } from '../templates';

/** The lines that a real socket receives about a deployment of this service. */
async function linesAbout(place: TemplateTarget): Promise<readonly string[]> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const connection = openConnection(statsdConnector, { host: '127.0.0.1', port: socket.address().port });
  try {
    const received = once(socket, 'message') as Promise<[Buffer]>;
    const mark = { key: 'D-1001', at: 1, title: 'shop 2.14.0', text: 'by Noor', tags: ['deploy'] };
    const measurements = [{ name: 'deploy.count', value: 1, unit: 'count' }] as const;
    await bind(connection, 'annotations', { prefix: 'gavel.{service}' }, place).annotate({ ...mark, measurements });
    const [packet] = await received;
    return packet.toString().split('\n');
  } finally {
    await connection.close();
    socket.close();
  }
}

export const statsdSuite: ContractSuite = {
  connector: statsdConnector,
  templates: {
    // The name of a value is looked up in what statsd says of all of them.
    staysHere: /\.unit$|^metrics\..*query$/,
    filled: [
      {
        fields: /^annotations\.prefix$/,
        arrivedOf: linesAbout,
        becomes: (value) => value.replace(/[^A-Za-z0-9_-]/g, '_'),
      },
    ],
  },
  provenBy: ['test/connectors/statsd/statsd.test.ts', 'test/connectors/statsd/statsd.server.ts'],
  async repeat(words) {
    const server = createServer((socket) => socket.on('data', () => socket.end(`${words}\nEND\n`)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const metrics = { p95: 'timers.shop.response#p95', queries: { queue: { query: 'gauges.shop.queue' } } };
    return {
      settings: { host: '127.0.0.1', adminPort: (server.address() as AddressInfo).port },
      bindings: { metrics },
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
  calls: {
    figures: (bound) => bound('metrics').figures(60_000),
    series: async (bound) => bound('metrics').series?.('queue', 0, 1),
  },
};
