import type { Running } from '../../../connectors/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { ConflictError, UserError } from '../../../core/errors';
import { newId } from '../../../core/keys';
import { plainText } from '../../../core/text';
import { openWorkflow } from '../../../workflows';
import type { ApprovalSubject } from '../../approvals';
import { describeObstacle } from '../../policy';
import type { HealthReader } from '../facts';
import { targetId } from '../parse';
import { bindingOf, createRestartChecks, restartEffects } from './effects';
import type { RestartChecks, RestartNeeds } from './effects';
import { describeOpenRestart, restartFacts } from './text';
import { isOpen, restartWorkflow } from './workflow';
import type { Restart, RestartEvent, RestartRequest } from './workflow';

type Requested = Omit<RestartRequest, 'version' | 'commit'>;
type Foreseen = Pick<Requested, 'service' | 'environment' | 'requester'>;

export type Restarts = ReturnType<typeof createRestarts>;

/** The chat tool may deliver a click again within this time. */
const resentWithinMs = 60_000;

/** Restarts with their approval, each performed once, whatever ends in between. */
export function createRestarts(deps: RestartNeeds & { readonly reader: HealthReader }) {
  const { approvals, catalog, clock, connectorOf, policy } = deps;
  const checks = createRestartChecks(deps);
  const { apply, records } = openWorkflow(deps, restartWorkflow, (opened) => ({
    effects: restartEffects(deps, checks, (id, event) => opened.apply(id, event, {})),
  }));
  const find = async (id: string): Promise<Restart | undefined> => (await records.get(id))?.value;
  const end = async (id: string, event: RestartEvent): Promise<void> => void (await apply(id, event, {}));
  approvals.registerSubject(restartWorkflow.name, restartSubject(deps.reader, checks, find, end));

  /** The restart that this very click requested before. Throws `UserError` when another one is still open. */
  async function findEarlier(request: Requested): Promise<Restart | undefined> {
    const target = targetId(request);
    const { items } = await records.find({ where: { target }, orderBy: 'requestedAt', descending: true, limit: 1 });
    const restart = items[0]?.value;
    if (!restart) return undefined;
    const isResent =
      restart.requester.id === request.requester.id &&
      restart.reason === request.reason &&
      clock.now() - restart.requestedAt < resentWithinMs;
    if (isResent) return restart;
    if (isOpen(restart)) throw new UserError(describeOpenRestart(restart, catalog().timeZone));
    return undefined;
  }

  function requireRule({ service, environment }: Foreseen): ApprovalRule {
    const { name, services } = connectorOf(service);
    const rule = checks.ruleNow({ service, environment });
    if (services && rule) return rule;
    throw new UserError(`Nothing was changed: ${plainText(name, 40)} can't restart ${service}.`);
  }

  async function requireRunning(request: Foreseen): Promise<Running> {
    const obstacles = await policy.obstacles(request, 'restart', request.requester);
    if (obstacles.length > 0) throw new UserError(describeObstacle(obstacles, 'restarted'));
    const running = await checks.runningNow(request);
    if (running) return running;
    throw new UserError(
      `Nothing was changed: ${request.service} is not deployed in ${request.environment}, so there is nothing to restart.`,
    );
  }

  return {
    /** What it would restart; nothing is requested. Throws `UserError` where facts or rules refuse it. */
    async foresee(request: Foreseen): Promise<{ readonly running: Running; readonly rule: ApprovalRule }> {
      const rule = requireRule(request);
      return { running: await requireRunning(request), rule };
    },
    /** Requests it once: a resent click gets the restart it requested before. Throws `UserError` when facts refuse it. */
    async request(request: Requested): Promise<Restart> {
      const rule = requireRule(request);
      const earlier = await findEarlier(request);
      if (earlier) return earlier;
      const { version, commit } = await requireRunning(request);
      const whole = { ...request, version, commit };
      try {
        const event = { type: 'request', request: whole, needsApproval: rule.required > 0 } as const;
        const { stored } = await apply(newId(), event, {});
        if (stored) return stored.value;
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
  reader: HealthReader,
  checks: RestartChecks,
  find: (id: string) => Promise<Restart | undefined>,
  apply: (id: string, event: RestartEvent) => Promise<void>,
): ApprovalSubject {
  return {
    async facts(id) {
      const restart = await find(id);
      if (!restart) throw new Error(`No restart ${id}`);
      const { report } = await reader.read(restart.service, restart.environment);
      return restartFacts(id, restart, report);
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
      // What isn't running may be down, which is what a restart is for.
      return bindingOf((await checks.runningNow(restart)) ?? restart);
    },
    decided: (id, outcome) => apply(id, { type: 'decide', outcome }),
  };
}
