import fc from 'fast-check';
import { markWorkflow } from '../../../src/features/marks/workflow';
import { declareExample } from '../example';

const mark = {
  ...{ service: 'shop', environment: 'production' },
  annotation: {
    key: 'deployment:1:start',
    at: 1,
    title: 'shop 2.14.0 to production',
    text: 'D-1001',
    tags: ['deploy'],
  },
};

export const marks = declareExample({
  workflow: markWorkflow,
  events: { make: fc.constant({ type: 'make', mark }) },
  context: fc.constant({}),
  first: [{ type: 'make', mark }],
});
