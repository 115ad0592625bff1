import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import type { Annotation, AnnotationSink } from '../contract';
import type { StatsdClient } from './client';
import { encodeName } from './metrics';
import { measurementLine } from './measurements';

/** Deployments as numbers of statsd: how many started, how they ended, how long they took and waited for approval. */

export const annotationsBinding = z.strictObject({
  /** What their names begin with. */
  prefix: text.optional(),
});

const usual = 'gavel.{service}.{environment}';

/** `sent`: the keys that this connection has sent, since statsd itself can't tell. */
export function bindAnnotations(
  { client, sent }: { readonly client: StatsdClient; readonly sent: Set<string> },
  { prefix }: z.output<typeof annotationsBinding>,
  target: Target,
): AnnotationSink {
  const beginning = prefix
    ? fillTemplate(prefix, target, encodeName)
    : usual.replace('{service}', encodeName(target.service)).replace('{environment}', encodeName(target.environment));
  return {
    async annotate(annotation) {
      const { key } = annotation;
      const lines = packetOf(annotation, beginning);
      if (sent.has(key) || lines.length === 0) return;
      await client.send(lines);
      sent.add(key);
      for (const oldest of sent) if (sent.size > maxKeys) sent.delete(oldest);
    },
  };
}

const maxKeys = 10_000;

/** What is sent for an annotation. */
export function packetOf({ measurements = [] }: Annotation, beginning: string): string[] {
  return measurements.map((each) => measurementLine(`${beginning}.${each.name.replace(/[^\w.-]/g, '_')}`, each));
}
