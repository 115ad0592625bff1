import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { statsdConnector } from '../../../src/connectors/statsd';
import type { ContractSuite } from '../contract';

export const statsdSuite: ContractSuite = {
  connector: statsdConnector,
  templates: {
    staysHere: /\.unit$/,
    provenBy: { 'test/connectors/statsd/statsd.test.ts': /^metrics\..*query$|^annotations\.prefix$/ },
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
