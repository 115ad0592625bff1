import type { CardContent, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { lookUp } from '../../../core/look-up';
import { bandState } from '../../../core/card/status';
import { cleanText, plainText } from '../../../core/text';
import { footerTime } from '../../../core/time/words';
import { capital } from '../../policy';
import type { Desk } from './desk';
import { outlookOf } from './outlook';
import { readPreview } from './preview';
import type { Preview, Target } from './preview';
import { commitRows, commitsTitle, nowWords } from './preview-words';
import type { Shown } from './record';
import { approverNames, ruleWords } from './rule-words';

/** Reads what rolling back would mean and draws the card that asks first. */
export async function drawRollback(
  desk: Desk,
  turn: Turn,
  id: string,
  target: Target,
  wanted?: string,
): Promise<{ content: CardContent; shown: Shown }> {
  const { deps, deployments, health } = desk;
  const { service, environment } = target;
  const catalog = deps.catalog();
  const rules = lookUp(catalog.environments, environment);
  const connector = deps.connectorOf(service);
  const [back, running] = await Promise.all([
    wanted === undefined ? deployments.rollbackTarget(service, environment) : named(desk, target, wanted),
    connector.environments?.running(service, environment),
  ]);
  if (!back || !rules) throw nothingBefore(target);
  const preview = await readPreview(
    { catalog: deps.catalog, connector, deployments, health, policy: desk.policy, person: turn.person },
    { ...target, release: back.version, kind: 'rollback' },
    { running, recent: [] },
  );
  if (!preview)
    throw new UserError(`${back.version} of ${service} is no longer there. Write deploy ${service} to choose.`);
  const now = deps.clock.now();
  const rule = rules.rollback;
  const required = rule.required > 0;
  const { canAsk, sentence } = outlookOf(rule, preview);
  const instead = running ? `, in place of ${running.version}` : '';
  const content: CardContent = {
    card: 'deployments/rollback',
    data: {
      id,
      kind: 'Roll back',
      state: bandState('draft'),
      title: `${service} back to ${back.version} in ${environment}`,
      summary: `Roll back: ${service} to ${back.version} in ${environment}, nothing asked for yet`,
      sentence: `**Nothing is asked for yet.** It would go back to ${back.version}, which was verified there before${instead}. ${sentence}`,
      facts: [
        { title: 'Now', value: nowWords(preview.report, running?.since, now, catalog.timeZone) },
        { title: 'Target', value: `${back.version}, commit ${cleanText(back.commit, 40).slice(0, 7)}` },
        { title: 'Rule', value: ruleWords(rule) },
        ...(required ? [{ title: 'Who', value: approverNames(catalog, rule, target, turn.person.id) }] : []),
      ],
      busy: busyWords(preview),
      commitsTitle: commitsTitle(preview),
      ...commitRows(preview.commits),
      button: !canAsk ? '' : required ? `Ask for ${back.version} back` : `Roll back to ${back.version}`,
      footer: `For you in ${plainText(turn.place.name, 60)} · ${footerTime(now, catalog.timeZone)} · ref ${turn.reference}`,
    },
  };
  return { content, shown: { ...target, release: preview.release.version, commit: preview.release.commit } };
}

/** The release that was named, if going there is a rollback. */
async function named(
  { deps, deployments }: Desk,
  { service, environment }: Target,
  version: string,
): Promise<{ version: string; commit: string }> {
  const release = await deps.connectorOf(service).sourceControl?.release(service, version);
  const shown = plainText(version, 40);
  if (!release)
    throw new UserError(
      `There is no release ${shown} of ${service}, so nothing was asked for. Write \`rollback ${service} in ${environment}\` to see what there is.`,
    );
  const why = await deployments.whyNoRollback(service, environment, release);
  if (why === undefined) return release;
  throw new UserError(
    `That isn't a rollback, so nothing was requested. ${plainText(why, 300)} Write \`deploy ${service} ${shown} to ${environment}\` to deploy it by the rules for deployments.`,
  );
}

function busyWords({ obstacles, onItsWay }: Preview): string {
  return [
    ...obstacles.map(({ what, cure }) => plainText(`${capital(what)}. ${cure}`, 600)),
    ...(onItsWay ? [`D-${onItsWay.number} with ${onItsWay.version} is on its way there (${onItsWay.state}).`] : []),
  ].join(' ');
}

/** What is said where no earlier release was ever verified. */
export function nothingBefore({ service, environment }: Target): UserError {
  return new UserError(
    `No earlier release of ${service} was verified in ${environment}, so there is nothing to roll back to. Write deploy ${service} to choose one.`,
  );
}
