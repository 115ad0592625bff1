import type { z } from 'zod';
import { webhook } from './contract';
import type { Alert } from './double';

/** Alerts as Grafana tells them. */

export type Webhook = z.output<typeof webhook>;
type Labels = Readonly<Record<string, string>>;

export const began = '2026-11-29T20:47:50.639Z';

/** As its API says it: with Grafana's own labels. */
export const firingAlert = (labels: Labels, startsAt = began): Alert => ({
  ...{ fingerprint: `f-${labels['service']}`, startsAt, endsAt: startsAt, updatedAt: startsAt },
  labels: { alertname: 'QueueTooLong', __alert_rule_uid__: 'rule 1', grafana_folder: 'Shop', ...labels },
  annotations: {
    summary: '42 jobs wait',
    runbook_url: 'https://runbooks.example/queue',
    __value_string__: '[ var=A ]',
  },
  generatorURL: 'https://grafana.example/alerting/grafana/rule%201/view',
  receivers: [{ name: 'gavel' }],
  status: { state: 'active', silencedBy: [], inhibitedBy: [] },
});

/** As its webhook says it. */
export const postedAlert = (labels: Labels, status: 'firing' | 'resolved'): Webhook['alerts'][number] => ({
  ...{ status, labels: { alertname: 'QueueTooLong', ...labels }, annotations: { summary: '42 jobs wait' } },
  ...{ startsAt: began, endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-29T20:57:50.639Z' },
  ...{ values: { A: 42 }, valueString: '[ var=A value=42 ]', fingerprint: `f-${labels['service']}` },
  ...{ generatorURL: 'https://grafana.example/alerting/grafana/rule-1/view', silenceURL: '' },
  ...{ dashboardURL: '', panelURL: '' },
});

/** What Grafana posts, held to its contract. */
export function postedBody(alerts: Webhook['alerts'], more: Partial<Webhook> = {}): string {
  const whole: Webhook = {
    ...{ receiver: 'gavel', status: 'firing', orgId: 1, alerts, groupLabels: {}, commonLabels: {} },
    ...{ commonAnnotations: {}, externalURL: 'https://grafana.example/', version: '1', groupKey: '{}:{}' },
    ...{ truncatedAlerts: 0, title: '[FIRING:1]', state: 'alerting', message: '**Firing**', ...more },
  };
  return JSON.stringify(webhook.parse(whole));
}
