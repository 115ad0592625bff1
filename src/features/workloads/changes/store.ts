import type { Bound, Workload, WorkloadResult } from '../../../connectors/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { ConflictError, ConnectorError, UserError } from '../../../core/errors';
import { idFrom, lookUp, newId } from '../../../core/keys';
import { capitalize } from '../../../core/text';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf } from '../../../workflows';
import type { Approvals, ApprovalSubject } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { Deployments } from '../../deployments';
import { targetId } from '../../health';
import { describeObstacle, lostGround } from '../../policy';
import type { Policy } from '../../policy';
import { readWorkload } from '../facts';
import type { WorkloadReport } from '../facts';
import { changeFacts, changeMessage, describeOpenChange, describeAct } from './text';
import { isOpenChange, workloadWorkflow } from './workflow';
import type {
  ChangeEvent,
  ChangeRequest,
  ChangeResult,
  FoundChange,
  WorkloadAct,
  WorkloadChange,
  WorkloadTransition,
} from './workflow';

/** Requests changes of workloads with their approval, and makes each once, whatever crashes in between. */

interface ChangeNeeds extends FeatureDependencies {
  readonly approvals: Approvals;
  readonly policy: Policy;
  readonly deployments: Pick<Deployments, 'current'>;
}

type Target = Pick<WorkloadChange, 'service' | 'environment'>;
type Aimed = Target & Pick<WorkloadChange, 'act'>;

/** An undo changes the release, so the rules of rollbacks apply; everything else is as harmless as a restart. */
export const ruleKindOf = ({ kind }: WorkloadAct): 'rollback' | 'restart' => (kind === 'undo' ? 'rollback' : 'restart');
export const rightFor = ({ kind }: Pick<WorkloadAct, 'kind'>): 'deploy' | 'operate' =>
  kind === 'undo' ? 'deploy' : 'operate';

const approvalId = (id: string): string => idFrom('workload-change', id);
const maxAttempts = 4;

type ChangeChecks = ReturnType<typeof createChecks>;

/** The checks of a change that was requested earlier. Reasons are complete sentences of outside text. */
function createChecks({ catalog, systems, approvals, policy, deployments }: ChangeNeeds) {
  /** Undefined: its environment is gone. */
  const ruleNow = ({ environment, act }: Aimed): ApprovalRule | undefined =>
    lookUp(catalog().environments, environment)?.[ruleKindOf(act)];
  const describeNewRule = ({ environment }: Target): string =>
    `The approval rule in ${environment} has changed since this was requested.`;
  const whyGone = ({ service, environment, requester, act }: WorkloadChange): string | undefined =>
    lostGround(catalog(), { target: { service, environment }, requester, needs: { right: rightFor(act) } });

  return {
    ruleNow,
    describeNewRule,
    whyGone,
    workloadOf: ({ service, environment }: Target): Bound<Workload> | undefined =>
      systems.workload(service, environment),
    /** A deployment changes the same pods. */
    async whyBusy(target: Target): Promise<string | undefined> {
      const open = await deployments.current(target);
      return open && `D-${open.deployment.number} is deploying to ${target.environment} now.`;
    },
    /** Why it must not be done after all, read right before: the requester, the approval, the rule, freezes and locks. */
    async whyNot(id: string, change: WorkloadChange): Promise<string | undefined> {
      const gone = whyGone(change) ?? (await this.whyBusy(change));
      if (gone !== undefined) return gone;
      const wasApproved = change.approvedBy.length > 0;
      if (!wasApproved && ruleNow(change)?.required !== 0) return describeNewRule(change);
      const lapsed = wasApproved ? await approvals.whyLapsed(approvalId(id)) : undefined;
      if (lapsed !== undefined) return lapsed;
      const obstacles = await policy.obstacles(change, ruleKindOf(change.act), change.requester);
      return obstacles.length === 0 ? undefined : `${capitalize(obstacles.map(({ what }) => what).join('; '))}.`;
    },
  };
}

