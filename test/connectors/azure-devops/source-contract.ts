import { z } from 'zod';
import { count, links, listOf, person, specification, time, words } from './shapes';
import type { Operation } from './shapes';

/** The calls about source control and environments. See `contract.ts`. */

const git = `${specification}/git/7.1/git.json`;
const environments = `${specification}/environments/7.1/environments.json`;
const id = z.string().regex(/^[0-9a-f]{40}$/);

const signature = z.strictObject({ name: words, email: words, date: time });
const commit = z.strictObject({
  ...{ commitId: id, comment: words, author: signature, committer: signature },
  commentTruncated: z.boolean().optional(),
});
const status = z.strictObject({
  state: z.enum(['notSet', 'pending', 'succeeded', 'failed', 'error', 'notApplicable', 'partiallySucceeded']),
  context: z.strictObject({ name: words, genre: words }),
  targetUrl: words,
});
const range = ['itemVersion', 'compareVersion'].flatMap((each) => [
  `searchCriteria.${each}.version`,
  `searchCriteria.${each}.versionType`,
]);

export const sourceOperations = {
  getRepository: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}', source: git },
    answered: z.strictObject({
      ...{ id: words, name: words, defaultBranch: words.regex(/^refs\/heads\//), webUrl: words },
      project: z.strictObject({ id: words, name: words }),
    }),
  },
  listRefs: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/refs', query: ['filter', 'peelTags', '$top'] },
    answered: listOf(z.strictObject({ name: words.regex(/^refs\//), objectId: id, peeledObjectId: id.optional() })),
    source: git,
  },
  listCommits: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/commits', source: git },
    query: [...range, 'searchCriteria.$top', 'searchCriteria.$skip'],
    answered: listOf(commit),
  },
  getCommit: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/commits/{}', answered: commit, source: git },
  },
  compare: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/diffs/commits', source: git },
    query: ['baseVersion', 'baseVersionType', 'targetVersion', 'targetVersionType', '$top'],
    answered: z.strictObject({ aheadCount: count, behindCount: count, commonCommit: id }),
  },
  listStatuses: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/commits/{}/statuses', query: ['latestOnly', 'top'] },
    ...{ answered: listOf(status), source: git },
  },
  listPulls: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/pullrequests', source: git },
    query: ['searchCriteria.status', '$top', '$skip'],
    answered: listOf(
      z.strictObject({
        ...{ pullRequestId: count, title: words, creationDate: time, isDraft: z.boolean(), createdBy: person },
        reviewers: z.array(
          z.strictObject({
            ...{ id: words, displayName: words, isRequired: z.boolean().optional() },
            vote: z.union([z.literal(10), z.literal(5), z.literal(0), z.literal(-5), z.literal(-10)]),
          }),
        ),
      }),
    ),
  },
  listPullStatuses: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/pullRequests/{}/statuses' },
    ...{ answered: listOf(status), source: git },
  },
  /** `settings` is an open object there; `displayName` of a build’s is what its page shows: https://learn.microsoft.com/rest/api/azure/devops/policy/configurations/create */
  listPolicies: {
    ...{ method: 'GET', path: '_apis/policy/evaluations', query: ['artifactId'], version: '7.1-preview.1' },
    answered: listOf(
      z.strictObject({
        status: z.enum(['queued', 'running', 'approved', 'rejected', 'notApplicable', 'broken']),
        configuration: z.strictObject({
          type: z.strictObject({ displayName: words }),
          settings: z.strictObject({ displayName: words.nullable() }),
        }),
      }),
    ),
    source: `${specification}/policy/7.1/policy.json`,
  },
  listEnvironments: {
    ...{ method: 'GET', path: '_apis/distributedtask/environments', query: ['name', '$top'], source: environments },
    answered: listOf(z.strictObject({ id: count, name: words })),
  },
  listDeployments: {
    ...{ method: 'GET', path: '_apis/distributedtask/environments/{}/environmentdeploymentrecords', query: ['top'] },
    answered: listOf(
      z.strictObject({
        ...{ id: count, environmentId: count, finishTime: time.nullable() },
        result: z.enum(['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned']).nullable(),
        owner: z.strictObject({ id: count, name: words, _links: links }),
        definition: z.strictObject({ id: count, name: words, _links: links }),
      }),
    ),
    source: environments,
  },
} as const satisfies Readonly<Record<string, Operation>>;
