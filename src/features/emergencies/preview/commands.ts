import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Arguments, Command, Person, Reply, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { requirePlace, unknownName } from '../../../core/catalog/refusals';
import { holdsRole, may, namedReach, whoHolds } from '../../../core/catalog/rights';
import type { Reach, Target } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { RefusalError } from '../../../core/refusal';
import { idFrom, lookUp } from '../../../core/keys';
import { approvedRelease, releaseAct } from '../../../core/release-acts';
import type { ReleaseThere } from '../../../core/release-acts';
import { cleanText, enumerate, plainText } from '../../../core/text';
import type { Stored } from '../../../store/contract';
import { labelOf, rulesBeyond } from '../../deployments';
import type { SkippedRule } from '../../deployments';
import { skippedRules } from '../facts';
import { drawPreview, previewTopic } from './cards';
import type { PreviewParts } from './cards';
import type { EmergencyPreview } from './workflow';

/** `emergency deploy`: shows what would be skipped, and starts it when the same person confirms. */

const Id = z.string().regex(/^[0-9a-f]{32}$/);

export function emergencyCommand(parts: PreviewParts): Command {
  return {
    name: 'emergency deploy',
    operation: 'emergency-deploy',
    summary: 'Deploy without approval, despite freezes and locks',
    topic: 'Ship',
    arguments: [
      { name: 'service', kind: 'service', summary: 'the service to deploy', required: true },
      { name: 'release', kind: 'release', summary: 'the release', required: true },
      { name: 'environment', kind: 'environment', summary: 'the environment', keyword: 'to', required: true },
      { name: 'reason', kind: 'text', summary: 'why it can’t wait', keyword: 'because' },
    ],
    examples: ['emergency deploy shop 2.14.1 to production because customers can’t pay'],
    right: 'deploy',
    asksFirst: true,
    refuses: ({ person }, args) =>
      requireAnywhere(parts.deps.catalog(), person, namedReach(parts.deps.catalog(), args)),
    run: (turn, args) => openPreview(parts, turn, args),
  };
}

/** The buttons of a preview. */
export function previewActions(parts: PreviewParts): Action[] {
  const input = z.object({ id: Id, reason: z.string().max(500).default('') });
  return [
    defineAction({
      verb: 'emergencies.start',
      operation: 'emergency-deploy',
      input,
      freeText: ['reason'],
      async acts(turn, { id, reason }) {
        const { value } = await openQuestion(parts, turn, id);
        requireReason(reason);
        return [releaseAct('emergency-deploy', releaseOf(value))];
      },
      async preview(turn, { id }) {
        const { value } = await openQuestion(parts, turn, id);
        const { service, environment, release } = value;
        const skipped = await skippedRules(parts, { service, environment }, turn.person);
        return `Deploys ${service} ${plainText(release, 40)} to ${environment} right away${describeSkips(skipped)}.`;
      },
      run: (turn, { id, reason }, approved) => start(parts, turn, { id, reason, exact: approvedRelease(approved) }),
    }),
    defineAction({
      verb: 'emergencies.dismiss',
      operation: 'answer',
      input: z.object({ id: Id }),
      async run(turn, { id }) {
        const found = await ownQuestion(parts, turn, id);
        await parts.previews.apply(id, { type: 'dismiss' }, {});
        return drawPreview(parts, turn, (await parts.previews.records.get(id)) ?? found);
      },
    }),
  ];
}

async function openPreview(parts: PreviewParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service = '', release: version = '', environment = '' } = args;
  const target = { service, environment };
  requireMay(parts, turn, target);
  const release = await readRelease(parts, target, version);
  const id = idFrom('emergency', turn.correlationId);
  const preview = {
    ...{ ...target, release: release.version, commit: release.commit, owner: turn.person },
    reason: cleanText(args['reason'] ?? '', 300),
    shown: await skippedRules(parts, target, turn.person),
    openedAt: parts.deps.clock.now(),
    correlationId: turn.correlationId,
  };
  const { stored } = await parts.previews.apply(id, { type: 'open', preview }, {});
  const shown = await drawPreview(parts, turn, stored ?? { id, version: 1, value: { ...preview, state: 'open' } });
  return { ...shown, isForOne: true };
}

/** Starts it once for all clicks on one preview. If other rules would be skipped now, it shows them first. */
async function start(
  parts: PreviewParts,
  turn: Turn,
  { id, reason, exact }: { readonly id: string; readonly reason: string; readonly exact: ReleaseThere | undefined },
): Promise<Reply> {
  const { deps, deployments, previews } = parts;
  // Exactly what was approved, even after its preview has expired.
  const found = exact ? await previews.records.get(id) : await ownQuestion(parts, turn, id);
  if (found && !exact && found.value.state !== 'open') return drawPreview(parts, turn, found);
  if (found?.value.state === 'dismissed')
    throw new UserError(`${plainText(found.value.owner.name, 60)} canceled this. Nothing was started.`);
  const there = exact ?? (found && releaseOf(found.value));
  if (!there) throw new UserError(gone);
  const { service, environment, release: version, commit } = there;
  requireMay(parts, turn, there);
  const words = requireReason(reason);
  const skipped = await skippedRules(parts, { service, environment }, turn.person);
  if (found && !exact && rulesBeyond(found.value.shown, skipped).length > 0) {
    const { stored } = await previews.apply(id, { type: 'show', shown: skipped, reason: words }, {});
    return drawPreview(
      parts,
      turn,
      stored ?? found,
      'The rules that would be skipped have changed. Check the preview again.',
    );
  }
  const { person: requester, place, thread, correlationId } = turn;
  const { deployment } = await deployments.request({
    ...{ service, environment, version, commit, requester, thread, correlationId, skipped },
    key: `emergency ${id}`,
    kind: 'deploy',
    reason: words,
    emergency: true,
    placeId: place.id,
  });
  await previews.apply(id, { type: 'started', number: deployment.number }, {});
  await deps.outbox.changed(previewTopic(id));
  const audit = {
    target: `${labelOf(deployment)} ${service} in ${environment}`,
    outcome: 'emergency',
    detail: { version, reason: words },
  };
  const after = await previews.records.get(id);
  if (after) return { ...(await drawPreview(parts, turn, after)), audit };
  return { text: `**${labelOf(deployment)} started without approval.** Someone else has to review it.`, audit };
}

