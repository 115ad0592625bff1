import { z } from 'zod';
import { withoutEnding } from '../../core/text';
import { defineConnector } from '../contract/kinds';
import { createSearchLooks } from '../finding/looks';
import { httpConnection, openHttpClient } from '../http/settings';
import { checkJira } from './check';
import { createJiraClient, editions } from './client';
import { bindTickets, jiraTicketsBinding, issueTypeOf, projectOf } from './tracker';

const undone = ['Won’t Do', 'Won’t Fix', 'Duplicate', 'Declined', 'Rejected', 'Canceled', 'Cancelled', 'Invalid'];

/** Jira: issues as tickets. */
export const jiraConnector = defineConnector({
  kind: 'jira',
  title: 'Jira',
  connection: httpConnection.safeExtend({
    edition: editions.default('cloud'),
    /** Where people open issues, if the URL of the API is another one. */
    site: z.url({ protocol: /^https?$/ }).optional(),
    /** The statuses and resolutions that mean that nothing was done. */
    rejected: z.array(z.string().min(1).max(100)).max(50).default(undone),
  }),
  bindings: { tickets: jiraTicketsBinding },
  open(settings, parts) {
    const { name, clock } = parts;
    const { edition, rejected, url, site = url } = settings;
    const http = openHttpClient(settings, parts);
    const client = createJiraClient(http, edition);
    const tracker = { name, client, rejected, looks: createSearchLooks(clock), site: withoutEnding(site, '/') };
    return {
      bind: { tickets: (binding, target) => bindTickets(tracker, binding, target) },
      check: () =>
        checkJira({
          ...{ name, client },
          projects: parts.targets('tickets').map(({ binding, ...target }) => ({
            project: projectOf(binding, target),
            issueType: issueTypeOf(binding, target),
          })),
        }),
      close: () => http.close(),
    };
  },
});
