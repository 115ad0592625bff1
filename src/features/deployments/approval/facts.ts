import type { CatalogEnvironment } from '../../../core/catalog';
import { lookUp } from '../../../core/keys';
import { statuses } from '../../../core/card';
import { capitalize, cleanText, plainText, plural } from '../../../core/text';
import { describeDuration, describeMoment } from '../../../core/time/clock';
import type { ApprovalSubject, EvidenceFact, SubjectFacts } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport, HealthReports } from '../../health';
import { servingConnector } from '../../contract';
import { lostBy, readEvidence, ruleNow } from './checks';
import type { Deployment } from '../contract';
import { isFinal, labelOf, describeDeployment } from '../record';
import type { DeploymentStore } from '../store';
import { describeLostRelease, describeOverride } from '../text';

const shownCommits = 5;

/** How an approval sees a deployment: what would happen, what it is bound to, and whom to tell. */
export function deploymentSubject(
  deps: FeatureDependencies,
  store: DeploymentStore,
  health: HealthReports,
): ApprovalSubject {
  async function found(id: string): Promise<Deployment> {
    const stored = await store.get(id);
    if (!stored) throw new Error(`No deployment ${id}`);
    return stored.value;
  }

  async function commitNow({ service, version, commit }: Deployment): Promise<string> {
    const source = servingConnector(deps, service)?.sourceControl;
    return source ? ((await source.release(service, version))?.commit ?? 'gone') : commit;
  }

  return {
    rule: async (id) => ruleNow(deps.catalog(), await found(id)),
    async ground(id) {
      const deployment = await found(id);
      return isFinal(deployment) ? undefined : lostBy(deps, deployment);
    },
    async evidence(id) {
      return readEvidence({ deps, store, health }, await found(id));
    },
    async facts(id) {
      const deployment = await found(id);
      const { service, environment } = deployment;
      const [commit, report] = await Promise.all([
        commitNow(deployment).catch(() => undefined),
        health.report(service, environment),
      ]);
      const catalog = deps.catalog();
      return subjectFacts(deployment, {
        evidence: await readEvidence({ deps, store, health }, deployment, report),
        commit,
        report,
        environment: lookUp(catalog.environments, environment),
        connector: deps.connectorOf(service).name,
        now: deps.clock.now(),
        timeZone: catalog.timeZone,
      });
    },
    async boundTo(id) {
      const deployment = await found(id);
      if (deployment.state !== 'requested' && deployment.state !== 'awaiting approval') return undefined;
      return commitNow(deployment);
    },
    async decided(id, outcome) {
      await store.apply(id, { type: 'decided', outcome });
    },
  };
}

interface Around {
  readonly evidence: readonly EvidenceFact[];
  /** Undefined: it could not be read. */
  readonly commit: string | undefined;
  readonly report: HealthReport;
  readonly environment: CatalogEnvironment | undefined;
  readonly connector: string;
  readonly now: number;
  readonly timeZone: string;
}

function subjectFacts(deployment: Deployment, around: Around): SubjectFacts {
  const { version, kind, reason, changes, override } = deployment;
  const { environment } = around;
  const facts = [
    { title: 'Why', value: plainText(reason, 300) },
    { title: 'In spite', value: override ? describeOverride(override) : '' },
    { title: 'Commit', value: describeCommit(deployment, around.commit) },
    { title: 'Replaces', value: describeReplaced(deployment, around) },
    { title: 'Risk', value: describeRisk(environment, changes.direction) },
    { title: 'Now', value: describeHealth(around.report) },
    { title: 'Then', value: describeThen(deployment, around) },
  ];
  const more = changes.total - Math.min(shownCommits, changes.commits.length);
  return {
    title: describeDeployment(deployment),
    label: labelOf(deployment),
    nothingIs: kind === 'rollback' ? 'rolled back' : 'deployed',
    approveTitle: version.length <= 14 ? `Approve ${cleanText(version)}` : `Approve ${labelOf(deployment)}`,
    facts: facts.filter((fact) => fact.value !== ''),
    evidence: around.evidence,
    commitsTitle: commitsTitle(changes),
    commits: changes.commits
      .slice(0, shownCommits)
      .map(({ id, message, author }) => ({ commit: id.slice(0, 7), message, author })),
    commitsMore: more > 0 ? `and ${more} more` : '',
  };
}

function describeCommit({ commit }: Deployment, now: string | undefined): string {
  const shown = plainText(commit.slice(0, 7));
  if (now === undefined) return `${shown}, could not be checked`;
  if (now === commit) return `${shown}, nothing newer`;
  return now === 'gone'
    ? `${shown}, its release is gone`
    : `${shown}, but the release is now ${plainText(now.slice(0, 7))}`;
}

function describeReplaced({ replaces }: Deployment, { report, now, timeZone }: Around): string {
  const { running } = report;
  const shown = running ?? replaces;
  return shown
    ? `${plainText(shown.version, 40)}, running since ${describeMoment(shown.since, now, timeZone)}`
    : 'nothing, it is the first';
}

/** The plan in one line: what happens once it is approved. */
function describeThen({ kind, replaces, noWayBack }: Deployment, { environment, report, connector }: Around): string {
  if (!environment) return '';
  const running = report.running?.version ?? replaces?.version;
  const after = noWayBack
    ? `people decide if unwell: ${describeLostRelease(noWayBack)}`
    : running === undefined || !environment.rollBackAutomatically || kind === 'rollback'
      ? 'people decide if unwell'
      : `back to ${running} if unwell`;
  const watched = `watched for ${describeDuration(environment.verifyForSeconds * 1000)}`;
  return plainText(`Run in ${connector}, ${watched}, ${after}`, 300);
}

function describeRisk(
  environment: CatalogEnvironment | undefined,
  direction: Deployment['changes']['direction'],
): string {
  const risk = environment?.risk ?? 'high';
  const word = capitalize(risk);
  return direction === 'back' ? `${word}, goes back to an older release` : word;
}

function describeHealth({ state, trouble }: HealthReport): string {
  const { glyph, word } = statuses[state];
  return `${glyph}\u00A0${word}${trouble === '' ? '' : `: ${trouble}`}`;
}

function commitsTitle({ total, direction, commits }: Deployment['changes']): string {
  if (total === 0) return '';
  const authors = plural(new Set(commits.map((commit) => commit.author)).size, 'person', 'people');
  return `${direction === 'back' ? 'What goes away' : 'What changes'}: ${plural(total, 'commit')} by ${authors}`;
}
