import type { Logger } from '../core/telemetry/logger';

/** What one look at the installation found. */
export interface Finding {
  /** What was looked at, as a few words. */
  readonly about: string;
  /** It wasn't checked, and what to do so that it is; neither good nor a problem. */
  readonly unchecked?: string;
  /** One sentence with its cure; absent when all is well. */
  readonly problem?: string;
}

/** Why a call got no answer, in the words of the system: `ECONNREFUSED`, `no answer within 5 s`. */
export function causeOf(error: unknown): string {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError') return 'no answer in time';
    const { code } = each as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Writes each problem of a self-check into the log; gives the findings back. */
export function logFindings(findings: readonly Finding[], logger: Logger): readonly Finding[] {
  const problems = findings.flatMap(({ problem }) => problem ?? []);
  for (const problem of problems) logger.warn({ problem }, 'The self-check found a problem');
  if (problems.length === 0) logger.info({ looks: findings.length }, 'The self-check found no problem');
  return findings;
}
