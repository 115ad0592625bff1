import { z } from 'zod';

/** What of Grafana's answers is used. https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ */

export const GrafanaAnnotations = z.array(z.object({ id: z.number(), tags: z.array(z.string()).nullish() }));

export const AddedAnnotation = z.object({ id: z.number() });
