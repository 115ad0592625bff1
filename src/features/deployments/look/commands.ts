import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Command, Reply, Turn } from '../../../chat/contract';
import { placeIdForm } from '../../../core/catalog/schema';
import { nearestOf, requireService, unknownName } from '../../../core/catalog/refusals';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import { mayView, requireView, requireVisible } from '../commands';
import type { FoundDeployment } from '../contract';
import { quoted } from '../picker/facts';
import type { PickerParts } from '../picker/facts';
import { labelOf } from '../store';
import { deploymentList, logCard, whereCard } from './cards';
import type { LookView, WayBack } from './cards';

/** What changes nothing: the latest deployments, which release runs where, the end of the log of a run. */

type LookParts = Pick<PickerParts, 'deps' | 'deployments' | 'health'>;

const shownDeployments = 10;
const shownPlaces = 18;
const shownLines = 25;
const lineLength = 160;

const LogInput = z.object({ id: z.string().refine((id) => placeIdForm.test(id) || /^[A-Za-z0-9-]{1,64}$/.test(id)) });

export function lookCommands(parts: LookParts): Command[] {
  const services = Object.keys(parts.deps.catalog().services).slice(0, 1);
  const only = { name: 'service', kind: 'service', summary: 'only this one' } as const;
  return [
    {
      name: 'where',
      operation: 'look',
      synonyms: ['what runs where', 'versions'],
      summary: 'Which release runs where',
      topic: 'Look',
      arguments: [only],
      examples: ['where', ...services.map((service) => `where ${service}`)],
      right: 'view',
      inManifest: true,
      run: (turn, args) => showWhere(parts, turn, args['service']),
    },
    {
      name: 'log',
      operation: 'look',
      synonyms: ['logs'],
      summary: 'The last lines of a run',
      topic: 'Look',
      arguments: [{ name: 'run', kind: 'word', summary: 'a number such as D-1042, or a service' }],
      examples: [...services.map((service) => `log ${service}`), 'log D-1042'],
      right: 'view',
      run: async (turn, args) => showLog(parts, turn, await findByWord(parts, turn, args['run'])),
    },
    {
      name: 'deployments',
      operation: 'look',
      synonyms: ['deploys', 'who deployed', 'who shipped', 'what was deployed'],
      summary: 'The latest deployments and how they ended',
      topic: 'Ship',
      arguments: [only],
      examples: ['deployments', ...services.map((service) => `deployments ${service}`)],
      right: 'view',
      inManifest: true,
      run: (turn, args) => listDeployments(parts, turn, args['service']),
    },
  ];
}

export function lookActions(parts: LookParts): Action[] {
  return [
    defineAction({
      verb: 'deployments.log',
      operation: 'look',
      input: LogInput,
      run: async (turn, { id }) => {
        const [service = '', environment] = id.split('/');
        if (environment !== undefined) {
          const name = `${quoted(service)} in ${quoted(environment)}`;
          const found = await latestRun(parts, turn, { service, environment }, name);
          return showLog(parts, turn, found, { title: 'Back to health', verb: 'health.open', id });
        }
        const found = await requireVisible(parts.deps, parts.deployments, turn, id);
        const title = `Back to ${labelOf(found.deployment)}`;
        return showLog(parts, turn, found, { title, verb: 'deployments.view', id: found.id });
      },
    }),
  ];
}

async function listDeployments({ deps, deployments }: LookParts, turn: Turn, only: string | undefined): Promise<Reply> {
  const catalog = deps.catalog();
  if (only !== undefined) requireService(catalog, only, 'there is nothing to list');
  const recent = await deployments.recent({ ...(only !== undefined && { service: only }), limit: 30 });
  const seen = recent.filter(({ deployment }) => mayView(catalog, turn.person.id, deployment));
  if (seen.length === 0)
    return { notice: `There was no deployment${only ? ` of ${only}` : ''} yet. Write deploy to begin.` };
  const more = seen.length - Math.min(shownDeployments, seen.length);
  return deploymentList(seen.slice(0, shownDeployments), { ...viewOf(deps, turn), service: only, more });
}

async function showWhere({ deps, health }: LookParts, turn: Turn, only: string | undefined): Promise<Reply> {
  const catalog = deps.catalog();
  if (only !== undefined) requireService(catalog, only, 'there is nothing to show');
  const visible = Object.entries(catalog.services)
    .filter(([service]) => only === undefined || service === only)
    .flatMap(([service, { environments }]) => environments.map((environment) => ({ service, environment })))
    .filter((target) => may(catalog, turn.person.id, 'view', target));
  if (visible.length === 0) throw new UserError('You may not look at that. Write access viewer to ask for it.');
  const targets = visible.slice(0, shownPlaces);
  const reports = await Promise.all(targets.map((target) => health.report(target.service, target.environment)));
  return whereCard(reports, { ...viewOf(deps, turn), service: only, more: visible.length - targets.length });
}

async function findByWord(parts: LookParts, turn: Turn, word: string | undefined): Promise<FoundDeployment> {
  if (word === undefined) return latestRun(parts, turn, {}, 'There');
  const services = parts.deps.catalog().services;
  const service = Object.keys(services).find((name) => name === word.toLowerCase());
  if (service) return latestRun(parts, turn, { service }, service);
  const found = await parts.deployments.find(word);
  if (found) return found;
  const near = unknownName('run', word, nearestOf(word, Object.keys(services)), 'there is no log to show').message;
  throw new UserError(`${near} Write \`log\` and a number such as D-1042, or a service.`);
}

async function latestRun(
  { deps, deployments }: LookParts,
  turn: Turn,
  filter: { service?: string; environment?: string },
  name: string,
): Promise<FoundDeployment> {
  const recent = await deployments.recent({ ...filter, limit: 20 });
  const visible = recent.filter(({ deployment }) => mayView(deps.catalog(), turn.person.id, deployment));
  const run = visible.find(({ deployment }) => deployment.runId !== undefined) ?? visible[0];
  if (!run)
    throw new UserError(
      `${name === 'There' ? 'There' : `For ${name} there`} was no run yet, so there is no log. Write deploy to start with.`,
    );
  return run;
}

async function showLog(
  { deps }: LookParts,
  turn: Turn,
  found: FoundDeployment,
  back: WayBack = { title: '', verb: '', id: '' },
): Promise<Reply> {
  const { service, runId } = found.deployment;
  requireView(deps.catalog(), turn.person.id, found.deployment);
  const pipelines = deps.connectorOf(service).pipelines;
  const read = runId === undefined ? [] : ((await pipelines?.runLog(runId, shownLines)) ?? []);
  const lines = read.slice(-shownLines).map((line) => cleanText(line, lineLength));
  return logCard(found, lines, { ...viewOf(deps, turn), back });
}

function viewOf({ clock, catalog }: FeatureDependencies, turn: Turn): LookView {
  return { turn, now: clock.now(), timeZone: catalog().timeZone };
}
