import { z } from 'zod';
import { count, listOf, person, specification, time, words } from './shapes';
import type { Operation } from './shapes';

/** The calls about work items and service hooks. See `contract.ts`. */

const source = `${specification}/wit/7.1/workItemTracking.json`;

const workItem = z.strictObject({
  ...{ id: count, rev: count },
  /** A map of anything there; the names are those of https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field */
  fields: z.strictObject({
    ...{ 'System.Title': words, 'System.State': words, 'System.WorkItemType': words, 'System.ChangedDate': time },
    ...{ 'System.AssignedTo': person.optional(), 'System.Tags': words.optional() },
    'System.Description': words.optional(),
  }),
});
const changes = z.array(z.strictObject({ op: z.literal('add'), path: words.regex(/^\//), value: z.unknown() })).min(1);

export const ticketOperations = {
  createWorkItem: {
    ...{ method: 'POST', path: '_apis/wit/workitems/${}', query: ['validateOnly'], sent: changes },
    ...{ answered: workItem, source },
  },
  getWorkItem: { ...{ method: 'GET', path: '_apis/wit/workitems/{}', answered: workItem, source } },
  updateWorkItem: {
    ...{ method: 'PATCH', path: '_apis/wit/workitems/{}', sent: changes, answered: workItem, source },
  },
  listStates: {
    ...{ method: 'GET', path: '_apis/wit/workitemtypes/{}/states', source },
    answered: listOf(
      z.strictObject({
        ...{ name: words, color: words },
        category: z.enum(['Proposed', 'InProgress', 'Resolved', 'Completed', 'Removed']),
      }),
    ),
  },
  query: {
    ...{ method: 'POST', path: '_apis/wit/wiql', query: ['$top'], sent: z.strictObject({ query: words }) },
    answered: z.strictObject({ workItems: z.array(z.strictObject({ id: count, url: words })) }),
    source,
  },
  listComments: {
    ...{ method: 'GET', path: '_apis/wit/workItems/{}/comments', query: ['$top', 'order'], version: '7.1-preview.4' },
    answered: z.strictObject({ count, comments: z.array(z.strictObject({ id: count, text: words })) }),
    source,
  },
  addComment: {
    ...{ method: 'POST', path: '_apis/wit/workItems/{}/comments', version: '7.1-preview.4' },
    ...{ sent: z.strictObject({ text: words.min(1) }), answered: z.strictObject({ id: count, text: words }), source },
  },
  listSubscriptions: {
    ...{ method: 'GET', path: '/_apis/hooks/subscriptions', query: ['consumerId', 'publisherId'] },
    answered: listOf(
      z.strictObject({
        ...{ id: words, eventType: words, consumerInputs: z.strictObject({ url: words }) },
        status: z.enum(['enabled', 'onProbation', 'disabledByUser', 'disabledBySystem', 'disabledByInactiveIdentity']),
        publisherInputs: z.strictObject({ projectId: words }),
      }),
    ),
    source: `${specification}/hooks/7.1/serviceHooks.json`,
  },
} as const satisfies Readonly<Record<string, Operation>>;
