import type { Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { neededApprovals } from '../../../core/catalog/needed-approvals';
import { notThereError, refuseTarget, requirePlace, unknownName } from '../../../core/catalog/refusals';
import { ruleSentence } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { lookUp, newId } from '../../../core/keys';
import type { ReleaseThere } from '../../../core/release-acts';
import { plainText } from '../../../core/text';
import { describeDuration } from '../../../core/time/clock';
import type { CollectionSpec } from '../../../store/contract';
import { lostWayBack } from '../checks';
import { requireDeployment } from '../commands';
import { drawRollback } from '../rollback/cards';
import { isFinal, labelOf } from '../store';
import { describeLostRelease } from '../text';
import { pickerCard, pickerTopic } from './cards';
import { readPicker } from './facts';
import type { PickerParts, PickerView, ReleaseChoice } from './facts';

/** An open picker: a short-lived record, so that its card contains only an id. */

export interface Picker {
  readonly kind: 'deploy' | 'rollback';
  readonly owner: string;
  readonly choice: ReleaseChoice;
  /** What the owner last saw completely, before a button that requests it was drawn. */
  readonly shown: ReleaseThere | undefined;
  /** What the message showed when it was posted, which everybody else still sees. */
  readonly posted: Pick<Picker, 'choice' | 'shown'>;
  readonly deploymentId: string | undefined;
  /** Its owner closed it and hasn't opened it again. */
  readonly isClosed?: boolean;
  /** Its release went live there before anybody requested it from this card. */
  readonly isLive?: boolean;
  readonly expiresAt: number;
}

const pickerLifeMs = 3_600_000;
/** What has expired stays this long for late clicks. */
const keptForMs = 24 * 3_600_000;

export const pickersSpec: CollectionSpec<Picker> = {
  name: 'pickers',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (picker) => picker.expiresAt + keptForMs,
};

/** A new picker as it is posted. */
export function openedPicker(
  now: number,
  kind: Picker['kind'],
  owner: string,
  { choice, shown }: Pick<Picker, 'choice' | 'shown'>,
): Picker {
  const posted = { choice, shown };
  return { kind, owner, ...posted, posted, deploymentId: undefined, expiresAt: now + pickerLifeMs };
}

const service = { name: 'service', kind: 'service', summary: 'which service', required: true } as const;
const why = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because', isNamed: true } as const;

/** Sentences that request a deployment. */
const deployPhrasings = [
  'start a deployment [of] [{service}]',
  'new deployment [of] [{service}]',
  'bring {service} [{release}] to {environment}',
  'roll out {service} [{release}] [to {environment}]',
  'put {service} {release} on|in {environment}',
  'get {service} {release} into|to|on {environment}',
  'deploy latest|newest {service} [to {environment}]',
];

/** The commands that open a picker: `deploy`, `rollback`, `promote` and `retry`; `plan` only shows a preview. */
export function pickerCommands(parts: PickerParts): Command[] {
  const [first] = Object.entries(parts.deps.catalog().services);
  return [
    {
      name: 'deploy',
      phrasings: deployPhrasings,
      isInFront: true,
      operation: 'deploy',
      synonyms: ['release'],
      summary: 'Deploy a release to an environment',
      topic: 'Ship',
      arguments: [
        { name: 'service', kind: 'service', summary: 'the service to deploy' },
        { name: 'release', kind: 'release', summary: 'the release' },
        { name: 'environment', kind: 'environment', summary: 'the environment', keyword: 'to' },
        why,
      ],
      examples: ['deploy', ...(first ? [`deploy ${first[0]} to ${first[1].environments[0]}`] : [])],
      right: 'deploy',
      asksFirst: true,
      run: (turn, { service, environment, release, reason }) =>
        openPicker(parts, turn, { service, environment, release, reason }),
    },
    rollbackCommand(parts),
    {
      name: 'promote',
      phrasings: ['move|take|bring {service} from {source} to {target}'],
      isInFront: true,
      operation: 'deploy',
      summary: 'Promote a verified release to another environment',
      topic: 'Ship',
      arguments: [
        service,
        {
          name: 'source',
          label: 'From',
          kind: 'environment',
          summary: 'where it was verified',
          keyword: 'from',
          required: true,
        },
        {
          name: 'target',
          label: 'To',
          kind: 'environment',
          summary: 'the target environment',
          keyword: 'to',
          required: true,
        },
        why,
      ],
      examples: ['promote shop from staging to production'],
      right: 'deploy',
      asksFirst: true,
      run: (turn, args) => promote(parts, turn, args),
    },
    {
      name: 'retry',
      phrasings: ['try {id} again', 'run {id} again', 'deploy {id} again', 'redo {id}', 'repeat {id}'],
      operation: 'deploy',
      summary: 'Request an ended deployment again',
      topic: 'Ship',
      arguments: [{ name: 'id', kind: 'deployment', summary: 'its number', required: true }],
      examples: ['retry D-1042'],
      right: 'deploy',
      asksFirst: true,
      run: (turn, args) => retry(parts, turn, args),
    },
    {
      name: 'plan',
      phrasings: [
        'what would|will happen if i|we deploy {service} {release} to {environment}',
        'what would|will {service} {release} change in {environment}',
      ],
      operation: 'look',
      synonyms: ['dry run'],
      summary: 'Preview a deployment step by step',
      topic: 'Ship',
      arguments: [
        service,
        { name: 'release', kind: 'release', summary: 'the release', required: true },
        { name: 'environment', kind: 'environment', summary: 'the environment', keyword: 'to', required: true },
      ],
      examples: ['plan shop 2.14.0 to production'],
      right: 'view',
      run: (turn, args) => plan(parts, turn, args),
    },
  ];
}

/** `rollback <service> in <environment>`: names the release that it would restore, and asks first. */
function rollbackCommand(parts: PickerParts): Command {
  const first = Object.entries(parts.deps.catalog().services)[0];
  const example = first ? `rollback ${first[0]} in ${first[1].environments.at(-1)}` : 'rollback shop in production';
  return {
    name: 'rollback',
    phrasings: [
      'roll {service} back [to {release}] [in {environment}]',
      'go back to {release} [of|for] {service} [in {environment}]',
      'go back to the last|previous version|release of {service} [in {environment}]',
      'revert {service} [to {release}] in|on {environment}',
      'undo the last|latest deployment|release of {service} [in {environment}]',
    ],
    isInFront: true,
    operation: 'rollback',
    synonyms: ['roll back', 'revert', 'undo'],
    summary: 'Roll back to an earlier verified release',
    topic: 'Ship',
    arguments: [
      { name: 'service', kind: 'service', summary: 'the service to roll back', required: true },
      { name: 'release', kind: 'release', summary: 'by default, the one before', keyword: 'to' },
      { name: 'environment', kind: 'environment', summary: 'where', keyword: 'in', required: true },
      why,
    ],
    examples: [example],
    right: 'deploy',
    asksFirst: true,
    async run(turn, args) {
      const { service, environment, release, reason } = args;
      if (service === undefined || environment === undefined)
        throw new UserError('Type what to roll back and where, for example: ' + example);
      refuseTarget(parts.deps.catalog(), turn.person.id, { service, environment }, 'rollback');
      const id = newId();
      const drawn = await drawRollback(parts, turn, id, { service, environment, release, reason });
      const { content, shown, obstacles } = drawn;
      const choice = { ...shown, reason };
      const opened = openedPicker(parts.deps.clock.now(), 'rollback', turn.person.id, { choice, shown });
      await parts.pickers.insert(id, opened);
      if (obstacles.length > 0) await parts.blocked.note(id, { ...opened, service, environment }, obstacles);
      return { ...content, about: pickerTopic(id) };
    },
  };
}

async function openPicker(parts: PickerParts, turn: Turn, wanted: ReleaseChoice): Promise<Reply> {
  refuseTarget(parts.deps.catalog(), turn.person.id, wanted);
  const view = await readPicker(parts, turn, newId(), wanted);
  const opened = openedPicker(view.now, 'deploy', turn.person.id, view);
  await parts.pickers.insert(view.id, opened);
  await noteBlocks(parts, opened, view);
  return pickerCard(view);
}

/** Has the card drawn again once what blocks the chosen release there has ended. */
export async function noteBlocks({ blocked }: PickerParts, picker: Picker, { id, preview, shown }: PickerView) {
  if (preview && shown && preview.obstacles.length > 0)
    await blocked.note(id, { ...picker, ...shown }, preview.obstacles);
}

async function promote(parts: PickerParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service: name = '', source: from = '', target: to = '', reason } = args;
  const catalog = parts.deps.catalog();
  refuseTarget(catalog, turn.person.id, { service: name, environment: to });
  requirePlace(catalog, name, from);
  if (from === to)
    throw new UserError(`You can’t promote ${name} from ${from} to ${from}. Name two different environments.`);
  const running = await parts.deps.systems.running(name, from)?.read();
  if (!running) throw new UserError(`${name} isn’t deployed to ${from}, so there is nothing to promote.`);
  const recent = await parts.deployments.recent({ service: name, environment: from, limit: 50 });
  const shown = plainText(running.version, 40);
  if (!recent.some(({ deployment: { state, commit } }) => state === 'succeeded' && commit === running.commit))
    throw new UserError(
      `${shown} is live in ${from}, but it wasn’t verified there. Nothing was requested. To deploy it anyway, type \`deploy ${name} ${shown} to ${to}\`.`,
    );
  return openPicker(parts, turn, { service: name, environment: to, release: running.version, reason });
}

