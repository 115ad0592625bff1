import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate } from '../../core/catalog/templates';
import { defineConnector } from '../contract/kinds';
import { httpConnection } from '../http/settings';
import { deployBinding, deployWith } from '../pipelines/deploying';
import { offeredSetting } from '../pipelines/offered';
import { createGithubApprovals } from './actions/approvals';
import { createApprover } from './actions/approving';
import { createFollowing } from './actions/following';
import { readWorkflowName } from './actions/names';
import type { BoundWorkflow } from './actions/names';
import { createGithubPipelines } from './actions/pipelines';
import { createSearchLooks } from '../finding/looks';
import { checkGithub } from './check';
import { bindRecording, recordingBinding } from './deployments/recording';
import { createGithubPlaces } from './deployments/places';
import type { BoundEnvironment } from './deployments/places';
import { bindRunning, runningBinding } from './deployments/running';
import { askForLost } from './hooks/deliveries';
import { readEvent } from './hooks/events';
import { hookProof, signedHook } from '../hooks/settings';
import { openClient } from './opening';
import { appSetting } from './sign-in';
import { checkSource } from './source/check';
import { bindSource, sourceBinding } from './source/source-control';
import { checkTickets } from './tickets/check';
import { bindIssues, issuesBinding } from './tickets/tracker';

const repository = z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'owner/name, such as acme/shop');

const githubConnection = httpConnection
  .safeExtend({
    /** Signs in as a GitHub App, whose private key is the credential. Omitted: the credential is a token. */
    app: appSetting.optional(),
    /** Those whose workflows people can start, beside the ones that bindings and `run` name. */
    repositories: z.array(repository).max(100).default([]),
    ...offeredSetting,
    /** GitHub calls Gavel, and signs with the secret of this setting. */
    hook: signedHook.optional(),
  })
  .refine(({ app, credential }) => app === undefined || credential !== undefined, {
    path: ['app'],
    error: 'needs a credential, too: the setting with its private key',
  });
const cloud = { url: 'https://api.github.com' };
const connection = z.preprocess(
  (given) => (typeof given === 'object' && given !== null ? { ...cloud, ...given } : given),
  githubConnection,
);

/** GitHub and GitHub Enterprise Server: source control, workflows, what was deployed where, and issues. */
export const githubConnector = defineConnector({
  kind: 'github',
  title: 'GitHub',
  connection,
  bindings: {
    pipelines: deployBinding,
    source: sourceBinding,
    running: runningBinding,
    annotations: recordingBinding,
    tickets: issuesBinding,
  },
  open(settings, parts) {
    const { name, clock } = parts;
    const { client, app, close } = openClient(settings, parts);
    const approver = createApprover({ client, app: app && (() => app.self()) });
    const workflows = (): (BoundWorkflow & { readonly target: Target })[] =>
      parts.targets('pipelines').flatMap(({ binding: { deploy, rollback }, ...target }) =>
        [deploy, ...(rollback ? [rollback] : [])].map(({ pipeline, ref }) => ({
          pipeline: fillTemplate(pipeline, target),
          ref: ref && fillTemplate(ref, target),
          target,
        })),
      );
    const workflowsOf = ({ service, environment }: Target): readonly BoundWorkflow[] =>
      workflows().filter(({ target }) => target.service === service && target.environment === environment);
    const repositories = (): string[] => {
      const named = [...workflows().map(({ pipeline }) => pipeline), ...settings.run];
      const found = named.flatMap((pipeline) => repositoryOf(pipeline) ?? []);
      return [...new Set([...settings.repositories, ...found])];
    };
    const offered = settings.run;
    const following = createFollowing({ name, client, approver, clock });
    const pipelines = createGithubPipelines({ name, client, offered, repositories, following, clock });
    const forget = (run: string): void => following.forget(run);
    const approvals = createGithubApprovals({ name, client, offered, repositories, approver, workflows, forget });
    const looks = createSearchLooks(clock);
    const sources = (): Omit<BoundEnvironment, 'environment'>[] =>
      (['source', 'running'] as const).flatMap((capability) =>
        parts.targets(capability).map(({ binding, ...target }) => ({
          ...{ service: target.service, repository: fillTemplate(binding.repository, target) },
        })),
      );
    const live = (): BoundEnvironment[] =>
      parts.targets('running').map(({ binding: { repository: named, environmentName }, ...target }) => ({
        ...{ service: target.service, repository: fillTemplate(named, target) },
        environment: environmentName ? fillTemplate(environmentName, target) : target.environment,
      }));
    return {
      bind: {
        pipelines: (binding) => deployWith(pipelines, binding),
        source: (binding, target) => bindSource({ name, client }, binding, target),
        running: (binding, target) => bindRunning(client, binding, target),
        annotations: (binding, target) =>
          bindRecording({ name, client, workflows: () => workflowsOf(target) }, binding, target),
        tickets: (binding, target) => bindIssues({ name, client, looks }, binding, target),
      },
      runs: pipelines,
      pipelines,
      approvals,
      places: createGithubPlaces(client, sources, live),
      hook: hookProof('github', settings.hook, parts.secret),
      ...(settings.hook && {
        events: {
          read: async (body, header) => {
            const event = readEvent(body, header);
            for (const run of event?.runs ?? []) following.forget(run);
            if (event?.changesFiles) pipelines.forgetFiles();
            return event;
          },
          ...(app && { askAgain: () => askForLost(app) }),
        },
      }),
      async check() {
        const named = (capability: 'source' | 'running' | 'annotations' | 'tickets'): string[] =>
          parts.targets(capability).map(({ binding, ...target }) => fillTemplate(binding.repository, target));
        const bound = { source: named('source'), deployments: [...named('running'), ...named('annotations')] };
        const lines = await checkGithub({
          ...{ client, app, workflows, isCalled: settings.hook !== undefined },
          list: () => pipelines.list(),
        });
        const tickets = await checkTickets({ client, app }, named('tickets'));
        return [...lines, ...(await checkSource(client, bound)), ...tickets];
      },
      close,
    };
  },
});

/** The repository of a pipeline or pattern; undefined if a `*` stands in it. */
function repositoryOf(pipeline: string): string | undefined {
  return readWorkflowName(pipeline)?.repository ?? /^([\w.-]+\/[\w.-]+)\/[^/]*$/.exec(pipeline)?.[1];
}
