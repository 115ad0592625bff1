import type { Turn } from '../../../chat/contract';
import { bandState, statuses } from '../../../core/card';
import { whoMay } from '../../../core/catalog/rights';
import { secondApprovalMark } from '../../../core/operations';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeMoment, footerTime } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import type { Workflow } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import { labelOf } from '../../deployments';
import type { HealthReport } from '../../health';
import { quiet, skippedRows } from '../cards';
import type { EmergencyContent } from '../cards';
import { audienceOf, describeAudience } from '../facts';
import type { EmergencyNeeds } from '../facts';
import type { EmergencyPreview, PreviewEvent, PreviewVerdict } from './workflow';

/** The card of a preview: what would happen, who would be told, and the two answers; later, the outcome. */

export interface PreviewParts extends EmergencyNeeds {
  readonly deps: FeatureDependencies;
  readonly previews: Pick<Workflow<EmergencyPreview, PreviewEvent, object, PreviewVerdict>, 'apply' | 'records'>;
}

/** The topic of these cards. */
export const previewTopic = (id: string): string => `emergency-preview:${id}`;

type Drawn = EmergencyContent & { readonly about: string };

/** For its owner. `remark` says why it is shown again. */
export async function drawPreview(
  parts: PreviewParts,
  turn: Pick<Turn, 'place' | 'reference'>,
  { id, value: preview }: Stored<EmergencyPreview>,
  remark = '',
): Promise<Drawn> {
  const { deps } = parts;
  const { timeZone } = deps.catalog();
  const { service, environment, release, owner, state } = preview;
  const title = `${service} ${release} to ${environment}`;
  const footer = `For ${plainText(owner.name, 60)} · ${footerTime(deps.clock.now(), timeZone)} · ref\u00A0${turn.reference}`;
  const frame = { ...quiet, id, kind: 'Emergency deployment', title: plainText(title, 120), footer };
  const about = previewTopic(id);
  if (state !== 'open') {
    const started = preview.number === undefined ? undefined : await parts.deployments.find(`${preview.number}`);
    const over = { ...describeOver(preview, title), deploymentId: started?.id ?? '' };
    return { about, card: 'emergencies/emergency', data: { ...frame, ...over } };
  }
  return {
    about,
    card: 'emergencies/emergency',
    data: { ...frame, ...(await question(parts, turn, preview, remark)) },
  };
}

function describeOver({ owner, state, number }: EmergencyPreview, title: string) {
  const who = plainText(owner.name, 60);
  if (state === 'started')
    return {
      state: { ...bandState('done'), word: 'Started', tone: 'emphasis' },
      summary: `Started as D-${number}: ${cleanText(title, 120)}`,
      sentence: `**${who} started this as D-${number}.** The D-${number} card shows the progress and the skipped rules.`,
    };
  const how = state === 'dismissed' ? `${who} canceled this.` : `${who} didn’t start this in time.`;
  return {
    state: state === 'dismissed' ? { ...bandState('cancelled'), word: 'Canceled' } : bandState('expired'),
    summary: `Nothing was started: ${cleanText(title, 120)}`,
    sentence: `**${how}** Nothing was started, and nobody was notified.`,
  };
}

async function question(
  parts: PreviewParts,
  turn: Pick<Turn, 'place'>,
  preview: EmergencyPreview,
  remark: string,
): Promise<Omit<EmergencyContent['data'], 'id' | 'kind' | 'title' | 'footer'>> {
  const { service, environment, release, shown, reason, owner, wakeAt } = preview;
  const title = `${service} ${release} to ${environment}`;
  const skips = skippedRows(shown);
  return {
    ...quiet,
    state: { ...bandState('draft'), word: 'Preview', tone: 'warning' },
    summary: `Preview of an emergency deployment, nothing has started: ${cleanText(title, 120)}`,
    sentence: [`**Nothing has started.**`, remark, sentenceOf(preview)].filter(Boolean).join(' '),
    skipsTitle: skips.length > 0 ? 'Skips these rules' : '',
    skips,
    facts: await factsOf(parts, turn, preview),
    note: `Only ${plainText(owner.name, 60)} can start this${wakeAt === undefined ? '' : `, and only until ${describeMoment(wakeAt, parts.deps.clock.now(), parts.deps.catalog().timeZone)}`}.`,
    reason,
    start: `Deploy ${cleanText(release, 14)} now`,
  };
}

function sentenceOf({ shown, service, release, environment }: EmergencyPreview): string {
  if (shown.length > 0) return 'If you continue, you’ll skip the rules below, and Gavel will notify everyone listed.';
  const line = `deploy ${service} ${plainText(release, 40)} to ${environment}`;
  return `No rule blocks this deployment, so it doesn’t have to be an emergency. To deploy without a review, type \`${line}\`.`;
}

async function factsOf(parts: PreviewParts, turn: Pick<Turn, 'place'>, preview: EmergencyPreview) {
  const { deps, deployments, health } = parts;
  const catalog = deps.catalog();
  const { service, environment, owner, shown } = preview;
  const target = { service, environment };
  const [report, current, changes, audience] = await Promise.all([
    health.report(service, environment),
    deployments.current(target),
    describeChanges(parts, preview),
    audienceOf(parts, target, { requester: owner, placeId: turn.place.id, skipped: shown }),
  ]);
  const ahead = current && current.deployment.state !== 'approved' ? labelOf(current.deployment) : '';
  const reviewers = whoMay(catalog, 'approve', target).filter(({ id }) => id !== owner.id);
  const second = secondApprovalMark(catalog, [{ operation: 'emergency-deploy', reach: target }]);
  return [
    {
      title: 'Replaces',
      value: describeReplaced(report),
    },
    { title: 'Changes', value: changes },
    { title: 'Starts', value: ahead === '' ? '' : `When ${ahead} finishes` },
    { title: 'Also\u00A0needed', value: second ? 'A second approval before it starts' : '' },
    { title: 'Notifies', value: plainText(await describeAudience(deps, audience), 500) },
    {
      title: 'Can\u00A0review',
      value: `${nameSome(reviewers.map(({ name }) => name)) || 'Nobody yet'}, once it finishes`,
    },
  ].filter(({ value }) => value !== '');
}

function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => plainText(name, 60));
  return enumerate([...shown, ...(names.length > 3 ? [`${names.length - 3} more`] : [])], 'or');
}

/** `3 commits: “Close idle connections”, …`; empty if nobody can tell. */
function describeReplaced({ live, state }: HealthReport): string {
  if (live.found !== 'release') return live.found === 'none' ? 'Nothing is live there' : 'Couldn’t be read';
  const { glyph, word } = statuses[state];
  return `${plainText(live.running.version, 40)}, ${glyph}\u00A0${word}`;
}

async function describeChanges({ deps }: PreviewParts, { service, environment, release }: EmergencyPreview) {
  try {
    const running = await deps.systems.running(service, environment)?.read();
    const found = running && (await deps.systems.source(service)?.commitsBetween(running.version, release));
    if (!found) return '';
    const [first] = found.commits;
    if (found.direction === 'back') return 'An older release than the one that is live';
    if (!first) return 'No commits between the two';
    const { length } = found.commits;
    return `${plural(length, 'commit')}${length === 1 ? ':' : ', including'} “${plainText(first.message, 80)}”`;
  } catch (error) {
    deps.logger.debug({ error, service }, 'What an emergency deployment changes could not be read');
    return '';
  }
}