async function retry(parts: PickerParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { deployment } = await requireDeployment(parts.deployments, args['id'] ?? '');
  const label = labelOf(deployment);
  const { service: name, environment, version, reason } = deployment;
  if (!isFinal(deployment)) throw new UserError(`${label} hasn’t finished, so there is nothing to retry yet.`);
  if (deployment.kind === 'rollback')
    throw new UserError(`${label} was a rollback. To roll back again, type \`rollback ${name} in ${environment}\`.`);
  refuseTarget(parts.deps.catalog(), turn.person.id, { service: name, environment });
  return openPicker(parts, turn, { service: name, environment, release: version, reason });
}

/** What a deployment would do, one line for each step. */
async function plan({ deps, deployments, policy }: PickerParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service: name = '', release: version = '', environment = '' } = args;
  const catalog = deps.catalog();
  requirePlace(catalog, name, environment);
  const rules = lookUp(catalog.environments, environment);
  if (!rules) throw notThereError(name, environment, []);
  const target = { service: name, environment };
  const [release, running, obstacles] = await Promise.all([
    deps.systems.source(name)?.release(version),
    deps.systems.running(name, environment)?.read(),
    policy.obstacles(target, 'deploy', turn.person),
  ]);
  if (!release)
    throw new UserError(
      `${unknownName('release', version, [], 'there is nothing to plan', ` of ${name}`).message} Type \`deploy ${name}\` to choose one.`,
    );
  const gone = await lostWayBack(deps, deployments, target, running);
  const { before, rule } = neededApprovals(catalog, 'deploy', target);
  const inSeconds = (seconds: number): string => describeDuration(seconds * 1000);
  const from = running === undefined ? 'where nothing is live yet' : `replacing ${running.version}`;
  const steps = [
    ...obstacles.map(({ what }) => `The deployment can’t start now: ${what}.`),
    before && `${ruleSentence(before)}.`,
    rule && `${before ? 'Then ' : ''}${ruleSentence(rule)}, within ${inSeconds(rule.expiresAfterSeconds)}.`,
    !before && !rule && 'No approval is needed.',
    `Gavel deploys ${name} ${version} to ${environment}, ${from}. The run can take up to ${inSeconds(rules.runLimitSeconds)}.`,
    `Gavel verifies the service for ${inSeconds(rules.verifyForSeconds)} against its limits.`,
    gone
      ? `If verification fails, someone has to decide what to do, because ${describeLostRelease(gone)}.`
      : running && rules.rollBackAutomatically
        ? `If verification fails, Gavel rolls back to ${running.version}.`
        : 'If verification fails, someone has to decide what to do.',
  ].flatMap((step) => step || []);
  const lines = steps.map((step, index) => `${index + 1}. ${plainText(step, 600)}`);
  return {
    text: `**This is what deploying ${name} ${plainText(version, 40)} to ${environment} would do.** Nothing has been requested.\n\n${lines.join('\n')}`,
  };
}