/** What an approval of it is bound to: if it's different by now, something else would happen. */
async function bindingNow(workload: Bound<Workload>, act: WorkloadAct): Promise<string> {
  const status = await workload.status();
  if (!status) return 'gone';
  switch (act.kind) {
    case 'scale':
      return `${status.wanted}`;
    case 'undo':
      return `${status.revisions.find(({ isLive }) => isLive)?.number}`;
    case 'evict':
      return status.pods.some(({ id }) => id === act.podId) || status.podCount > status.pods.length
        ? act.podId
        : 'gone';
  }
}

function bindingOf(act: WorkloadAct): string {
  if (act.kind === 'scale') return `${act.from}`;
  return act.kind === 'undo' ? `${act.liveRevision}` : act.podId;
}

function perform(workload: Bound<Workload>, id: string, { act, requester, triedAt, requestedAt }: WorkloadChange) {
  const by = { id: requester.id, name: requester.name };
  const common = { key: `workload:${id}`, by, askedAt: triedAt ?? requestedAt };
  switch (act.kind) {
    case 'scale':
      return workload.scale({ ...common, from: act.from, to: act.to });
    case 'undo':
      return workload.undo({ ...common, revision: act.revision, liveRevision: act.liveRevision });
    case 'evict':
      return workload.evict({ ...common, pod: act.pod, podId: act.podId });
  }
}

const ended = (result: WorkloadResult): ChangeResult =>
  result.outcome === 'done' ? { state: 'done' } : { state: 'refused', why: result.why };

function changeEffects(
  deps: ChangeNeeds,
  checks: ChangeChecks,
  apply: (id: string, event: ChangeEvent) => Promise<unknown>,
): ActivityOf<WorkloadChange, WorkloadTransition | undefined>['effects'] {
  const { approvals, systems, logger, outbox } = deps;

  /** The same key changes once, so after an unclear end, it is sent again; throws so that the sweeper retries. */
  async function resultOf(id: string, change: WorkloadChange, attempts: number): Promise<ChangeResult> {
    const why = change.triedAt === undefined ? await checks.whyNot(id, change) : undefined;
    if (why !== undefined) return { state: 'superseded', why };
    const workload = checks.workloadOf(change);
    if (!workload) return { state: 'failed' };
    try {
      await apply(id, { type: 'try' });
      return ended(await perform(workload, id, change));
    } catch (error) {
      const known = error instanceof ConnectorError ? error : undefined;
      const failure = known?.failure ?? 'unclear';
      logger.warn({ change: id, failure, error, correlationId: change.correlationId }, 'A workload was not changed');
      if (known?.isFinal) return { state: 'failed' };
      if (attempts + 1 < maxAttempts) throw error;
      return { state: failure === 'unclear' ? 'unclear' : 'failed' };
    }
  }

  return {
    async approval({ id, value }) {
      if (value.state !== 'awaiting approval') return;
      const rule = checks.ruleNow(value);
      const why =
        checks.whyGone(value) ?? (rule !== undefined && rule.required > 0 ? undefined : checks.describeNewRule(value));
      if (why !== undefined || !rule)
        return void (await apply(id, { type: 'lapse', why: why ?? checks.describeNewRule(value) }));
      const { service, environment, requester, placeId, correlationId, requestedAt, act } = value;
      await approvals.open({
        ...{ id: approvalId(id), kind: workloadWorkflow.name, subjectId: id, target: { service, environment } },
        ...{ requester, rule, boundTo: bindingOf(act), placeId, correlationId },
        expiresAt: requestedAt + rule.expiresAfterSeconds * 1000,
      });
    },

    message: ({ id, version, value }) =>
      outbox.put({
        key: `workload-change:${id}`,
        destination: { to: 'place', placeId: value.placeId, thread: value.thread },
        content: changeMessage(value, systemOf(systems, value)),
        revision: version,
        final: !isOpenChange(value),
        onBehalfOf: value.requester.id,
      }),

    async act({ id, value, attempts }) {
      if (value.state !== 'approved') return;
      await apply(id, { type: 'end', result: await resultOf(id, value, attempts) });
    },
  };
}

function systemOf(systems: FeatureDependencies['systems'], { service, environment }: Target): string {
  const workload = systems.workload(service, environment);
  return workload ? systems.titleOf(workload.connection) : 'its system';
}

