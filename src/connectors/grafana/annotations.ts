import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import { cleanLines, cleanText } from '../../core/text';
import type { Annotation, AnnotationSink } from '../contract';
import type { HttpClient } from '../http';
import { AddedAnnotation, GrafanaAnnotations } from './schema';

/** Deploy marks as annotations of Grafana's organization, which every dashboard can show by their tags. */

export const annotationsBinding = z.strictObject({
  /** What the annotations are found by in Grafana, besides the tags that Gavel gives. */
  tags: z.array(text).max(10).optional(),
});

const path = 'api/annotations';

/** How many annotations of Gavel have this tag in a time. */
async function countWith(http: HttpClient, tag: string, fromMs: number, toMs: number): Promise<number> {
  const query = { from: fromMs, to: toMs, tags: [tag], limit: 10 };
  const found = await http.json({ kind: 'read', path, query }, GrafanaAnnotations);
  return found.filter(({ tags }) => tags?.includes(tag)).length;
}

export const tryReading = (http: HttpClient): Promise<number> => countWith(http, 'gavel', 0, 1_000);

/** Sends an annotation without text, which Grafana refuses: whoever may make none is refused for that. */
export async function tryWriting(http: HttpClient): Promise<void> {
  await http.bytes({ kind: 'once', path, body: { json: { text: '', tags: [] } }, accept: [400] });
}

export function bindAnnotations(
  http: HttpClient,
  { tags = [] }: z.output<typeof annotationsBinding>,
  target: Target,
): AnnotationSink {
  const own = tags.map((tag) => fillTemplate(tag, target));
  return {
    async annotate(annotation) {
      const { key, at } = annotation;
      if ((await countWith(http, tagOfKey(key), at - 1_000, at + 1_000)) > 0) return;
      await http.json({ kind: 'once', path, body: { json: annotationOf(annotation, own) } }, AddedAnnotation);
    },
  };
}

/** As Grafana takes it. Its text may be HTML, so nothing that begins a tag stays. */
function annotationOf({ key, at, title, text: words, tags }: Annotation, own: readonly string[]) {
  const all = new Set([...own, ...tags].map((tag) => cleanText(tag, 100)));
  return {
    time: Math.round(at),
    tags: [...all, tagOfKey(key)],
    text: [cleanText(title, 300), cleanLines(words, 4_000)].join('\n').replaceAll('<', '‹'),
  };
}

const tagOfKey = (key: string): string => `gavel:${cleanText(key, 90)}`;
