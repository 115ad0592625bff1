import type { CardContent } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import type { Target } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import type { ReleaseThere } from '../../../core/release-acts';
import { cleanText, plainText } from '../../../core/text';
import { evidenceFact, passedEvidence } from '../../approvals';
import { healthTitle } from '../checks';
import { approvalFacts, commitRows, countCommits, describeNow, footerFor } from '../picker/cards';
import { blocksOf, outlookOf, readPreview } from '../picker/facts';
import type { Asker, PickerParts, Preview, ReleaseChoice } from '../picker/facts';
import { noRollback } from '../request';
import { pageFor } from '../store';
import { describeOnItsWay, rollbackButton } from '../text';

/** Reads what a rollback would mean, and draws the card that asks first. */
export async function drawRollback(
  parts: PickerParts,
  turn: Asker,
  id: string,
  { release: wanted, reason = '', ...target }: Target & Pick<ReleaseChoice, 'release' | 'reason'>,
): Promise<{ content: CardContent; shown: ReleaseThere; obstacles: Preview['obstacles'] }> {
  const { deps, deployments } = parts;
  const { service, environment } = target;
  const catalog = deps.catalog();
  const rules = lookUp(catalog.environments, environment);
  const [back, running] = await Promise.all([
    wanted === undefined ? deployments.rollbackTarget(service, environment) : namedRelease(parts, target, wanted),
    deps.systems.running(service, environment)?.read(),
  ]);
  if (!back || !rules) throw nothingBefore(target);
  const preview = await readPreview(
    parts,
    turn,
    { ...target, release: back.version, kind: 'rollback', reason },
    { running, recent: [] },
  );
  if (!preview)
    throw new UserError(
      `Release ${back.version} of ${service} no longer exists. Type \`deploy ${service}\` to choose another one.`,
    );
  const now = deps.clock.now();
  const rule = rules.rollback;
  const required = rule.required > 0;
  const { canAsk, sentence } = outlookOf(
    rule,
    preview,
    `roll back ${service} in ${environment} to ${back.version}`,
    'rollback',
  );
  const { onItsWay } = preview;
  const release = plainText(back.version, 40);
  const instead = running ? ` and would replace ${plainText(running.version, 40)}` : '';
  const content: CardContent<'deployments/rollback'> = {
    card: 'deployments/rollback',
    data: {
      id,
      kind: 'Roll back',
      state: bandState('draft'),
      title: `${service} back to ${release} in ${environment}`,
      summary: `Roll back: ${service} to ${back.version} in ${environment}, nothing requested yet`,
      sentence: `${sentence} ${release} was verified in ${environment} earlier${instead}.`,
      ...blocksOf(preview),
      notes: onItsWay ? [{ word: 'In progress', text: cleanText(describeOnItsWay(onItsWay), 600) }] : [],
      facts: [
        { title: healthTitle, value: describeNow(preview.report, running?.since, now, catalog.timeZone) },
        { title: 'Release', value: `${release}, commit ${cleanText(back.commit, 40).slice(0, 7)}` },
        ...approvalFacts(rule, preview),
        ...passedEvidence(preview.evidence, healthTitle).map(evidenceFact),
      ],
      commitsTitle: countCommits(preview),
      ...commitRows(preview.commits, (commit) => pageFor(catalog, service, 'commit', commit)),
      reason: cleanText(reason, 300),
      button: !canAsk ? '' : required ? 'Request rollback' : rollbackButton(back.version),
      footer: footerFor(turn, now, catalog.timeZone),
    },
  };
  const { version, commit } = preview.release;
  return { content, shown: { ...target, release: version, commit }, obstacles: preview.obstacles };
}

/** The named release, if going there is a rollback. */
async function namedRelease({ deps, deployments }: PickerParts, { service, environment }: Target, version: string) {
  const release = await deps.systems.source(service)?.release(version);
  const shown = plainText(version, 40);
  if (!release)
    throw new UserError(
      `There is no release ${shown} of ${service}. Nothing was requested. Type \`rollback ${service} in ${environment}\` to see what’s available.`,
    );
  const why = await deployments.whyNoRollback(service, environment, release);
  if (why === undefined) return release;
  throw noRollback({ service, environment }, version, why);
}

/** The refusal if no earlier release was ever verified. */
export function nothingBefore({ service, environment }: Target): UserError {
  return new UserError(
    `No earlier release of ${service} was verified in ${environment}, so there is nothing to roll back to. Type \`deploy ${service}\` to choose a release.`,
  );
}
