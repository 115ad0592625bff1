import fc from 'fast-check';
import { runFiguresWorkflow, sourceFiguresWorkflow } from '../../../src/features/figures/workflow';
import { declareExample } from '../example';

/** The numbers of runs and of source control, and that they are sent. */

export const runFigures = declareExample({
  workflow: runFiguresWorkflow,
  events: { mark: fc.constant({ type: 'mark' }) },
  context: fc.constant({}),
  first: [{ type: 'mark' }],
});

export const sourceFigures = declareExample({
  workflow: sourceFiguresWorkflow,
  events: {
    begin: fc.constant({ type: 'begin' }),
    sent: fc.constant({ type: 'sent' }),
    unwanted: fc.constant({ type: 'unwanted' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'sent' }, context: {} },
  first: [{ type: 'begin' }],
});
