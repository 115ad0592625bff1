import { z } from 'zod';
import { fillTemplate } from '../../core/catalog/templates';
import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { deployBinding, deployWith } from '../pipelines/deploying';
import { offeredSetting } from '../pipelines/offered';
import { checkCloudbees } from './check';
import { createCloudbeesClient } from './client';
import { createActing, peopleSettings } from './people';
import { bindInventory, inventoryBinding } from './running';
import { createCloudbeesApprovals } from './runs/approvals';
import { createRunFollowing } from './runs/following';
import { canonicalName, projectIn } from './runs/names';
import type { BoundPipeline } from './runs/names';
import { createPipelineOffering } from './runs/offering';
import { createCloudbeesPipelines } from './runs/pipelines';
import { createSessions } from './sessions';

const connection = httpConnection.safeExtend({
  /** Those whose procedures, pipelines and releases are listed, beside the ones that bindings and `run` name. */
  projects: z.array(z.string().trim().min(1).max(200)).max(100).default([]),
  ...offeredSetting,
  ...peopleSettings,
});

/** CloudBees CD/RO, once ElectricFlow: procedures, pipelines, releases, manual tasks, and what is deployed where. */
export const cloudbeesCdConnector = defineConnector({
  kind: 'cloudbees-cd',
  title: 'CloudBees CD',
  connection,
  bindings: { pipelines: deployBinding, running: inventoryBinding },
  open(settings, parts) {
    const { name, clock, secret } = parts;
    const { user, credential, ...open } = settings;
    const account = credential !== undefined && user === undefined ? { token: secret(credential) } : undefined;
    const http = openHttpClient(account ? open : settings, parts);
    const unsigned = openHttpClient(open, parts);
    const sessions = createSessions(unsigned);
    const client = createCloudbeesClient({ name, http, open: unsigned, sessions, account });
    const acting = createActing({ name, ...settings, secret });
    const bound = (): BoundPipeline[] =>
      parts.targets('pipelines').flatMap(({ binding: { deploy, rollback }, ...target }) =>
        [deploy, ...(rollback ? [rollback] : [])].map(({ pipeline }) => ({
          pipeline: canonicalName(fillTemplate(pipeline, target)),
          target,
        })),
      );
    const projects = (): string[] => {
      const named = [...bound().map(({ pipeline }) => pipeline), ...settings.run];
      return [...new Set([...settings.projects, ...named.flatMap((pipeline) => projectIn(pipeline) ?? [])])];
    };
    const offered = settings.run;
    const following = createRunFollowing({ name, client, url: settings.url, acting, clock });
    const pipelines = createCloudbeesPipelines({ name, client, offered, projects, following, acting, clock });
    const approvals = createCloudbeesApprovals({ name, client, following, acting, offered, projects, bound });
    return {
      bind: {
        pipelines: (binding) => deployWith(pipelines, binding),
        running: (binding, target) => bindInventory(name, client, binding, target),
      },
      runs: pipelines,
      pipelines,
      approvals,
      check: () =>
        checkCloudbees({
          ...{ client, projects: projects(), bound: bound(), list: () => pipelines.list() },
          offering: createPipelineOffering({ client, offered, projects }),
          running: parts.targets('running').map(({ binding, ...target }) => ({
            about: `reading what is live for ${target.service} in ${target.environment}`,
            source: bindInventory(name, client, binding, target),
          })),
        }),
      async close() {
        await Promise.all([http.close(), unsigned.close()]);
      },
    };
  },
});
