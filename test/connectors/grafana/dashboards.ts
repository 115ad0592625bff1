import type { Dashboard, Frame } from './double';

/** A dashboard of the test, and what its queries give. */

export const metrics = { type: 'prometheus', uid: 'metrics-1' };
export const stepMs = 60_000;

export const dashboard: Dashboard = {
  ...{ uid: 'shop-1', title: 'Shop overview' },
  templating: {
    list: [
      { name: 'service', type: 'query', multi: true, current: { value: ['search', 'cart'] } },
      { name: 'env', type: 'custom', current: { value: 'staging' } },
    ],
  },
  panels: [
    {
      ...{ id: 2, type: 'timeseries', title: 'Response time', datasource: metrics },
      targets: [
        { refId: 'A', expr: 'p50{service=~"$service",env="$env"}', legendFormat: 'p50', instant: true },
        { refId: 'B', expr: 'p95{service=~"$service",env="$env"}', legendFormat: 'p95' },
      ],
      fieldConfig: {
        defaults: {
          unit: 's',
          thresholds: { mode: 'absolute', steps: [{ value: null }, { value: 0.5 }, { value: 1 }] },
          custom: { thresholdsStyle: { mode: 'line' } },
        },
      },
    },
    { id: 3, type: 'text', title: 'About' },
    {
      ...{ id: 4, type: 'row', title: 'More', collapsed: true },
      panels: [
        {
          ...{ id: 5, type: 'stat', title: 'Failed orders of $env' },
          targets: [
            { refId: 'A', rawSql: "SELECT … WHERE env = '$env'", datasource: { type: 'mysql', uid: 'orders-1' } },
          ],
          fieldConfig: { defaults: { unit: 'percentunit' } },
        },
      ],
    },
    { id: 6, type: 'timeseries', title: 'Traffic', libraryPanel: { uid: 'library-1', name: 'Traffic' } },
  ],
};

/** A table with its times and one column of numbers. */
export function frameWith(values: readonly (number | null)[], name = 'Value', fromMs = 0): Frame {
  return {
    schema: {
      refId: 'A',
      fields: [
        { name: 'Time', type: 'time' },
        { name, type: 'number', config: { displayNameFromDS: name } },
      ],
    },
    data: { values: [values.map((_, index) => fromMs + index * stepMs), [...values]] },
  };
}
