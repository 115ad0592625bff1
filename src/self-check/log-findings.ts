import type { Logger } from '../core/telemetry/logger';
import type { Finding } from './finding';

/** Writes each problem of a self-check into the log; gives the findings back. */
export function logFindings(findings: readonly Finding[], logger: Logger): readonly Finding[] {
  const problems = findings.flatMap(({ problem }) => problem ?? []);
  for (const problem of problems) logger.warn({ problem }, 'The self-check found a problem');
  if (problems.length === 0) logger.info({ looks: findings.length }, 'The self-check found no problem');
  return findings;
}
