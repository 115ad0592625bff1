import type { Restarter, Running, Systems } from '../../../connectors/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { ConflictError, ConnectorError, UserError } from '../../../core/errors';
import { idFrom, lookUp, newId } from '../../../core/keys';
import { capitalize, plainText } from '../../../core/text';
import { openWorkflow } from '../../../workflows';
import type { ActivityOf } from '../../../workflows';
import type { Approvals, ApprovalSubject } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import { describeObstacle, lostGround } from '../../policy';
import type { Policy } from '../../policy';
import type { HealthReader } from '../facts';
import { targetId } from '../parse';
import { describeOpenRestart, restartFacts, restartMessage } from './text';
import { isOpen, restartWorkflow } from './workflow';
import type { FoundRestart, Restart, RestartChange, RestartEvent, RestartRequest, RestartResult } from './workflow';

interface RestartNeeds extends FeatureDependencies {
  readonly approvals: Approvals;
  readonly policy: Policy;
}

type RestartTarget = Pick<Restart, 'service' | 'environment'>;

const describeNewRule = ({ environment }: RestartTarget): string =>
  `The approval rule for restarts in ${environment} has changed since this restart was requested.`;

/** What a restart there does to the service, as its system says. */
function effectOf(systems: Systems, { service, environment }: RestartTarget): Pick<Restarter, 'effect'> {
  const effect = systems.restarter(service, environment)?.effect;
  return effect === undefined ? {} : { effect };
}

function nameOfRestarter(systems: Systems, { service, environment }: RestartTarget): string {
  const restarter = systems.restarter(service, environment);
  return restarter ? systems.titleOf(restarter.connection) : 'its connector';
}

type RestartChecks = ReturnType<typeof createRestartChecks>;

/** The checks of a restart that was requested earlier. Reasons are complete sentences of outside text. */
function createRestartChecks({ catalog, systems, approvals, policy }: RestartNeeds) {
  const runningNow = async ({ service, environment }: RestartTarget): Promise<Running | undefined> =>
    systems.running(service, environment)?.read();

  /** Undefined: its environment is gone. */
  const ruleNow = ({ environment }: RestartTarget): ApprovalRule | undefined =>
    lookUp(catalog().environments, environment)?.restart;

  /** Why it can't take effect anymore, whoever approves it. */
  const whyGone = ({ service, environment, requester }: Restart): string | undefined =>
    lostGround(catalog(), { target: { service, environment }, requester, needs: { right: 'operate' } });

  return {
    runningNow,
    ruleNow,
    whyGone,
    /** Why it must not be done after all, read right before: the requester, the approval, the rule, freezes and locks. */
    async whyNot(id: string, restart: Restart): Promise<string | undefined> {
      const gone = whyGone(restart);
      if (gone !== undefined) return gone;
      const wasApproved = restart.approvedBy.length > 0;
      if (!wasApproved && ruleNow(restart)?.required !== 0) return describeNewRule(restart);
      const lapsed = wasApproved ? await approvals.whyLapsed(restartApprovalId(id)) : undefined;
      if (lapsed !== undefined) return lapsed;
      const obstacles = await policy.obstacles(restart, 'restart', restart.requester);
      return obstacles.length === 0 ? undefined : `${capitalize(obstacles.map(({ what }) => what).join('; '))}.`;
    },
    /** Why it would restart another release than the requested one. */
    async whyMoved(restart: Restart): Promise<string | undefined> {
      const running = await runningNow(restart);
      if (!running || bindingOf(running) === bindingOf(restart)) return undefined;
      const { environment, version } = restart;
      return `The restart was requested for ${version}, which is no longer live in ${environment}.`;
    },
  };
}

const restartApprovalId = (restartId: string): string => idFrom('restart', restartId);

/** What an approval of a restart is bound to. */
function bindingOf({ version, commit }: Pick<Restart, 'version' | 'commit'>): string {
  return `${version} ${commit}`;
}

const maxAttempts = 4;

