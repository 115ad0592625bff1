import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Arguments, CardContent, Command, Reply, Turn } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import { nearestOf, unknownName } from '../../../core/catalog/refusals';
import { placeIdForm } from '../../../core/catalog/schema';
import { UserError } from '../../../core/errors';
import { cleanText, plainText } from '../../../core/text';
import { footerTime, timeWithSeconds } from '../../../core/time/clock';
import { mayView, requireView, requireVisible } from '../commands';
import { finalStates } from '../contract';
import type { Deployment, FoundDeployment } from '../contract';
import { quoted } from '../text';
import type { PickerParts } from '../picker/facts';
import { followerOf } from '../run/facts';
import { describeKind, describeState, labelOf } from '../store';
import { statusNow } from '../text';
import { releaseCommands } from './facts';
import { createDeploymentsList } from './list';
import { showWhere } from './where/cards';

/** Commands that change nothing: the latest deployments, which release is live where, the end of a run's log. */

type LookParts = Pick<PickerParts, 'deps' | 'deployments' | 'health'>;

const shownLines = 25;
const lineLength = 160;

const LogInput = z.object({ id: z.string().refine((id) => placeIdForm.test(id) || /^[A-Za-z0-9-]{1,64}$/.test(id)) });

export function createLooks(parts: LookParts): { readonly commands: Command[]; readonly actions: Action[] } {
  const services = Object.keys(parts.deps.catalog().services).slice(0, 1);
  const list = createDeploymentsList(parts, services);
  return {
    commands: [...lookCommands(parts, services), list.command, ...releaseCommands(parts)],
    actions: [...list.actions, logAction(parts)],
  };
}

function lookCommands(parts: LookParts, services: readonly string[]): Command[] {
  const only = { name: 'service', kind: 'service', summary: 'only this one' } as const;
  return [
    {
      name: 'where',
      phrasings: [
        'which|what version|release [of] {service} is live|running|deployed',
        'which|what version|release of {service} do we have',
        'which|what version|release is {service} on|at|in|running',
        'which|what version|release|versions|releases is|are live|running|deployed [where]',
        'where is {service} [running|deployed|live]',
        'where does {service} run',
        'what is deployed|live [where]',
      ],
      operation: 'look',
      synonyms: ['what runs where', 'versions'],
      summary: 'See which release is live where',
      shows: ['deployments', 'health'],
      topic: 'Look',
      arguments: [only],
      examples: ['where', ...services.map((service) => `where ${service}`)],
      right: 'view',
      run: (turn, args) => showWhere(parts, turn, args['service']),
    },
    {
      name: 'log',
      phrasings: [
        'log|logs|output of|for|from {run}',
        'why did {run} fail',
        'what went wrong with|in|on {run}',
        '{run:service} log|logs',
        'log|logs of|for|from {run:service} in|on {environment}',
        '{run:service} log|logs in|on {environment}',
      ],
      operation: 'look',
      synonyms: ['logs'],
      summary: 'Show the log of a run',
      topic: 'Look',
      arguments: [
        { name: 'run', kind: 'word', summary: 'a number such as D-1042, or a service' },
        { name: 'environment', kind: 'environment', summary: 'only this environment', keyword: 'in' },
      ],
      examples: [...services.map((service) => `log ${service}`), 'log D-1042'],
      right: 'view',
      run: async (turn, args) => showLog(parts, turn, await findByWord(parts, turn, args)),
    },
  ];
}

function logAction(parts: LookParts): Action {
  return defineAction({
    verb: 'deployments.log',
    operation: 'look',
    input: LogInput,
    run: async (turn, { id }) => {
      const [service = '', environment] = id.split('/');
      if (environment !== undefined) {
        const name = `${quoted(service)} in ${quoted(environment)}`;
        const found = await latestRun(parts, turn, { service, environment }, ` of ${name}`);
        return showLog(parts, turn, found, { title: 'Back to health', verb: 'health.open', id });
      }
      const found = await requireVisible(parts.deps, parts.deployments, turn, id);
      const title = `Back to ${labelOf(found.deployment)}`;
      return showLog(parts, turn, found, { title, verb: 'deployments.view', id: found.id });
    },
  });
}

async function findByWord(parts: LookParts, turn: Turn, args: Arguments): Promise<FoundDeployment> {
  const { run: word, environment } = args;
  const there = environment === undefined ? '' : ` in ${environment}`;
  if (word === undefined) return latestRun(parts, turn, { environment }, there);
  const services = parts.deps.catalog().services;
  const service = Object.keys(services).find((name) => name === word.toLowerCase());
  if (service) return latestRun(parts, turn, { service, environment }, ` of ${service}${there}`);
  const found = await parts.deployments.find(word);
  if (found) return found;
  const near = unknownName('run', word, nearestOf(word, Object.keys(services)), 'there is no log to show').message;
  throw new UserError(`${near} Type \`log\` and a deployment ID, such as \`D-1042\`, or the name of a service.`);
}

async function latestRun(
  { deps, deployments }: LookParts,
  turn: Turn,
  filter: { readonly service?: string | undefined; readonly environment: string | undefined },
  of: string,
): Promise<FoundDeployment> {
  const recent = await deployments.recent({ ...filter, limit: 20 });
  const visible = recent.filter(({ deployment }) => mayView(deps.catalog(), turn.person.id, deployment));
  const run = visible.find(({ deployment }) => deployment.runId !== undefined) ?? visible[0];
  if (!run && recent.length > 0)
    throw new UserError(`There is no run${of} that you can view, so there is no log to show.`);
  if (!run) throw new UserError(`There has been no run${of} yet, so there is no log. Type \`deploy\` to start one.`);
  return run;
}

/** The last lines of a run. The log replaces the card with the button; `back` leads back to that card. */
async function showLog(
  { deps }: LookParts,
  turn: Turn,
  { id, deployment }: FoundDeployment,
  back: CardContent<'deployments/log'>['data']['back'] = { title: '', verb: '', id: '' },
): Promise<Reply> {
  const { service, environment, version, state, runId } = deployment;
  const catalog = deps.catalog();
  requireView(catalog, turn.person.id, deployment);
  const read = runId === undefined ? [] : ((await followerOf(deps, deployment)?.runLog(runId, shownLines)) ?? []);
  const lines = read.slice(-shownLines).map((line) => ({ line: cleanText(line, lineLength) || ' ' }));
  const title = `${service} ${version} to ${environment}`;
  const now = deps.clock.now();
  return {
    card: 'deployments/log',
    data: {
      id,
      kind: 'Log',
      state: bandState(statusNow(deployment)),
      title: plainText(title, 200),
      summary: `Log of ${labelOf(deployment)}: ${title}, ${describeState(state)}`,
      sentence: logSentence(deployment, lines.length, timeWithSeconds(now, catalog.timeZone)),
      back,
      lines,
      footer: `${labelOf(deployment)} · ${footerTime(now, catalog.timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

function logSentence({ number, runId, state, kind }: Deployment, count: number, readAt: string): string {
  if (runId === undefined)
    return finalStates.includes(state)
      ? `**D-${number} didn’t run**, so there is no log.`
      : `**There’s no log of D-${number} yet.** ${state === 'unclear' ? 'Someone has to check whether it ran' : `The ${describeKind({ kind })} is ${describeState(state)}`}.`;
  if (count === 0) return `**The log was still empty** at ${readAt}.`;
  return `**The last ${count === 1 ? 'line' : `${count} lines`} of D-${number}**, read at ${readAt}.`;
}
