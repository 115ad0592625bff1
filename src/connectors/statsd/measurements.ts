import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Measurement, MeasurementSink, PathMeasurement } from '../contract';
import type { StatsdClient } from './client';
import { encodeName } from './metrics';

/** The numbers of pipelines and source control in statsd. */

/** What their names begin with: `gavel`. */
export const measurementsPrefix = z
  .string()
  .max(100)
  .regex(/^[\w-]+(\.[\w-]+)*$/, 'must be letters, digits, -, and _, with dots between the parts');

const types = { ms: 'ms', count: 'c', gauge: 'g' } as const;

/** A packet that no network splits holds six names with such parts and a prefix. */
const maxPart = 80;
const hashLength = 8;

/** A part that can't be written whole ends in a hash, so that two of them don't become one. */
export function boundPart(part: string): string {
  const encoded = encodeName(part);
  if (encoded.length <= maxPart && /[A-Za-z0-9]/.test(encoded)) return encoded;
  const hash = createHash('sha256').update(part).digest('hex').slice(0, hashLength);
  return `${encoded.slice(0, maxPart - hashLength - 1)}_${hash}`;
}

/** statsd would take a signed gauge as a change of it. */
export function measurementLine(name: string, { value, unit }: Pick<Measurement, 'value' | 'unit'>): string {
  return `${name}:${Math.max(0, Math.round(value))}|${types[unit]}`;
}

/** A line for each measurement. */
export function measurementLines(measurements: readonly PathMeasurement[], prefix: string): string[] {
  return measurements.map((each) => measurementLine([prefix, ...each.path.map(boundPart)].join('.'), each));
}

export function openMeasurements(client: StatsdClient, prefix: string): MeasurementSink {
  return {
    async send(measurements) {
      if (measurements.length > 0) await client.send(measurementLines(measurements, prefix));
    },
  };
}
