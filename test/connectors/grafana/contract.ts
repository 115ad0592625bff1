import { z } from 'zod';

/** The operations of Grafana that Gavel uses, with the fields that it uses, from Grafana's documentation. */

/** https://grafana.com/docs/grafana/v12.4/developer-resources/api-reference/http-api/annotations.md, “Find Annotations” */
export const findAnnotations = {
  request: z.strictObject({
    from: z.string().regex(/^\d+$/),
    to: z.string().regex(/^\d+$/),
    tags: z.array(z.string()).min(1),
    limit: z.string().regex(/^\d+$/),
  }),
  response: z.array(
    z.looseObject({ id: z.number().int(), time: z.number().int(), tags: z.array(z.string()), text: z.string() }),
  ),
};

/** https://grafana.com/docs/grafana/v12.4/developer-resources/api-reference/http-api/annotations.md, “Create Annotation” */
export const createAnnotation = {
  request: z.strictObject({ time: z.number().int(), tags: z.array(z.string()), text: z.string().min(1) }),
  response: z.strictObject({ message: z.literal('Annotation added'), id: z.number().int() }),
};
