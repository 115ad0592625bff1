import type { Connector, Release, Running } from '../../../connectors/contract';
import type { Authors } from '../../../core/catalog/authors';
import type { Catalog } from '../../../core/catalog';
import { UserError } from '../../../core/errors';
import { idFrom } from '../../../core/keys';
import { may, whoMay } from '../../../core/catalog/rights';
import { enumerate, plainText } from '../../../core/text';
import { requirePlace, unknownName } from '../../../core/catalog/refusals';
import type { FeatureDependencies } from '../../contract';
import { describeObstacle } from '../../policy';
import type { Policy } from '../../policy';
import type { Deployment, DeploymentRequest, FoundDeployment } from '../contract';
import { lostWayBack } from '../rollback/facts';
import type { RollbackTargets } from '../rollback/facts';
import type { DeploymentStore } from '../store';

const maxShown = 20;
const maxAuthors = 1_000;

/** Requests a deployment: every fact is read and every right checked here, whatever a card showed. */
export function createRequest(
  deps: FeatureDependencies,
  store: DeploymentStore,
  policy: Policy,
  targets: RollbackTargets,
): (request: DeploymentRequest) => Promise<FoundDeployment> {
  return async (request) => {
    const id = idFrom('deployment', request.key);
    const present = await store.get(id);
    if (present) return { id, deployment: present.value };
    const { service, environment } = request;
    if (request.kind === 'rollback' && request.reason.trim() === '')
      throw new UserError('A rollback needs a reason, so nothing was asked for. Say why, then try again.');
    refuseByCatalog(deps.catalog(), request);
    const override = await admit(policy, request);
    const connector = deps.connectorOf(service);
    const [release, running] = await Promise.all([
      releaseOf(connector, request),
      connector.environments?.running(service, environment),
    ]);
    refuseByFacts(request, release, running);
    await refuseForward(targets, request, release);
    const noWayBack = await lostWayBack(deps, targets, request, running);
    const change = await changeOf(connector, service, running?.version, request.version);
    const facts = { release, running, change, override, noWayBack };
    return store.create(id, newDeployment(id, request, facts, deps.clock.now()));
  };
}

/** Refuses while a freeze or a lock stands in the way; what is overridden goes on record. */
async function admit(policy: Policy, request: DeploymentRequest): Promise<Deployment['override']> {
  const { requester, kind, overrideReason, emergency } = request;
  const target = { service: request.service, environment: request.environment };
  if (emergency) return undefined;
  const standing = await policy.obstacles(target, kind, requester);
  if (standing.length === 0) return undefined;
  const override = overrideReason === undefined ? undefined : { by: requester, reason: overrideReason };
  const left = override ? await policy.obstacles(target, kind, requester, override) : standing;
  if (left.length > 0 || !override) throw new UserError(describeObstacle(left, 'asked for'));
  return { ...override, what: standing.map((each) => each.what).join('; ') };
}

interface Facts {
  readonly release: Release;
  readonly running: Running | undefined;
  readonly change: Change;
  readonly override: Deployment['override'];
  readonly noWayBack: Deployment['noWayBack'];
}

function newDeployment(id: string, request: DeploymentRequest, facts: Facts, now: number): Omit<Deployment, 'number'> {
  const { key: _key, commit: _commit, overrideReason: _overrideReason, ...asked } = request;
  const { release, running, change, override, noWayBack } = facts;
  return {
    ...asked,
    commit: release.commit,
    ...(release.branch !== undefined && { branch: release.branch }),
    releasedAt: release.createdAt,
    ...(noWayBack && { noWayBack }),
    replaces: running && { version: running.version, commit: running.commit, since: running.since },
    requestedAt: now,
    state: 'requested',
    stateSince: now,
    ...change,
    ...(override && { override }),
    approvedBy: [],
    runKey: `deployment:${id}`,
  };
}

function refuseByCatalog(catalog: Catalog, { service, environment, requester }: DeploymentRequest): void {
  requirePlace(catalog, service, environment, 'nothing was requested');
  const target = { service, environment };
  if (may(catalog, requester.id, 'deploy', target)) return;
  const names = whoMay(catalog, 'deploy', target).map((person) => plainText(person.name, 60));
  const who =
    names.length === 0 ? 'Nobody may yet; an admin gives that right with grant' : `${enumerate(names.slice(0, 4))} can`;
  throw new UserError(`You may not deploy ${service} to ${environment}, so nothing was asked for. ${who}.`);
}

async function releaseOf(connector: Connector, { service, version }: DeploymentRequest): Promise<Release> {
  const release = await connector.sourceControl?.release(service, version);
  if (!release)
    throw new UserError(
      `${unknownName('release', version, [], 'nothing was requested', ` of ${service}`).message} Write \`deploy ${service}\` to choose one.`,
    );
  return release;
}

function refuseByFacts(request: DeploymentRequest, release: Release, running: Running | undefined): void {
  const { service, environment, version, commit } = request;
  if (commit !== undefined && commit !== release.commit)
    throw new UserError(
      `${plainText(version, 40)} is another commit now (${release.commit.slice(0, 7)}) than the one you were shown (${plainText(commit.slice(0, 7))}), so nothing was asked for. Look at it again first.`,
    );
  if (running?.version === release.version && running.commit === release.commit)
    throw new UserError(
      `${service} ${plainText(version, 40)} runs in ${environment} already, so nothing was asked for.`,
    );
}

/** A rollback has rules of its own, so it must be one: back to an older release that was verified there. */
async function refuseForward(targets: RollbackTargets, request: DeploymentRequest, release: Release): Promise<void> {
  const { kind, service, environment, version } = request;
  if (kind !== 'rollback') return;
  const why = await targets.whyNoRollback(service, environment, release);
  if (why === undefined) return;
  throw new UserError(
    `That isn't a rollback, so nothing was requested. ${plainText(why, 300)} Write \`deploy ${service} ${plainText(version, 40)} to ${environment}\` to deploy it by the rules for deployments.`,
  );
}

type Change = Pick<Deployment, 'changes'> & { readonly authors: Authors };

/** When it goes back, the commits that get lost. What can't be compared is a change without a list. */
async function changeOf(connector: Connector, service: string, from: string | undefined, to: string): Promise<Change> {
  const source = connector.sourceControl;
  const unknown = (gap: string): Change => ({
    changes: { commits: [], total: 0, direction: 'forward' },
    authors: { people: [], gap },
  });
  if (!source) return unknown('there is no source control');
  if (from !== undefined && !(await source.release(service, from)))
    return unknown(`the release ${from}, which runs there, no longer exists`);
  const found = await source.commitsBetween(service, from, to);
  const shown =
    found.direction === 'back' && from !== undefined ? await source.commitsBetween(service, to, from) : found;
  const { commits, authors } = shown;
  return {
    changes: { commits: commits.slice(0, maxShown), total: commits.length, direction: found.direction },
    authors: bounded(authors ?? { people: [], gap: 'source control does not say who wrote what' }),
  };
}

/** A list that was cut says so. */
function bounded({ people, gap }: Authors): Authors {
  if (people.length <= maxAuthors) return { people, ...(gap !== undefined && { gap }) };
  return { people: people.slice(0, maxAuthors), gap: `more than ${maxAuthors} people wrote it` };
}
