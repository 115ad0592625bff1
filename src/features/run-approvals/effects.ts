import type { Person } from '../../chat/contract';
import { ConnectorError } from '../../core/errors';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import { runApproval } from '../approvals';
import type { ApprovalOutcome, ApprovalSubject } from '../approvals';
import { runApprovalCard, runApprovalCardKey, runApprovalTopic, subjectFactsOf } from './cards';
import type { DecisionMade, RunApproval, StepStanding } from './contract';
import { findDeployment } from './facts';
import type { RunApprovalParts } from './facts';
import { joinAnswers, readAnswers } from './parse';
import { mayHaveStarted, runApprovalReach, ruleFor, standingOf } from './policy';
import { commentFor, describeRunApproval } from './text';
import { isRunApprovalOver, runApprovalLookMs, runApprovalLabel, runApprovalWorkflow } from './workflow';
import type { RunApprovalChange, RunApprovalEvent } from './workflow';

/** Asks Gavel's people, sends what they decided once, and shows how it ended. Each may be performed again after a crash. */

type Apply = (id: string, event: RunApprovalEvent) => Promise<unknown>;
type Activity = ActivityOf<RunApproval, RunApprovalChange | undefined>;

const gavel: Person = { id: 'gavel', name: 'Gavel' };

export type RunApprovalStore = ReturnType<typeof openRunApprovals>;

/** The steps that wait, in the store. */
export function openRunApprovals(parts: RunApprovalParts) {
  const { deps, approvals } = parts;
  const { apply, records } = openWorkflow(deps, runApprovalWorkflow, (opened) => {
    const step: Apply = (id, event) => opened.apply(id, event, {});
    return {
      effects: runApprovalEffects(parts, step),
      wake: async ({ id, value }) => void (await look(parts, step, id, value)),
      wakesWithinMs: () => runApprovalLookMs,
      isOurs: ({ connection, executor }) =>
        executor === undefined || deps.systems.pipelineSource(connection)?.executor === executor,
    };
  });
  const step: Apply = (id, event) => apply(id, event, {});
  approvals.registerSubject(
    runApproval,
    subjectOf(parts, async (id) => (await records.get(id))?.value, step),
  );
  deps.outbox.drawCopies(runApprovalTopic(''), async ({ about, person, place }) => {
    const id = about.slice(runApprovalTopic('').length);
    const found = await records.get(id);
    return found && runApprovalCard(parts, id, found.value, place.kind === 'personal' ? person.id : undefined);
  });
  return {
    records,
    apply: step,
    /** Reads from the tool how a step is. */
    look: (id: string, approval: RunApproval) => look(parts, step, id, approval),
  };
}

async function look({ deps }: RunApprovalParts, apply: Apply, id: string, approval: RunApproval): Promise<void> {
  const { connection, run, step } = approval;
  if (isRunApprovalOver(approval)) return;
  const source = deps.systems.pipelineSource(connection);
  const gone: StepStanding = { is: 'over', reason: 'the catalog no longer has its connection' };
  try {
    const standing = source ? standingOf(await source.runStatus(run), step, runApprovalLabel(id)) : gone;
    await apply(id, { type: 'look', standing });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    deps.logger.warn({ error, approval: id, connection }, 'A step that waits could not be looked at');
    await apply(id, { type: 'look later' });
  }
}

function runApprovalEffects(parts: RunApprovalParts, apply: Apply): Activity['effects'] {
  const { deps, approvals, runs } = parts;
  const { outbox, catalog } = deps;
  return {
    async request({ id, value }) {
      if (value.state !== 'waiting') return;
      const { requester, placeId, expiresAt, correlationId, connection, run } = value;
      await approvals.open({
        ...{ id, kind: runApproval, subjectId: id, boundTo: id },
        ...{ target: runApprovalReach(value), rule: ruleFor(catalog(), value) },
        ...{ requester, placeId, expiresAt, correlationId },
      });
      await runs.redraw(connection, run);
      const deployment = await findDeployment(parts, connection, run);
      if (deployment) await parts.deployments.redraw(deployment.id);
    },

    async card({ id, value, version }) {
      const { placeId, thread } = value;
      const draw = (viewer: string | undefined) => runApprovalCard(parts, id, value, viewer);
      if (placeId !== '')
        await outbox.put({
          key: runApprovalCardKey(id),
          destination: { to: 'place', placeId, thread },
          content: await draw(undefined),
          revision: version,
          final: isRunApprovalOver(value),
          tryFor: 'a day',
        });
      if (value.state !== 'waiting') await approvals.showOutcome(id, version, draw);
      await outbox.changed(runApprovalTopic(id));
    },

    async withdraw({ id, value }) {
      await approvals.withdraw(id, { by: gavel, reason: endingOf(parts, value) });
    },

    async send({ id, value }) {
      // A decision that was sent, and may have arrived, is never sent again: looking settles it.
      if (value.state !== 'deciding' || value.triedAt !== undefined || !value.decision) return;
      const { conflict, approves } = value.decision;
      const reason = conflict ?? (approves ? await approvals.whyLapsed(id) : undefined);
      if (reason !== undefined) return void (await apply(id, { type: 'void', reason }));
      await send(parts, apply, id, { ...value, decision: value.decision });
    },
  };
}

