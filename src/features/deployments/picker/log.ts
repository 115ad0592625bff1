import { z } from 'zod';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { may } from '../../../core/catalog/rights';
import { bandState } from '../../../core/card/status';
import { cleanText } from '../../../core/text';
import { footerTime, timeWithSeconds } from '../../../core/time/words';
import { nearestOf, unknownName } from '../../../core/catalog/unknown-names';
import { placeIdForm } from '../../../core/catalog/names';
import { defineAction } from '../../../chat/contract';
import type { Deployment } from '../contract';
import { quoted } from './choice';
import type { Desk } from './desk';
import { stateName } from './requested-card';

/** `log <run>`: the end of a run's log, bounded. */

const shownLines = 25;
const lineLength = 160;

interface Numbered {
  readonly id: string;
  readonly deployment: Deployment;
}

/** The log takes the place of the card it was asked from; this leads back there. */
interface WayBack {
  readonly title: string;
  readonly verb: string;
  readonly id: string;
}
const noWayBack: WayBack = { title: '', verb: '', id: '' };

const LogInput = z.object({ id: z.string().refine((id) => placeIdForm.test(id) || /^[A-Za-z0-9-]{1,64}$/.test(id)) });

export function logCommand(desk: Desk): Command {
  return {
    name: 'log',
    operation: 'look',
    synonyms: ['logs'],
    summary: 'The last lines of a run',
    topic: 'Look',
    arguments: [{ name: 'run', kind: 'word', summary: 'a number such as D-1042, or a service' }],
    examples: [
      ...Object.keys(desk.deps.catalog().services)
        .slice(0, 1)
        .map((service) => `log ${service}`),
      'log D-1042',
    ],
    right: 'view',
    inManifest: false,
    run: async (turn, args) => showLog(desk, turn, await findByWord(desk, turn, args['run'])),
  };
}

export function logActions(desk: Desk): Action[] {
  return [
    defineAction({
      verb: 'deployments.log',
      operation: 'look',
      input: LogInput,
      run: async (turn, { id }) => {
        const found = await findById(desk, turn, id);
        const back = id.includes('/')
          ? { title: 'Back to health', verb: 'health.open', id }
          : { title: `Back to D-${found.deployment.number}`, verb: 'deployments.view', id: found.id };
        return showLog(desk, turn, found, back);
      },
    }),
  ];
}

async function findByWord(desk: Desk, turn: Turn, word: string | undefined): Promise<Numbered> {
  if (word === undefined) return latestRun(desk, turn, {}, 'There');
  const services = desk.deps.catalog().services;
  const service = Object.keys(services).find((name) => name === word.toLowerCase());
  if (service) return latestRun(desk, turn, { service }, service);
  const found = await desk.deployments.find(word);
  if (found) return found;
  const near = unknownName('run', word, nearestOf(word, Object.keys(services)), 'there is no log to show').message;
  throw new UserError(`${near} Write \`log\` and a number such as D-1042, or a service.`);
}

async function findById(desk: Desk, turn: Turn, id: string): Promise<Numbered> {
  const [service, environment] = id.split('/');
  if (service !== undefined && environment !== undefined)
    return latestRun(desk, turn, { service, environment }, `${quoted(service)} in ${quoted(environment)}`);
  const found = await desk.deployments.find(id);
  if (!found) throw new UserError('That deployment is no longer there. Write deployments to see the latest.');
  return found;
}

async function latestRun(
  { deps, deployments }: Desk,
  turn: Turn,
  filter: { service?: string; environment?: string },
  name: string,
): Promise<Numbered> {
  const recent = await deployments.recent({ ...filter, limit: 20 });
  const visible = recent.filter(({ deployment }) => may(deps.catalog(), turn.person.id, 'view', targetOf(deployment)));
  const run = visible.find(({ deployment }) => deployment.runId !== undefined) ?? visible[0];
  if (!run)
    throw new UserError(
      `${name === 'There' ? 'There' : `For ${name} there`} was no run yet, so there is no log. Write deploy to start with.`,
    );
  return run;
}

async function showLog({ deps }: Desk, turn: Turn, { id, deployment }: Numbered, back = noWayBack): Promise<Reply> {
  const catalog = deps.catalog();
  const { service, environment, version, number, runId, state } = deployment;
  if (!may(catalog, turn.person.id, 'view', targetOf(deployment)))
    throw new UserError(`You may not look at ${service} in ${environment}. Write access viewer to ask for it.`);
  const pipelines = deps.connectorOf(service).pipelines;
  const read = runId === undefined ? [] : ((await pipelines?.runLog(runId, shownLines)) ?? []);
  const lines = read.slice(-shownLines).map((line) => cleanText(line, lineLength));
  const now = deps.clock.now();
  return {
    card: 'deployments/log',
    data: {
      id,
      kind: 'Log',
      state: bandState(stateName(state)),
      title: `${service} ${version} to ${environment}`,
      summary: `Log of D-${number}: ${service} ${version} to ${environment}, ${state}`,
      sentence: sentenceOf(deployment, lines.length, timeWithSeconds(now, catalog.timeZone)),
      back,
      lines: lines.map((line) => ({ line: line === '' ? ' ' : line })),
      footer: `D-${number} · ${footerTime(now, catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
}

function sentenceOf({ number, runId, state }: Deployment, count: number, readAt: string): string {
  if (runId === undefined) return `**D-${number} has not run.** It is ${state}, so there is no log.`;
  if (count === 0) return `**Nothing is written yet.** Read at ${readAt}.`;
  return `**The last ${count === 1 ? 'line' : `${count} lines`} of D-${number}**, read at ${readAt}.`;
}

function targetOf({ service, environment }: Deployment): { service: string; environment: string } {
  return { service, environment };
}
