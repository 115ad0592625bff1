import { z } from 'zod';
import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { annotationsBinding, bindAnnotations } from './annotations';
import { createStatsdClient } from './client';
import { bindMetrics, metricsBinding } from './metrics';

const port = z.number().int().min(1).max(65_535);

/** statsd: what it holds at the moment, and the numbers of Gavel's deployments. */
export const statsdConnector = defineConnector({
  kind: 'statsd',
  title: 'statsd',
  connection: z.strictObject({
    host: z.string().regex(/^[\w.:-]{1,253}$/, 'the name or address of a machine'),
    /** Where it takes numbers, over UDP. */
    port: port.default(8125),
    /** Where it answers questions, over TCP. */
    adminPort: port.default(8126),
  }),
  bindings: { metrics: metricsBinding, annotations: annotationsBinding },
  open({ host, port: dataPort, adminPort }, { name, clock }) {
    const client = createStatsdClient({ name, host, port: dataPort, adminPort });
    const sent = new Set<string>();
    return {
      bind: {
        metrics: (binding, target) => bindMetrics({ name, client, clock }, binding, target),
        annotations: (binding, target) => bindAnnotations({ client, sent }, binding, target),
      },
      check: async () => [await checkCall('admin port', () => client.read('gauges'), 'Allow TCP to the admin port.')],
      close: async () => undefined,
    };
  },
});
