import { createHash } from 'node:crypto';
import { at, list, need, page, Refusal } from './handlers';
import type { Asked } from './handlers';
import type { sourceOperations } from './source-contract';
import { historyOf } from './source-world';
import type { CommitState, RepositoryState } from './source-world';

/** What the double does for each call about source control and environments. */

export type SourceOperationId = keyof typeof sourceOperations;

function repositoryOf(asked: Asked): RepositoryState {
  need(asked, 'read code');
  const found = asked.world.repositories.find(({ name }) => name === asked.place[0]);
  if (!found) throw new Refusal(404, `TF401019: The Git repository ${asked.place[0]} does not exist.`);
  return found;
}

/** A list cuts long messages. */
const commitOf = ({ id, message, author, at: when }: CommitState, isWhole: boolean): object => {
  const signature = { name: author, email: `${author.split(' ')[0]?.toLowerCase()}@mail.example`, date: at(when) };
  const [first = ''] = message.split('\n');
  const isCut = !isWhole && first !== message;
  return {
    ...{ commitId: id, comment: isCut ? first : message, author: signature, committer: signature },
    ...(isCut && { commentTruncated: true }),
  };
};

function found({ commits }: RepositoryState, id: string | null | undefined): CommitState {
  const commit = commits.find((each) => each.id === id);
  if (!commit) throw new Refusal(404, `TF401175: The version descriptor ${id} could not be resolved.`);
  return commit;
}

const statusOf = ({ name, state }: { readonly name: string; readonly state: string }): object => ({
  ...{ state, context: { name, genre: 'continuous-integration' }, targetUrl: 'https://ci.example/1' },
});

function pullOf({ id, title, at: when, isDraft, author, reviewers }: RepositoryState['pulls'][number]): object {
  return {
    ...{ pullRequestId: id, title, creationDate: at(when), isDraft, createdBy: { id: author, displayName: author } },
    reviewers: reviewers.map(({ name, vote, isRequired }) => ({
      ...{ id: name, displayName: name, vote, ...(isRequired && { isRequired }) },
    })),
  };
}

export const sourceHandlers: Readonly<Record<SourceOperationId, (asked: Asked) => unknown>> = {
  getRepository(asked) {
    const { name } = repositoryOf(asked);
    return {
      ...{
        id: name,
        name,
        defaultBranch: 'refs/heads/main',
        webUrl: `https://dev.azure.example/acme/Shop/_git/${name}`,
      },
      project: { id: 'project-1', name: 'Shop' },
    };
  },
  listRefs(asked) {
    const { refs } = repositoryOf(asked);
    const begins = `refs/${asked.query.get('filter')}`;
    return list(
      [...refs]
        .filter(([name]) => name.startsWith(begins))
        .map(([name, { commit, isAnnotated }]) => ({
          name,
          objectId: isAnnotated ? createHash('sha1').update(name).digest('hex') : commit.id,
          ...(isAnnotated && asked.query.get('peelTags') === 'true' && { peeledObjectId: commit.id }),
        })),
    );
  },
  listCommits(asked) {
    const repository = repositoryOf(asked);
    const version = (which: string) => asked.query.get(`searchCriteria.${which}.version`);
    const [item, compare] = [found(repository, version('itemVersion')), version('compareVersion')];
    const before = compare === null ? [] : historyOf(item);
    const all = historyOf(compare === null ? item : found(repository, compare)).filter(
      (each) => !before.includes(each),
    );
    const skip = Number(asked.query.get('searchCriteria.$skip'));
    const end = skip + Number(asked.query.get('searchCriteria.$top'));
    return list(all.slice(skip, end).map((each) => commitOf(each, false)));
  },
  getCommit: (asked) => commitOf(found(repositoryOf(asked), asked.place[1]), true),
  compare(asked) {
    const repository = repositoryOf(asked);
    const base = historyOf(found(repository, asked.query.get('baseVersion')));
    const target = historyOf(found(repository, asked.query.get('targetVersion')));
    const common = base.find((each) => target.includes(each));
    return {
      aheadCount: target.filter((each) => !base.includes(each)).length,
      behindCount: base.filter((each) => !target.includes(each)).length,
      commonCommit: common?.id,
    };
  },
  listStatuses: (asked) => list((repositoryOf(asked).statuses.get(asked.place[1] ?? '') ?? []).map(statusOf)),
  listPulls(asked) {
    const skip = Number(asked.query.get('$skip'));
    const newest = [...repositoryOf(asked).pulls].reverse();
    return list(newest.slice(skip, skip + Number(asked.query.get('$top'))).map(pullOf));
  },
  listPullStatuses(asked) {
    const pull = repositoryOf(asked).pulls.find(({ id }) => String(id) === asked.place[1]);
    return list((pull?.statuses ?? []).map(statusOf));
  },
  listPolicies(asked) {
    const [, id] =
      /^vstfs:\/\/\/CodeReview\/CodeReviewId\/project-1\/(\d+)$/.exec(asked.query.get('artifactId') ?? '') ?? [];
    const pull = asked.world.repositories.flatMap(({ pulls }) => pulls).find((each) => String(each.id) === id);
    if (!pull) throw new Refusal(404, 'no such artifact');
    return list(
      pull.policies.map(({ type, name, status }) => ({
        ...{ status, configuration: { type: { displayName: type }, settings: { displayName: name } } },
      })),
    );
  },
  listEnvironments({ world, query }) {
    const names = [...world.deployments.keys()];
    return list(
      names.flatMap((name, index) => (name.startsWith(query.get('name') ?? '') ? [{ id: index + 1, name }] : [])),
    );
  },
  listDeployments({ world, place, query }) {
    const records = [...world.deployments.values()][Number(place[0]) - 1];
    if (!records) throw new Refusal(404, 'no such environment');
    return list(
      records.slice(0, Number(query.get('top'))).map(({ build, result }, index) => ({
        ...{ id: index + 1, environmentId: Number(place[0]), result },
        finishTime: build.finishedAt === undefined ? null : at(build.finishedAt),
        owner: { id: build.id, name: build.number, _links: page('_build') },
        definition: { id: build.pipeline.id, name: build.pipeline.name, _links: page('_build') },
      })),
    );
  },
};
