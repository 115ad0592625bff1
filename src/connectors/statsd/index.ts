import { z } from 'zod';
import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { annotationsBinding, bindAnnotations } from './annotations';
import { createStatsdClient } from './client';
import { measurementsPrefix, openMeasurements } from './measurements';
import { bindMetrics, metricsBinding } from './metrics';

const port = z.number().int().min(1).max(65_535);

/** statsd: what it holds at the moment, and the numbers of Gavel's deployments, of pipelines, and of source control. */
export const statsdConnector = defineConnector({
  kind: 'statsd',
  title: 'statsd',
  connection: z.strictObject({
    host: z.string().regex(/^[\w.:-]{1,253}$/, 'the name or address of a machine'),
    /** Where it takes numbers, over UDP. */
    port: port.default(8125),
    /** Where it answers questions, over TCP. */
    adminPort: port.default(8126),
    /** What the names of the numbers of pipelines and source control begin with; without it, they aren't sent. */
    figures: measurementsPrefix.optional(),
  }),
  bindings: { metrics: metricsBinding, annotations: annotationsBinding },
  open({ host, port: dataPort, adminPort, figures }, { name, clock }) {
    const client = createStatsdClient({ name, host, port: dataPort, adminPort });
    const sent = new Set<string>();
    return {
      bind: {
        metrics: (binding, target) => bindMetrics({ name, client, clock }, binding, target),
        annotations: (binding, target) => bindAnnotations({ client, sent }, binding, target),
      },
      ...(figures !== undefined && { measurements: openMeasurements(client, figures) }),
      check: async () => [await checkCall('admin port', () => client.read('gauges'), 'Allow TCP to the admin port.')],
      close: async () => undefined,
    };
  },
});