type Foreseen = Pick<ChangeRequest, 'service' | 'environment' | 'requester' | 'act'>;

export type Changes = ReturnType<typeof createChanges>;

/** The chat tool can deliver a click again within this time. */
const resentWithinMs = 60_000;

export function createChanges(deps: ChangeNeeds) {
  const { approvals, catalog, clock, policy } = deps;
  const checks = createChecks(deps);
  const { apply, records } = openWorkflow(deps, workloadWorkflow, (opened) => ({
    effects: changeEffects(deps, checks, (id, event) => opened.apply(id, event, {})),
  }));
  const find = async (id: string): Promise<WorkloadChange | undefined> => (await records.get(id))?.value;
  approvals.registerSubject(
    workloadWorkflow.name,
    changeSubject(deps, checks, find, async (id, event) => void (await apply(id, event, {}))),
  );

  /** The change that this same click requested before. Throws `UserError` if another one is still open. */
  async function findEarlier(request: ChangeRequest): Promise<FoundChange | undefined> {
    const target = targetId(request);
    const { items } = await records.find({ where: { target }, orderBy: 'requestedAt', descending: true, limit: 1 });
    const [newest] = items;
    if (!newest) return undefined;
    const { id, value: change } = newest;
    const isSame =
      change.requester.id === request.requester.id &&
      change.reason === request.reason &&
      JSON.stringify(change.act) === JSON.stringify(request.act);
    if (isSame && clock.now() - change.requestedAt < resentWithinMs) return { id, change };
    if (isOpenChange(change)) throw new UserError(describeOpenChange(change, catalog().timeZone));
    return undefined;
  }

  /** The rule for it. Throws `UserError` if a rule or a deployment refuses it. */
  async function requireRule(request: Foreseen): Promise<ApprovalRule> {
    const rule = checks.ruleNow(request);
    if (!rule) throw new Error(`No environment ${request.environment} in the catalog`);
    const { nothingWas } = describeAct(request, request.act);
    const obstacles = await policy.obstacles(request, ruleKindOf(request.act), request.requester);
    if (obstacles.length > 0) throw new UserError(describeObstacle(obstacles, nothingWas));
    const busy = await checks.whyBusy(request);
    if (busy !== undefined) throw new UserError(`${busy} Nothing was ${nothingWas}.`);
    return rule;
  }

  return {
    requireRule,
    /** Requests it once: a resent click gets the change that it requested before. Throws `UserError` if facts refuse it. */
    async request(request: ChangeRequest): Promise<FoundChange> {
      const earlier = await findEarlier(request);
      if (earlier) return earlier;
      const { required } = await requireRule(request);
      try {
        const { stored } = await apply(newId(), { type: 'request', request, needsApproval: required > 0 }, {});
        if (stored) return { id: stored.id, change: stored.value };
      } catch (error) {
        const winner = error instanceof ConflictError ? await findEarlier(request) : undefined;
        if (winner) return winner;
        throw error;
      }
      throw new Error('A new change of a workload was not stored');
    },
  };
}

/** What an approval of a change shows, waits for and is bound to. */
function changeSubject(
  deps: ChangeNeeds,
  checks: ChangeChecks,
  find: (id: string) => Promise<WorkloadChange | undefined>,
  apply: (id: string, event: ChangeEvent) => Promise<void>,
): ApprovalSubject {
  const report = (change: WorkloadChange): Promise<WorkloadReport> => readWorkload(deps, change.requester.id, change);
  return {
    async facts(id) {
      const change = await find(id);
      if (!change) throw new Error(`No change ${id}`);
      return changeFacts(id, change, await report(change));
    },
    async rule(id) {
      const change = await find(id);
      return change && checks.ruleNow(change);
    },
    async ground(id) {
      const change = await find(id);
      return change && checks.whyGone(change);
    },
    async boundTo(id) {
      const change = await find(id);
      if (change?.state !== 'awaiting approval') return undefined;
      const workload = checks.workloadOf(change);
      return workload ? bindingNow(workload, change.act) : 'gone';
    },
    decided: (id, outcome) => apply(id, { type: 'decide', outcome }),
  };
}