/** Requests the approval of a restart, tells its channel, and performs it. */
function restartEffects(
  deps: RestartNeeds,
  checks: RestartChecks,
  apply: (id: string, event: RestartEvent) => Promise<unknown>,
): ActivityOf<Restart, RestartChange | undefined>['effects'] {
  const { approvals, systems, logger, outbox } = deps;

  /** The same key restarts once, so after an unclear end, it is called again; throws so that the sweeper retries. */
  async function resultOf(id: string, restart: Restart, attempts: number): Promise<RestartResult> {
    const { service, environment, correlationId } = restart;
    const why = restart.triedAt === undefined ? await checks.whyNot(id, restart) : undefined;
    if (why !== undefined) return { state: 'superseded', why };
    try {
      const moved = await checks.whyMoved(restart);
      if (moved !== undefined) return { state: 'superseded', why: moved };
      const restarter = systems.restarter(service, environment);
      if (!restarter) return { state: 'failed' };
      await apply(id, { type: 'try' });
      const { processId } = await restarter.restart(`restart:${id}`);
      return { state: 'restarted', ...(processId !== undefined && { processId }) };
    } catch (error) {
      const known = error instanceof ConnectorError ? error : undefined;
      const failure = known?.failure ?? 'unclear';
      logger.warn({ restart: id, failure, error, correlationId }, 'A restart failed');
      if (known?.isFinal) return { state: 'failed' };
      if (attempts + 1 < maxAttempts) throw error;
      return { state: failure === 'unclear' ? 'unclear' : 'failed' };
    }
  }

  return {
    async approval({ id, value }) {
      if (value.state !== 'awaiting approval') return;
      const { service, environment, requester, placeId, correlationId } = value;
      const rule = checks.ruleNow(value);
      const needsApproval = rule !== undefined && rule.required > 0;
      const why = checks.whyGone(value) ?? (needsApproval ? undefined : describeNewRule(value));
      if (why !== undefined || !rule)
        return void (await apply(id, { type: 'lapse', why: why ?? describeNewRule(value) }));
      await approvals.open({
        id: restartApprovalId(id),
        kind: restartWorkflow.name,
        subjectId: id,
        target: { service, environment },
        requester,
        rule,
        boundTo: bindingOf(value),
        placeId,
        expiresAt: value.requestedAt + rule.expiresAfterSeconds * 1000,
        correlationId,
      });
    },

    message: ({ id, version, value }) =>
      outbox.put({
        key: `restart:${id}`,
        destination: { to: 'place', placeId: value.placeId, thread: value.thread },
        content: restartMessage(value, nameOfRestarter(systems, value)),
        revision: version,
        final: !isOpen(value),
        onBehalfOf: value.requester.id,
      }),

    async restart({ id, value, attempts }) {
      if (value.state !== 'approved') return;
      await apply(id, { type: 'end', result: await resultOf(id, value, attempts) });
    },
  };
}

type Requested = Omit<RestartRequest, 'version' | 'commit'>;
type Foreseen = Pick<Requested, 'service' | 'environment' | 'requester'>;

export type Restarts = ReturnType<typeof createRestarts>;

/** The chat tool can deliver a click again within this time. */
const resentWithinMs = 60_000;

