import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Arguments, Command, DescribeAudit, Feature, Reply, Turn } from '../../chat/contract';
import { requirePlace, unknownName } from '../../core/catalog/refusals';
import { holdsRole, whoHolds } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { approvedRelease, releaseAct } from '../../core/operations';
import type { Act } from '../../core/operations';
import { cleanText, enumerate, plainText } from '../../core/text';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { whatComesNext } from '../deployments';
import type { Deployments } from '../deployments';
import { listReviews, reviewCard } from './cards';
import { createReviewStore } from './workflow';
import type { ReviewStore } from './workflow';

interface EmergencyParts {
  readonly deps: FeatureDependencies;
  readonly deployments: Deployments;
  readonly reviews: ReviewStore;
}

/** Deploying past every rule when it must be, loud in every place, with a review that stays open. */
export function createEmergencies(
  deps: FeatureDependencies,
  { deployments, announcements }: { readonly deployments: Deployments; readonly announcements: Announcements },
): { feature: Feature } {
  const reviews = createReviewStore(deps);
  const parts = { deps, deployments, reviews };
  deployments.onEmergency(async (id, deployment) => {
    const { number, service, environment, version, reason, placeId, correlationId } = deployment;
    await reviews.open({
      ...{ number, service, environment, reason, correlationId },
      deploymentId: id,
      title: `${service} ${version} to ${environment}`,
      by: deployment.requester,
      openedAt: deployment.requestedAt,
      placeIds: [...new Set([placeId, ...(await announcements.places())])],
    });
  });
  const commands = emergencyCommands(parts);
  return { feature: { name: 'emergencies', commands, actions: [closeAction(parts)], describeAudit } };
}

/** What one may type about emergencies. */
function emergencyCommands(parts: EmergencyParts): Command[] {
  const { deps, reviews } = parts;
  return [
    {
      name: 'emergency deploy',
      operation: 'emergency-deploy',
      summary: 'Deploy past every rule; notify everyone, review it later',
      topic: 'Ship',
      arguments: [
        { name: 'service', kind: 'service', summary: 'what to deploy', required: true },
        { name: 'release', kind: 'release', summary: 'which version', required: true },
        { name: 'environment', kind: 'environment', summary: 'where to', keyword: 'to', required: true },
        { name: 'reason', kind: 'text', summary: "why it can't wait", keyword: 'because' },
      ],
      examples: ['emergency deploy shop 2.14.1 to production because customers can’t pay'],
      right: 'deploy',
      preview: (turn, args) => previewEmergency(deps, turn, args),
      acts: async (turn, args) => [await emergencyAct(deps, turn, args)],
      run: (turn, args, approved) => deployNow(parts, turn, args, approved),
    },
    {
      name: 'emergency reviews',
      synonyms: ['reviews'],
      operation: 'look',
      summary: 'List emergency deployments that wait for a review',
      shows: ['emergency-reviews'],
      topic: 'Look',
      examples: ['emergency reviews'],
      right: 'view',
      run: (turn) => listReviews(deps, reviews, turn),
    },
    {
      name: 'emergency review',
      synonyms: ['close review'],
      operation: 'review',
      summary: 'Close the review of an emergency deployment',
      topic: 'Decide',
      arguments: [
        { name: 'id', kind: 'deployment', summary: 'its number', required: true },
        { name: 'findings', kind: 'text', summary: 'what was found', keyword: 'because' },
      ],
      examples: ['emergency review D-1042 because the missing check was added'],
      right: 'approve',
      acts: (_turn, { id = '' }) => reviewActs(reviews, id),
      async run({ person }, { id = '', findings = '' }) {
        const { value } = await reviews.close(id, person, cleanText(findings, 500));
        return {
          text: `**The review of D-${value.number} is closed.** ${plainText(value.title, 120)}: ${plainText(value.closed?.findings ?? '', 500)}`,
        };
      },
    },
  ];
}

/** The button of the card that a review stays open on. */
function closeAction({ deps, reviews }: EmergencyParts): Action {
  return defineAction({
    verb: 'emergencies.close',
    operation: 'review',
    acts: (_turn, { id }) => reviewActs(reviews, id),
    input: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/), findings: z.string().max(500).default('') }),
    freeText: ['findings'],
    async run({ person }, { id, findings }) {
      const { value } = await reviews.close(id, person, cleanText(findings, 500));
      return reviewCard(id, value, deps.clock.now(), deps.catalog().timeZone);
    },
  });
}

