import assert from 'node:assert/strict';
import { deltaBetween, quantileMs, readCounters } from '../../../src/connectors/machine/samples';
import type { Counters } from '../../../src/connectors/machine/samples';

const page = (fast: number, slow: number, errors: number, startedAt = 1000): string =>
  [
    '# HELP http_requests_total Requests',
    `http_requests_total{code="200"} ${fast + slow - errors}`,
    `http_requests_total{method="get",code="503"} ${errors}`,
    `http_request_duration_seconds_bucket{le="0.1"} ${fast}`,
    `http_request_duration_seconds_bucket{le="0.5"} ${fast + slow}`,
    `http_request_duration_seconds_bucket{le="+Inf"} ${fast + slow}`,
    `http_request_duration_seconds_count ${fast + slow}`,
    `process_start_time_seconds ${startedAt}`,
    '',
  ].join('\n');

function counters(...figures: Parameters<typeof page>): Counters {
  const read = readCounters(page(...figures));
  assert.ok(read);
  return read;
}

describe('a Prometheus page', () => {
  it('contains requests, server errors and buckets', () => {
    const { requests, errors, buckets, startedAt } = counters(90, 10, 3);
    assert.deepEqual([requests, errors, startedAt], [100, 3, 1000]);
    assert.deepEqual(
      buckets.map(({ upTo, count }) => [upTo, count]),
      [
        [0.1, 90],
        [0.5, 100],
        [Infinity, 100],
      ],
    );
  });

  it('gives nothing without the counters', () => {
    assert.equal(readCounters('up 1\n'), undefined);
    assert.equal(readCounters('<html>'), undefined);
  });

  it('gives the difference from the previous one', () => {
    assert.deepEqual(deltaBetween(counters(90, 10, 3), counters(100, 10, 4)), {
      requests: 10,
      errors: 1,
      buckets: [[0, 0.1, 10]],
    });
  });

  it('of a restarted process counts from zero', () => {
    assert.deepEqual(deltaBetween(counters(90, 10, 3), counters(200, 2, 1, 2000)), {
      requests: 202,
      errors: 1,
      buckets: [
        [0, 0.1, 200],
        [0.1, 0.5, 2],
      ],
    });
    assert.equal(deltaBetween(counters(90, 10, 3), counters(5, 0, 0)).requests, 5);
  });
});

describe('a quantile', () => {
  it('lies inside its bucket, evenly distributed', () => {
    const buckets = deltaBetween(counters(0, 0, 0), counters(90, 10, 0)).buckets;
    assert.equal(quantileMs(buckets, 0.5), 56);
    assert.equal(quantileMs(buckets, 0.95), 300);
    assert.equal(quantileMs(buckets, 1), 500);
  });

  it('of requests beyond the last bound is that bound', () => assert.equal(quantileMs([[10, 10, 4]], 0.95), 10_000));

  it('without requests is undefined', () => assert.equal(quantileMs([], 0.95), undefined));

  it('adds the same bucket of several checks', () =>
    assert.equal(
      quantileMs(
        [
          [0.1, 0.2, 5],
          [0, 0.1, 5],
          [0.1, 0.2, 5],
          [0, 0.1, 5],
        ],
        0.75,
      ),
      150,
    ));
});