/** Restarts with their approval, each performed once, whatever crashes in between. */
export function createRestarts(deps: RestartNeeds & { readonly reader: HealthReader }) {
  const { approvals, catalog, clock, systems, policy } = deps;
  const checks = createRestartChecks(deps);
  const { apply, records } = openWorkflow(deps, restartWorkflow, (opened) => ({
    effects: restartEffects(deps, checks, (id, event) => opened.apply(id, event, {})),
  }));
  const find = async (id: string): Promise<Restart | undefined> => (await records.get(id))?.value;
  const end = async (id: string, event: RestartEvent): Promise<void> => void (await apply(id, event, {}));
  approvals.registerSubject(restartWorkflow.name, restartSubject({ ...deps, checks }, find, end));

  /** The restart that this same click requested before. Throws `UserError` if another one is still open. */
  async function findEarlier(request: Requested): Promise<FoundRestart | undefined> {
    const target = targetId(request);
    const { items } = await records.find({ where: { target }, orderBy: 'requestedAt', descending: true, limit: 1 });
    const [newest] = items;
    if (!newest) return undefined;
    const { id, value: restart } = newest;
    const isResent =
      restart.requester.id === request.requester.id &&
      restart.reason === request.reason &&
      clock.now() - restart.requestedAt < resentWithinMs;
    if (isResent) return { id, restart };
    if (isOpen(restart)) throw new UserError(describeOpenRestart(restart, catalog().timeZone));
    return undefined;
  }

  function requireRule({ service, environment }: Foreseen): ApprovalRule {
    const restarter = systems.restarter(service, environment);
    const rule = checks.ruleNow({ service, environment });
    if (restarter && rule) return rule;
    throw new UserError(
      `No connection in the catalog can restart ${plainText(service, 40)} in ${plainText(environment, 40)}. Nothing was restarted. Restart it in the tool that runs it.`,
    );
  }

  async function requireRunning(request: Foreseen): Promise<Running> {
    const obstacles = await policy.obstacles(request, 'restart', request.requester);
    if (obstacles.length > 0) throw new UserError(describeObstacle(obstacles, 'restarted'));
    const running = await checks.runningNow(request);
    if (running) return running;
    throw new UserError(
      `Nothing was changed: ${request.service} isn’t deployed to ${request.environment}, so there is nothing to restart.`,
    );
  }

  return {
    /** What it would restart; nothing is requested. Throws `UserError` if facts or rules refuse it. */
    async foresee(request: Foreseen): Promise<Running & Pick<Restarter, 'effect'>> {
      requireRule(request);
      return { ...(await requireRunning(request)), ...effectOf(systems, request) };
    },
    /** Requests it once: a resent click gets the restart that it requested before. Throws `UserError` if facts refuse it. */
    async request(request: Requested): Promise<FoundRestart> {
      const rule = requireRule(request);
      const earlier = await findEarlier(request);
      if (earlier) return earlier;
      const { version, commit } = await requireRunning(request);
      const whole = { ...request, version, commit };
      try {
        const event = { type: 'request', request: whole, needsApproval: rule.required > 0 } as const;
        const { stored } = await apply(newId(), event, {});
        if (stored) return { id: stored.id, restart: stored.value };
      } catch (error) {
        const winner = error instanceof ConflictError ? await findEarlier(request) : undefined;
        if (winner) return winner;
        throw error;
      }
      throw new Error('A new restart was not stored');
    },
  };
}

/** What an approval of a restart shows, waits for and is bound to. */
function restartSubject(
  {
    reader,
    catalog,
    checks,
    systems,
  }: Pick<RestartNeeds, 'catalog' | 'systems'> & {
    readonly reader: HealthReader;
    readonly checks: RestartChecks;
  },
  find: (id: string) => Promise<Restart | undefined>,
  apply: (id: string, event: RestartEvent) => Promise<void>,
): ApprovalSubject {
  return {
    async facts(id) {
      const restart = await find(id);
      if (!restart) throw new Error(`No restart ${id}`);
      const { report } = await reader.read(restart.service, restart.environment);
      return restartFacts(id, restart, report, catalog().timeZone, effectOf(systems, restart));
    },
    async rule(id) {
      const restart = await find(id);
      return restart && checks.ruleNow(restart);
    },
    async ground(id) {
      const restart = await find(id);
      return restart && (checks.whyGone(restart) ?? checks.whyMoved(restart));
    },
    async boundTo(id) {
      const restart = await find(id);
      if (restart?.state !== 'awaiting approval') return undefined;
      // A service that isn't running may be down, which is what a restart is for.
      return bindingOf((await checks.runningNow(restart)) ?? restart);
    },
    decided: (id, outcome) => apply(id, { type: 'decide', outcome }),
  };
}
