import { z } from 'zod';

/** What of Grafana's answers is used. https://grafana.com/docs/grafana/latest/developers/http_api/ */

export const GrafanaAnnotations = z.array(z.object({ id: z.number(), tags: z.array(z.string()).nullish() }));

export const AddedAnnotation = z.object({ id: z.number() });

/** The rules that Grafana evaluates itself, in the form of Prometheus. */
export const RulesAnswer = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alerts: z.array(z.object({ labels: z.record(z.string(), z.string()), state: z.string() })).nullish(),
          }),
        ),
      }),
    ),
  }),
});
