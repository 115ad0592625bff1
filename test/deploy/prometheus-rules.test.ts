import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { createPrometheusMetrics } from '../../src/telemetry/metrics';
import { filesBelow, textOf } from '../rules/source-files';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

describe('the Prometheus rules', () => {
  const { groups } = parse(textOf('deploy/prometheus-rules.yaml')) as { groups: { name: string; rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const sources = filesBelow('src', '.ts').map(textOf).join('\n');

  it('say for each alert how severe it is, what happened and what to do', () => {
    assert.ok(rules.length >= 8);
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels.severity, /^(warning|critical)$/, alert);
      assert.match(annotations.summary, /\.$/, alert);
      assert.match(annotations.description, /\.$/, alert);
    }
  });

  it('use only metrics that Gavel exposes, with labels that they have', async () => {
    const metrics = await createPrometheusMetrics();
    const call = { name: 'Teams POST', correlationId: undefined, startedAt: 0, durationMs: 1, succeeded: false };
    metrics.request(call);
    metrics.dependency({ ...call, target: 'Teams' });
    metrics.event({ name: 'deployments.unclear', correlationId: undefined, properties: { outcome: 'unclear' } });
    // The event loop lag exists only after the first collection.
    await metrics.text();
    const shown = await metrics.text();
    await metrics.close();
    for (const { alert, expr } of rules) {
      for (const [, name = '', labels = ''] of expr.matchAll(/\b(gavel_\w+)(?:\{([^}]*)\})?/g)) {
        const lines = shown.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
        assert.ok(lines.length > 0, `${alert} asks for ${name}`);
        for (const [, label = ''] of labels.matchAll(/(\w+)!?="/g))
          assert.ok(
            lines.some((line) => line.includes(`${label}="`)),
            `${alert} asks for the label ${label} of ${name}`,
          );
      }
      for (const [, event = ''] of expr.matchAll(/name="([\w.-]+)"/g))
        assert.ok(sources.includes(`'${event}'`), `${alert} asks for an event ${event}`);
      for (const [, target = ''] of expr.matchAll(/target="(\w+)"/g))
        assert.ok(sources.includes(`target: '${target}'`), `${alert} asks for calls to ${target}`);
    }
  });
});