async function reviewActs(reviews: ReviewStore, idOrNumber: string): Promise<readonly Act[]> {
  const { service, environment } = (await reviews.known(idOrNumber)).value;
  return [{ operation: 'review', reach: { service, environment } }];
}

/** What is to be deployed past every rule, and why; to those who may. */
function askedBy(deps: FeatureDependencies, turn: Turn, args: Arguments) {
  const { service = '', release: version = '', environment = '' } = args;
  const target = { service, environment };
  const catalog = deps.catalog();
  const role = lookUp(catalog.environments, environment)?.breakGlass ?? 'admin';
  if (!holdsRole(catalog, turn.person.id, role, target)) {
    const who = whoHolds(catalog, role, target).map(({ name }) => plainText(name, 60));
    throw new UserError(
      `You can't do an emergency deployment to ${plainText(environment, 40)}: it needs the role ${role}. Nothing was started. ${enumerate(who.slice(0, 4), 'or') || 'Nobody yet'} can.`,
    );
  }
  const reason = cleanText(args['reason'] ?? '', 300);
  if (reason === '')
    throw new MissingWordError(
      'reason',
      `An emergency deployment needs a reason, so nothing was started. Write \`emergency deploy ${service} ${plainText(version, 40)} to ${environment} because …\`.`,
    );
  return { service, version, environment, reason };
}

async function previewEmergency(deps: FeatureDependencies, turn: Turn, args: Arguments): Promise<string> {
  const { service, version, environment } = askedBy(deps, turn, args);
  const running = await deps.connectorOf(service).environments?.running(service, environment);
  const instead = running === undefined ? '' : `, in place of ${plainText(running.version, 40)}`;
  return `Brings ${service} ${plainText(version, 40)} to ${environment} at once${instead}: without approval, past freezes and locks. Every announced channel hears of it, and somebody else has to review it.`;
}

/** The release as it is now: what its version means later is not what was looked at. */
async function emergencyAct(deps: FeatureDependencies, turn: Turn, args: Arguments): Promise<Act> {
  const { service, version, environment } = askedBy(deps, turn, args);
  requirePlace(deps.catalog(), service, environment, 'nothing was requested');
  const release = await deps.connectorOf(service).sourceControl?.release(service, version);
  if (!release) throw unknownName('release', version, [], 'nothing was requested', ` of ${service}`);
  return releaseAct('emergency-deploy', { service, environment, release: version, commit: release.commit });
}

async function deployNow(
  { deps, deployments }: EmergencyParts,
  turn: Turn,
  args: Arguments,
  approved: readonly Act[] | undefined,
): Promise<Reply> {
  const exact = approvedRelease(approved);
  const { service, version, environment, reason } = askedBy(deps, turn, { ...args, ...exact });
  const { person: requester, place, thread, correlationId } = turn;
  const asked = await deployments.request({
    ...{ service, environment, version, reason, requester, thread, correlationId },
    key: correlationId,
    kind: 'deploy',
    ...(exact && { commit: exact.commit }),
    emergency: true,
    placeId: place.id,
  });
  const { deployment } = asked;
  const next = await whatComesNext(deps, deployments, asked);
  return {
    text: `**D-${deployment.number} skips every rule.** ${next} Every announced channel is told, and somebody else has to review it.`,
    audit: {
      target: `D-${deployment.number} ${service} in ${environment}`,
      outcome: 'emergency',
      detail: { version, reason },
    },
  };
}

const describeAudit: DescribeAudit = ({ outcome, target, detail = {} }, names) => {
  const [, label = target, service = '', environment = ''] = /^(D-\d+)(?: (.+) in (.+))?$/.exec(target) ?? [];
  if (outcome === 'reviewed')
    return `closed the review of the emergency deployment of ${names.deployment(label) ?? 'a release'} (${label}): “${detail['findings'] ?? ''}”`;
  if (outcome !== 'emergency') return undefined;
  return `deployed ${service} ${detail['version'] ?? ''} to ${environment} as an emergency (${label}): “${detail['reason'] ?? ''}”`;
};
