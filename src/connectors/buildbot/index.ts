import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { deployBinding, deployWith } from '../pipelines/deploying';
import { offeredSetting } from '../pipelines/offered';
import { checkBuildbot } from './check';
import { createBuildbotClient } from './client';
import { createBuildbotPipelines } from './pipelines';

/** Buildbot, through its REST API: starts builds with force schedulers, for deployments and for people. */
export const buildbotConnector = defineConnector({
  kind: 'buildbot',
  title: 'Buildbot',
  connection: httpConnection.safeExtend(offeredSetting),
  bindings: { pipelines: deployBinding },
  open(settings, parts) {
    const { name, clock } = parts;
    const http = openHttpClient(settings, parts);
    const client = createBuildbotClient(http, settings.credential !== undefined);
    const pipelines = createBuildbotPipelines({ name, client, offered: settings.run, clock });
    return {
      bind: { pipelines: (binding) => deployWith(pipelines, binding) },
      runs: pipelines,
      pipelines,
      check: () => checkBuildbot(name, client),
      close: () => http.close(),
    };
  },
});
