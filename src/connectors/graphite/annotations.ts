import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import { cleanLines, cleanText } from '../../core/text';
import type { Target } from '../../core/catalog/rights';
import type { Annotation, AnnotationSink } from '../contract';
import type { GraphiteClient } from './client';

/** Deploy marks as events of Graphite. */

export const annotationsBinding = z.strictObject({
  /** What the events are found by in Graphite, besides the tags that Gavel gives. */
  tags: z.array(text).max(10).optional(),
});

type AnnotationsBinding = z.output<typeof annotationsBinding>;

export function bindAnnotations(
  client: GraphiteClient,
  { tags = [] }: AnnotationsBinding,
  target: Target,
): AnnotationSink {
  const own = tags.map((tag) => fillTemplate(tag, target));
  return {
    async annotate(annotation) {
      const { key, at } = annotation;
      const tag = keyTagOf(key);
      if ((await client.eventsWith(tag, at - 1_000, at + 1_000)).length > 0) return;
      await client.addEvent(eventOf(annotation, own));
    },
  };
}

/** Graphite keeps at most 255 characters of `what`, and separates tags at spaces. */
export function eventOf({ key, at, title, text: words, tags }: Annotation, own: readonly string[]) {
  const all = new Set([...own, ...tags].map(tagOf));
  return {
    what: cleanText(title, 250),
    tags: [...all, keyTagOf(key)],
    data: cleanLines(words, 4_000),
    when: Math.floor(at / 1_000),
  };
}

/** Commas and quotes have a meaning in tags, and one has at most 50 characters. */
const tagOf = (tag: string): string => tag.replace(/[^\p{L}\p{N}_.:@/-]/gu, '_').slice(0, 50);

/** The key as a tag, by which the event is found again. */
export const keyTagOf = (key: string): string => `gavel-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
