import { fillTemplate } from '../../core/catalog/templates';
import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { deployBinding, deployWith } from '../pipelines/deploying';
import { offeredSetting } from '../pipelines/offered';
import { checkJenkins } from './check';
import { createJenkinsClient } from './client';
import { createJenkinsApprovals } from './runs/approvals';
import { createRunFollowing } from './runs/following';
import { readJobName, writeJobName } from './runs/names';
import type { BoundPipeline } from './runs/names';
import { createJobOffering } from './runs/offering';
import { createJenkinsPipelines } from './runs/pipelines';
import { bindJenkinsSuites, createJenkinsTests, suitesBinding } from './suites';

/** Jenkins: jobs of any kind as pipelines and test suites, and the input steps that they wait for. */
export const jenkinsConnector = defineConnector({
  kind: 'jenkins',
  title: 'Jenkins',
  connection: httpConnection.safeExtend(offeredSetting),
  bindings: { pipelines: deployBinding, tests: suitesBinding },
  open(settings, parts) {
    const { name, clock } = parts;
    const { url, run: offered } = settings;
    const http = openHttpClient(settings, parts);
    const client = createJenkinsClient(name, http);
    const bound = (): BoundPipeline[] =>
      parts.targets('pipelines').flatMap(({ binding: { deploy, rollback }, ...target }) =>
        [deploy, ...(rollback ? [rollback] : [])].map(({ pipeline }) => ({
          pipeline: writeJobName(readJobName(fillTemplate(pipeline, target))),
          target,
        })),
      );
    const suites = (): string[] =>
      parts
        .targets('tests')
        .flatMap(({ binding, ...target }) =>
          Object.values(binding.suites).map(({ pipeline }) => writeJobName(fillTemplate(pipeline, target))),
        );
    const offering = createJobOffering({ client, offered });
    const following = createRunFollowing({ name, client, url, clock });
    const pipelines = createJenkinsPipelines({ name, client, offering, following, clock });
    const ofTests = { name, client, following, pipelines };
    const tests = createJenkinsTests(ofTests);
    return {
      bind: {
        pipelines: (binding) => deployWith(pipelines, binding),
        tests: (binding, target) => bindJenkinsSuites(ofTests, tests, binding, target),
      },
      ...{ runs: pipelines, pipelines, tests },
      approvals: createJenkinsApprovals({ name, client, following, offered, bound }),
      check: () =>
        checkJenkins({
          ...{ name, client, url, offering, list: () => pipelines.list() },
          bound: [...bound().map(({ pipeline }) => pipeline), ...suites()],
        }),
      close: () => http.close(),
    };
  },
});