const gone = 'This preview no longer exists. Nothing was started. Type `emergency deploy` again.';

/** This person's own question, whatever its outcome. */
async function ownQuestion({ previews }: PreviewParts, turn: Turn, id: string): Promise<Stored<EmergencyPreview>> {
  const found = await previews.records.get(id);
  if (!found) throw new UserError(gone);
  if (found.value.owner.id === turn.person.id) return found;
  throw new RefusalError({
    act: `start an emergency deployment that ${found.value.owner.name} prepared`,
    nothing: 'nothing was started',
    why: 'Type `emergency deploy` for a preview of your own.',
    able: [found.value.owner.name],
    can: 'start it',
  });
}

/** The same, while it can be answered. */
async function openQuestion(parts: PreviewParts, turn: Turn, id: string): Promise<Stored<EmergencyPreview>> {
  const found = await ownQuestion(parts, turn, id);
  requireMay(parts, turn, found.value);
  if (found.value.state === 'open') return found;
  throw new UserError(
    'This preview is closed. Nothing new was started. Check its card before you type `emergency deploy` again.',
  );
}

const releaseOf = ({ service, environment, release, commit }: ReleaseThere): ReleaseThere => ({
  ...{ service, environment, release, commit },
});

/** Refuses people who can't deploy there in an emergency, and says who can. */
function requireMay({ deps }: PreviewParts, { person }: Turn, { service, environment }: Target): void {
  const catalog = deps.catalog();
  requirePlace(catalog, service, environment, 'nothing was started');
  requireAnywhere(catalog, person, { service, environment });
}

/** Refuses people who can't deploy anywhere within reach in an emergency, and says who can. */
function requireAnywhere(catalog: Catalog, person: Person, within: Reach): void {
  const targets = Object.entries(catalog.services)
    .filter(([service]) => within.service === undefined || service === within.service)
    .flatMap(([service, { environments }]) => environments.map((environment) => ({ service, environment })))
    .filter(({ environment }) => within.environment === undefined || environment === within.environment);
  const isAble = (personId: string): boolean => targets.some((target) => canDeployAtOnce(catalog, personId, target));
  if (targets.length === 0 || isAble(person.id)) return;
  const roles = [...new Set(targets.map(({ environment }) => roleFor(catalog, environment)))];
  const { service, environment } = within;
  throw new RefusalError({
    act: ['do an emergency deployment', service && `of ${service}`, environment && `to ${environment}`]
      .filter(Boolean)
      .join(' '),
    nothing: 'nothing was started',
    why: `You need the ${plainText(enumerate(roles, 'or'), 80)} role${service === undefined && environment === undefined ? '' : ' there'}.`,
    able: [...new Set(targets.slice(0, maxSearched).flatMap((target) => namesOfAble(catalog, target)))],
    can: 'do it',
  });
}

/** In a large catalog, the people who can do it in the first of its services are enough to name. */
const maxSearched = 50;

function namesOfAble(catalog: Catalog, target: Target): string[] {
  return whoHolds(catalog, roleFor(catalog, target.environment), target).flatMap(({ id, name }) =>
    may(catalog, id, 'deploy', target) ? [name] : [],
  );
}

function canDeployAtOnce(catalog: Catalog, personId: string, target: Target): boolean {
  return (
    holdsRole(catalog, personId, roleFor(catalog, target.environment), target) &&
    may(catalog, personId, 'deploy', target)
  );
}

const roleFor = ({ environments }: Catalog, environment: string): string =>
  lookUp(environments, environment)?.breakGlass ?? 'admin';

/** The current release: if its version means another commit later, that isn't what was shown. */
async function readRelease({ deps }: PreviewParts, { service, environment }: Target, version: string) {
  const [release, running] = await Promise.all([
    deps.systems.source(service)?.release(version),
    deps.systems.running(service, environment)?.read(),
  ]);
  if (!release) throw unknownName('release', version, [], 'nothing was started', ` of ${service}`);
  if (running?.version === release.version && running.commit === release.commit)
    throw new UserError(
      `${service} ${plainText(version, 40)} is already live in ${environment}, so there is nothing to deploy.`,
    );
  return release;
}

function requireReason(said: string): string {
  const reason = cleanText(said, 300);
  if (reason !== '') return reason;
  throw new UserError('Say why it can’t wait: an emergency deployment needs a reason. Nothing was started.');
}

/** `, skipping 1 approval, a freeze and Dana Developer's lock` */
function describeSkips(skipped: readonly SkippedRule[]): string {
  if (skipped.length === 0) return '';
  const names = skipped.map(({ name, detail }) => plainText(`${name} (${detail})`, 200));
  return `, skipping ${enumerate(names)}`;
}
