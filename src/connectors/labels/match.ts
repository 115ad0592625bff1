import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import { lookUp } from '../../core/keys';
import type { Target } from '../../core/catalog/rights';
import type { AlertSource } from '../contract';

/** Which alerts concern a service, for systems that describe them with labels. Pure. */

/** The alerts that have all of these labels with exactly these values. */
export const alertMatch = z.strictObject({
  match: z
    .record(z.string().min(1).max(200), text)
    .refine((labels) => Object.keys(labels).length > 0, 'needs a label, such as service: "{service}"'),
});

/** What a connection says of a source in which an alert always fires, such as `Watchdog`: without it, the source no longer reports. */
export const heartbeatSetting = { heartbeat: z.string().trim().min(1).max(200).optional() };

/** The alerts of a system that many connect for its metrics alone: read only while the catalog uses them, because whoever has them elsewhere would see each twice. */
export function readWhile(isUsed: () => boolean, source: AlertSource): AlertSource {
  const { read, history } = source;
  return {
    ...source,
    read: async () => (isUsed() ? read() : { alerts: [], isComplete: true }),
    ...(history && { history: async (fromMs, toMs) => (isUsed() ? history(fromMs, toMs) : []) }),
  };
}

/** The labels with their values for a target. */
export function fillLabels(
  match: Readonly<Record<string, Template>>,
  { service, environment }: Target,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(match).map(([label, template]) => [label, fillTemplate(template, { service, environment })]),
  );
}

/** Whether an alert with these labels has all that are wanted. An empty value is the same as no label, as in Prometheus. */
export function hasLabels(labels: Readonly<Record<string, string>>, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([label, value]) => (lookUp(labels, label) ?? '') === value);
}
