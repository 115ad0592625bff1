import { createServer } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { freePort } from '../free-ports';

/** A service that Prometheus scrapes. Between two scrapes each of its services gets ten requests of 0.3 s, one of which fails. */
export class Exporter {
  readonly queue: Gauge;
  private readonly registry = new Registry();
  private readonly server;
  private port = 0;

  constructor(services: readonly string[]) {
    const registers = [this.registry];
    const durations = new Histogram({
      ...{ name: 'request_seconds', help: 'How long requests take', labelNames: ['service'], registers },
      buckets: [0.1, 0.25, 0.5, 1],
    });
    const requests = new Counter({
      name: 'requests_total',
      help: 'Requests',
      labelNames: ['service', 'code'],
      registers,
    });
    this.queue = new Gauge({ name: 'queue_length', help: 'What waits', labelNames: ['service'], registers });
    this.server = createServer((_, response) => {
      for (const service of services)
        for (let count = 0; count < 10; count++) {
          durations.observe({ service }, 0.3);
          requests.inc({ service, code: count === 0 ? '500' : '200' });
        }
      void this.registry.metrics().then((text) => {
        response.setHeader('content-type', this.registry.contentType);
        response.end(text);
      });
    });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** At the same address each time. */
  async start(): Promise<void> {
    this.port ||= await freePort();
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
