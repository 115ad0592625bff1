import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate } from '../../core/catalog/templates';
import { defineConnector } from '../contract/kinds';
import { hookProof, passwordHook } from '../hooks/settings';
import { httpConnection } from '../http/settings';
import { deployBinding, deployWith } from '../pipelines/deploying';
import { offeredSetting } from '../pipelines/offered';
import { checkAzureDevops } from './check';
import { createAzureCalls } from './calls';
import { createAzureClient } from './client';
import { createAzureApprovals } from './runs/approvals';
import { createAzureApprover } from './runs/approving';
import { createAzureFollowing } from './runs/following';
import { createAzureOffering } from './runs/offering';
import { createAzurePipelines } from './runs/pipelines';
import { checkSubscriptions } from './hooks/check';
import { readAzureEvent } from './hooks/events';
import { azureRunningBinding, bindAzureRunning } from './source/running';
import { azureSourceBinding, bindAzureSource } from './source/source-control';
import { entraSetting, openAzureHttp } from './sign-in';
import { checkWorkItems } from './tickets/check';
import { bindWorkItems, workItemsBinding, workItemType } from './tickets/tracker';

const connection = httpConnection
  .safeExtend({
    project: z.string().regex(/^[^/\\:*?"<>|#%\u0000-\u001F]{1,64}$/, 'the name of a project, such as Shop'),
    /** Signs in as an application of Entra, whose secret is the credential. Omitted: the credential is a personal access token. */
    entra: entraSetting.optional(),
    ...offeredSetting,
    /** Azure DevOps calls Gavel, with the secret of this setting as a password, or as a bearer token in a header. */
    hook: passwordHook.optional(),
  })
  .refine(({ entra, credential }) => entra === undefined || credential !== undefined, {
    path: ['entra'],
    error: 'needs a credential, too: the setting with its secret',
  });

/** Azure DevOps: YAML pipelines with their approvals, source control, what is live, and work items. */
export const azureDevopsConnector = defineConnector({
  kind: 'azure-devops',
  title: 'Azure DevOps',
  connection,
  bindings: {
    pipelines: deployBinding,
    source: azureSourceBinding,
    running: azureRunningBinding,
    tickets: workItemsBinding,
  },
  open(settings, parts) {
    const { name, clock } = parts;
    const { url, project, hook } = settings;
    const { http, close } = openAzureHttp(settings, parts);
    const calls = createAzureCalls(http, project);
    const client = createAzureClient(name, calls);
    const approver = createAzureApprover(client);
    const offering = createAzureOffering({ client, offered: settings.run });
    const following = createAzureFollowing({ client, approver, clock });
    const pipelines = createAzurePipelines({ name, client, offering, following, clock });
    const bound = (): { pipeline: string; target: Target }[] =>
      parts.targets('pipelines').flatMap(({ binding: { deploy, rollback }, ...target }) =>
        [deploy, ...(rollback ? [rollback] : [])].map((each) => ({
          pipeline: fillTemplate(each.pipeline, target),
          target,
        })),
      );
    const forget = (run: string): void => following.forget(run);
    return {
      bind: {
        pipelines: (binding) => deployWith(pipelines, binding),
        source: (binding, target) => bindAzureSource({ name, calls, findPipeline: offering.find }, binding, target),
        running: (binding, target) => bindAzureRunning(calls, binding, target),
        tickets: (binding, target) => bindWorkItems({ name, calls, url, project, clock }, binding, target),
      },
      runs: pipelines,
      pipelines,
      approvals: createAzureApprovals({ name, client, approver, offered: settings.run, bound, forget }),
      hook: hookProof('password', hook, parts.secret),
      ...(hook && {
        events: {
          read: async (body) => {
            const event = readAzureEvent(body);
            for (const run of event?.runs ?? []) following.forget(run);
            return event;
          },
        },
      }),
      check: async () => [
        ...(await checkAzureDevops({
          ...{ client, calls, project, offering, list: () => pipelines.list() },
          bound: bound().map(({ pipeline }) => pipeline),
          repositories: parts
            .targets('source')
            .map(({ binding, ...target }) => fillTemplate(binding.repository, target)),
          hasEnvironments: parts.targets('running').length > 0,
        })),
        ...(await checkWorkItems(
          calls,
          parts.targets('tickets').map(({ binding, ...target }) => workItemType(binding, target)),
        )),
        ...(hook ? [await checkSubscriptions(calls, name)] : []),
      ],
      close,
    };
  },
});
