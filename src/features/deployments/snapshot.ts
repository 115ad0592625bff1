import { plainText } from '../../core/text';
import type { HealthReport } from '../health';
import type { Deployment, HealthSnapshot } from './contract';

/** What is kept of a health report. Its `trouble` is escaped already. */
export function snapshotOf(report: HealthReport): HealthSnapshot {
  const { state, trouble, readAt, figures, loneFailure } = report;
  return {
    at: readAt,
    state,
    trouble,
    ...(figures?.p95Ms !== undefined && { p95Ms: figures.p95Ms }),
    ...(figures?.errorPercent !== undefined && { errorPercent: figures.errorPercent }),
    ...(figures?.requestsPerSecond !== undefined && { requestsPerSecond: figures.requestsPerSecond }),
    ...(loneFailure && { loneFailure }),
  };
}

/** The same, seen as the verification of this deployment: a healthy service of another release verifies nothing. */
export function verificationLook(report: HealthReport, { version, commit }: Deployment): HealthSnapshot {
  const look = snapshotOf(report);
  const { running } = report;
  if (running && (running.version !== version || running.commit !== commit))
    return {
      ...look,
      state: 'down',
      trouble: `${plainText(running.version, 40)} serves instead of ${plainText(version, 40)}`,
    };
  if (look.state === 'unknown')
    return { ...look, trouble: look.trouble === '' ? 'there are no numbers' : look.trouble };
  return look;
}
