import type { DescribeAudit } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import type { AuditEntry } from '../../store/contract';

/** `requested shop 2.15.0 for production (D-1002)`: the lines of the audit log about deployments. */
export const describeDeploymentAudit: DescribeAudit = (entry) => {
  const told = partsOf(entry);
  const verb = entry.what.replace('deployments.', '');
  const sentence = (entry.what.startsWith('deployments.') && lookUp(sentences, verb)?.(told, entry)) || undefined;
  return sentence && `${sentence} (${told.label})`;
};

interface TargetParts {
  readonly label: string;
  readonly service: string;
  readonly environment: string;
  /** Empty in lines without it. */
  readonly version: string;
  readonly isRollback: boolean;
}

function partsOf({ target, detail }: AuditEntry): TargetParts {
  const [, label = target, service = 'a deployment', environment = 'its environment'] =
    /^(D-\d+) (.+) in (.+)$/.exec(target) ?? [];
  const version = typeof detail?.['version'] === 'string' ? detail['version'] : '';
  return { label, service, environment, version, isRollback: detail?.['kind'] === 'rollback' };
}

/** `shop 2.15.0` */
function releaseOf({ service, version }: TargetParts): string {
  return version === '' ? service : `${service} ${version}`;
}

/** `the deployment of shop 2.15.0 to production` */
function changeOf(told: TargetParts): string {
  const { service, environment, version, isRollback } = told;
  return isRollback
    ? `the rollback of ${service} to ${version} in ${environment}`
    : `the deployment of ${releaseOf(told)} to ${environment}`;
}

const answers: Readonly<Record<string, string>> = { ran: 'ran', again: 'never started and can run', not: 'never ran' };

const sentences: Readonly<Record<string, (told: TargetParts, entry: AuditEntry) => string | undefined>> = {
  request: (told) =>
    told.isRollback ? `requested ${changeOf(told)}` : `requested ${releaseOf(told)} for ${told.environment}`,
  start: (told) => `started ${changeOf(told)}`,
  cancel: (told) => `requested the cancellation of ${changeOf(told)}`,
  unclear: (told) => `couldn’t tell how ${changeOf(told)} ended`,
  settle: (told, { outcome }) => `said that ${changeOf(told)} ${lookUp(answers, outcome) ?? 'was looked up'}`,
  rollback: ({ service, environment }, { outcome }) => `started to roll ${service} ${outcome} in ${environment}`,
  end: (told, { outcome }) => lookUp(endings, outcome)?.(told) ?? `ended ${changeOf(told)}`,
};

const endings: Readonly<Record<string, (told: TargetParts) => string>> = {
  succeeded: (told) =>
    told.isRollback ? `completed ${changeOf(told)}` : `deployed ${releaseOf(told)} to ${told.environment}`,
  failed: (told) => `reported that ${changeOf(told)} failed`,
  'rolled back': (told) => `rolled back ${releaseOf(told)} in ${told.environment}`,
  rejected: (told) => `rejected ${changeOf(told)}`,
  expired: (told) => `closed ${changeOf(told)} because it wasn’t approved in time`,
  cancelled: (told) => `canceled ${changeOf(told)}`,
  canceled: (told) => `canceled ${changeOf(told)}`,
  superseded: (told) => `replaced ${changeOf(told)} by a newer request`,
};
