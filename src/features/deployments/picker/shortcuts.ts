import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { lookUp } from '../../../core/look-up';
import { plainText } from '../../../core/text';
import { notThereError, requirePlace, unknownName } from '../../../core/catalog/unknown-names';
import { finalStates } from '../contract';
import { planOf } from '../plan';
import { lostWayBack } from '../rollback/facts';
import { refuseTarget } from './choice';
import { openPicker } from './deploy';
import type { Desk } from './desk';

/** Other ways to the same picker: what is verified elsewhere, what was tried before, and a look without asking. */

const service = { name: 'service', kind: 'service', summary: 'which service', required: true } as const;

export function shortcutCommands(desk: Desk): Command[] {
  return [
    {
      name: 'promote',
      operation: 'deploy',
      summary: 'Takes the very release verified in one place to another',
      topic: 'Ship',
      arguments: [
        service,
        { name: 'source', kind: 'environment', summary: 'where it was verified', keyword: 'from', required: true },
        { name: 'target', kind: 'environment', summary: 'where it goes', keyword: 'to', required: true },
      ],
      examples: ['promote shop from staging to production'],
      right: 'deploy',
      asksFirst: true,
      inManifest: false,
      run: (turn, args) => promote(desk, turn, args),
    },
    {
      name: 'retry',
      operation: 'deploy',
      summary: 'Asks again for a deployment that has ended',
      topic: 'Ship',
      arguments: [{ name: 'id', kind: 'deployment', summary: 'its number', required: true }],
      examples: ['retry D-1042'],
      right: 'deploy',
      asksFirst: true,
      inManifest: false,
      run: (turn, args) => retry(desk, turn, args),
    },
    {
      name: 'plan',
      operation: 'look',
      synonyms: ['dry run'],
      summary: 'What a deployment would do, step by step',
      topic: 'Ship',
      arguments: [
        service,
        { name: 'release', kind: 'release', summary: 'which version', required: true },
        { name: 'environment', kind: 'environment', summary: 'where to', keyword: 'to', required: true },
      ],
      examples: ['plan shop 2.14.0 to production'],
      right: 'view',
      inManifest: false,
      run: (turn, args) => plan(desk, turn, args),
    },
  ];
}

async function promote(desk: Desk, turn: Turn, args: Arguments): Promise<Reply> {
  const { service: name = '', source: from = '', target: to = '' } = args;
  const catalog = desk.deps.catalog();
  refuseTarget(catalog, turn.person.id, { service: name, environment: to });
  requirePlace(catalog, name, from);
  if (from === to) throw new UserError(`${name} is to go from ${from} to ${from}; name two places.`);
  const running = await desk.deps.connectorOf(name).environments?.running(name, from);
  if (!running) throw new UserError(`Nothing of ${name} runs in ${from}, so there is nothing to promote.`);
  const recent = await desk.deployments.recent({ service: name, environment: from, limit: 50 });
  const verified = recent.find(
    ({ deployment }) => deployment.state === 'succeeded' && deployment.commit === running.commit,
  );
  if (!verified)
    throw new UserError(
      `${plainText(running.version, 40)} runs in ${from}, but I have not seen it verified there, so nothing was asked for. Write deploy ${name} ${plainText(running.version, 40)} to ${to} to take it all the same.`,
    );
  return openPicker(desk, turn, { service: name, environment: to, release: running.version });
}

async function retry(desk: Desk, turn: Turn, args: Arguments): Promise<Reply> {
  const found = await desk.deployments.find(args['id'] ?? '');
  if (!found)
    throw new UserError(
      `There is no deployment ${plainText(args['id'] ?? '', 20)}. Write deployments to see the latest.`,
    );
  const { deployment } = found;
  const label = `D-${deployment.number}`;
  if (!finalStates.includes(deployment.state))
    throw new UserError(`${label} is ${deployment.state}, so there is nothing to try again yet.`);
  if (deployment.kind === 'rollback')
    throw new UserError(`${label} was a rollback. Write rollback ${deployment.service} in ${deployment.environment}.`);
  const { service: name, environment, version } = deployment;
  refuseTarget(desk.deps.catalog(), turn.person.id, { service: name, environment });
  return openPicker(desk, turn, { service: name, environment, release: version });
}

async function plan(desk: Desk, turn: Turn, args: Arguments): Promise<Reply> {
  const { service: name = '', release: version = '', environment = '' } = args;
  const catalog = desk.deps.catalog();
  requirePlace(catalog, name, environment);
  const rules = lookUp(catalog.environments, environment);
  if (!rules) throw notThereError(name, environment, []);
  const connector = desk.deps.connectorOf(name);
  const [release, running, obstacles] = await Promise.all([
    connector.sourceControl?.release(name, version),
    connector.environments?.running(name, environment),
    desk.policy.obstacles({ service: name, environment }, 'deploy', turn.person),
  ]);
  if (!release)
    throw new UserError(
      `${unknownName('release', version, [], 'there is nothing to plan', ` of ${name}`).message} Write \`deploy ${name}\` to see which there are.`,
    );
  const ways = { isThere: desk.deployments.isThere, newest: desk.deployments.rollbackTarget };
  const steps = planOf({
    noWayBack: await lostWayBack(desk.deps, ways, { service: name, environment, kind: 'deploy' }, running),
    kind: 'deploy',
    service: name,
    environment,
    version,
    running: running?.version,
    rules,
    connector: connector.name,
    obstacles: obstacles.map(({ what }) => what),
  });
  const lines = steps.map((step, index) => `${index + 1}. ${plainText(step, 600)}`);
  return {
    text: `**${name} ${plainText(version, 40)} to ${environment} would go like this.** Nothing is asked for.\n\n${lines.join('\n')}`,
  };
}
