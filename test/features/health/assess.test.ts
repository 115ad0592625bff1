import assert from 'node:assert/strict';
import type { MetricPoint } from '../../../src/connectors/contract';
import { describeWithinLimits } from '../../../src/features/health/text';
import { assess } from '../../../src/features/health/record';
import type { Evidence } from '../../../src/features/health/record';
import { figures, minute, now } from './world';

const limits = { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 2 };
const evidence: Evidence = {
  probe: { at: now, answers: true },
  figures: figures(),
  limits,
  live: { found: 'cannot tell' },
  now,
  overMs: minute,
};

const thirty = (errorPercent: number, p95Ms = 120): MetricPoint =>
  figures({ requestsPerSecond: 3, errorPercent, p95Ms });

const latencyOnly = figures({ p50Ms: undefined, errorPercent: undefined, requestsPerSecond: undefined });
const queue = { name: 'queue *length*', unit: 'jobs', limit: 100, value: undefined };

describe('the state of a service', () => {
  const table: [string, Partial<Evidence>, string, RegExp][] = [
    ['every number within its limit', {}, 'healthy', /^$/],
    ['a number just at its limit', { figures: figures({ p95Ms: 300 }) }, 'healthy', /^$/],
    ['a slow p95', { figures: figures({ p95Ms: 412.3 }) }, 'degraded', /^p95 is 412\sms \(limit 300\sms\)$/],
    ['a slow p50', { figures: figures({ p50Ms: 160 }) }, 'degraded', /^p50 is 160\sms \(limit 150\sms\)$/],
    ['one failed request of thirty', { figures: thirty(3.3), overMs: 10_000 }, 'healthy', /^$/],
    ['two failed requests of thirty', { figures: thirty(6.7), overMs: 10_000 }, 'degraded', /^the error rate is 6\.7%/],
    [
      'a slow p95 and one failed request',
      { figures: thirty(3.3, 412), overMs: 10_000 },
      'degraded',
      /^p95 is 412\sms \(limit 300\sms\)$/,
    ],
    ['errors', { figures: figures({ errorPercent: 3.21 }) }, 'degraded', /^the error rate is 3\.2% \(limit 1%\)$/],
    [
      'too little traffic',
      { figures: figures({ requestsPerSecond: 0 }) },
      'degraded',
      /^traffic is 0\sreq\/s \(minimum 2\)$/,
    ],
    [
      'errors and slowness',
      { figures: figures({ p95Ms: 400, errorPercent: 5 }) },
      'degraded',
      /^the error rate .* and p95 /,
    ],
    ['no answer', { probe: { at: now, answers: false } }, 'down', /isn’t responding/],
    [
      'a response that reports trouble',
      { probe: { at: now, answers: true, complaint: 'no *database*' } },
      'down',
      /reports “no \\\*database\\\*”$/,
    ],
    [
      'a service that reports trouble with good numbers',
      { probe: { at: now, answers: false, complaint: 'x' } },
      'down',
      /reports “x”/,
    ],
    ['a health check that couldn’t be read', { probe: undefined }, 'unknown', /couldn’t be read/],
    ['no metrics', { figures: undefined }, 'unknown', /^it’s responding, but there are no metrics$/],
    [
      'no metrics right after the start',
      { figures: undefined, hasJustStarted: true },
      'unknown',
      /^it’s responding, but Gavel has just started and has no metrics yet$/,
    ],
    [
      'no latency right after the start',
      { figures: figures({ p95Ms: undefined }), hasJustStarted: true },
      'unknown',
      /^it’s responding, but Gavel has just started and has no metrics for latency yet$/,
    ],
    ['numbers of long ago', { figures: figures({ at: now - 4 * minute }) }, 'unknown', /out of date/],
    ['no latency', { figures: figures({ p95Ms: undefined }) }, 'unknown', /no metrics for latency/],
    ['no error rate', { figures: figures({ errorPercent: undefined }) }, 'unknown', /no metrics for errors/],
    ['no traffic number', { figures: figures({ requestsPerSecond: undefined }) }, 'unknown', /no metrics for traffic/],
    [
      'a passed limit beside missing numbers',
      { figures: figures({ p95Ms: 400, p50Ms: undefined }) },
      'degraded',
      /p95/,
    ],
    [
      'nothing deployed',
      { live: { found: 'none' }, probe: { at: now, answers: false } },
      'unknown',
      /nothing is deployed/,
    ],
    [
      'an idle service that needs no traffic',
      {
        limits: { ...limits, minimumRequestsPerSecond: 0 },
        figures: figures({ requestsPerSecond: 0, p95Ms: undefined, p50Ms: undefined, errorPercent: undefined }),
      },
      'healthy',
      /^$/,
    ],
    ['a number without a limit', { limits: {}, figures: figures({ p95Ms: 9_000 }) }, 'healthy', /^$/],
    ['a missing number without a limit', { limits: { p95Ms: 300 }, figures: latencyOnly }, 'healthy', /^$/],
    ['a response, no limit and no metrics', { limits: {}, figures: undefined }, 'healthy', /^$/],
    ['nothing that could tell anything', { probe: 'not offered', figures: undefined }, 'unknown', /^there are no metr/],
    ['good numbers where nothing tells whether it responds', { probe: 'not offered' }, 'healthy', /^$/],
    [
      'a saturated resource',
      { limits: { saturationPercent: 80 }, figures: figures({ saturationPercent: 91.4 }) },
      'degraded',
      /^saturation is 91% \(limit 80%\)$/,
    ],
    ['a named query at its limit', { named: [{ ...queue, value: 100 }] }, 'healthy', /^$/],
    [
      'a named query beyond its limit',
      { named: [{ ...queue, value: 120 }] },
      'degraded',
      /^queue \\\*length\\\* is 120\sjobs \(limit 100\sjobs\)$/,
    ],
    ['a named query that couldn’t be read', { named: [queue] }, 'unknown', /no metrics for queue/],
    [
      'a named query beyond its limit and nothing else measured',
      { figures: undefined, named: [{ ...queue, value: 120 }] },
      'degraded',
      /^queue/,
    ],
  ];
  for (const [name, change, state, trouble] of table)
    it(`is ${state} with ${name}`, () => {
      const result = assess({ ...evidence, ...change });
      assert.equal(result.state, state);
      assert.match(result.trouble, trouble);
    });
  it('is healthy with a remark about the single failed request', () => {
    const assessed = assess({ ...evidence, figures: thirty(3.3), overMs: 10_000 });
    assert.equal(assessed.loneFailure, true);
    assert.equal(assess(evidence).loneFailure, false);
    assert.match(describeWithinLimits(assessed.loneFailure), /, apart from one failed request$/);
  });
});