/** Throws what another attempt may mend. */
async function send(
  { deps }: RunApprovalParts,
  apply: Apply,
  id: string,
  { connection, run, step, decision }: RunApproval & { readonly decision: DecisionMade },
): Promise<void> {
  const source = deps.systems.approvalSource(connection);
  const [by = gavel] = decision.by.slice(-1);
  if (!source) return void (await apply(id, { type: 'refuse' }));
  await apply(id, { type: 'try' });
  const { approves, answers } = decision;
  const comment = commentFor(decision, runApprovalLabel(id));
  try {
    const made = { approves, comment, ...(answers && approves && { answers }) };
    const answer = await source.decide(run, step, made, { id: by.id, name: by.name }, `run-approval:${id}`);
    if (answer === 'decided') await apply(id, { type: 'sent' });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    deps.logger.warn({ error, approval: id, failure: error.failure }, 'A decision could not be sent to its tool');
    if (error.failure === 'refused' || error.failure === 'unauthorized')
      return void (await apply(id, { type: 'refuse' }));
    if (error.failure === 'unclear' || error.isFinal) return;
    await apply(id, { type: 'take back' });
    throw error;
  }
}

const plainOf = (markdown: string): string => markdown.replaceAll(/\*\*|\\/g, '');

/** How it ended, as a complete sentence of outside text. */
function endingOf({ deps }: Pick<RunApprovalParts, 'deps'>, approval: RunApproval): string {
  const view = { tool: deps.systems.titleOf(approval.connection), now: deps.clock.now() };
  const told = describeRunApproval(approval, { ...view, timeZone: deps.catalog().timeZone });
  return told === undefined ? '' : plainOf(told);
}

/** What the approval shows and asks. */
function subjectOf(
  parts: RunApprovalParts,
  find: (id: string) => Promise<RunApproval | undefined>,
  apply: Apply,
): ApprovalSubject {
  const { deps } = parts;
  async function required(id: string): Promise<RunApproval> {
    const found = await find(id);
    if (!found) throw new Error(`No run approval ${id}`);
    return found;
  }
  return {
    ownCard: {
      key: runApprovalCardKey,
      topic: runApprovalTopic,
      redraw: async (id) => void (await apply(id, { type: 'approval changed' })),
      draw: async (id, viewer) => runApprovalCard(parts, id, await required(id), viewer),
    },
    facts: async (id) => subjectFactsOf(deps, id, await required(id)),
    rule: async (id) => ruleFor(deps.catalog(), await required(id)),
    async ground(id) {
      const found = await find(id);
      return found && isRunApprovalOver(found) ? endingOf(parts, found) : undefined;
    },
    boundTo: async (id) => ((await find(id))?.state === 'waiting' ? id : undefined),
    async objection(id, { id: personId, name }, note) {
      const found = await required(id);
      if (mayHaveStarted(deps.catalog(), personId, found))
        return `${name} may have started it, as ${found.startedBy?.name ?? 'someone'}`;
      const [problem] = readAnswers(found.asks, note).problems;
      return problem;
    },
    async decided(id, outcome) {
      const found = await find(id);
      if (!found) return;
      if (outcome.state === 'expired') await apply(id, { type: 'expire' });
      const decision = decisionOf(outcome, found);
      if (decision) await apply(id, { type: 'decide', decision });
    },
  };
}

function decisionOf(outcome: ApprovalOutcome, { asks }: RunApproval): DecisionMade | undefined {
  if (outcome.state === 'rejected') {
    const { by, at, reason } = outcome;
    return { approves: false, by: [by], at, words: reason };
  }
  if (outcome.state !== 'approved') return undefined;
  const { by, at, said = [] } = outcome;
  const notes = by.map(({ id }) => said.find((each) => each.by.id === id)?.note ?? '');
  const { values, words, isAmbiguous } = joinAnswers(asks, notes);
  const conflict = isAmbiguous ? { conflict: 'The approvers gave different values.' } : {};
  return { approves: true, by, at, words, ...(asks && { answers: values }), ...conflict };
}
