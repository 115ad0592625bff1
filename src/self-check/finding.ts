import type { Logger } from '../core/telemetry/logger';

/** The result of one check of the installation. */
export interface Finding {
  /** What was checked, in a few words. */
  readonly about: string;
  /** It wasn't checked, and what the check needs; neither good nor a problem. */
  readonly unchecked?: string;
  /** One sentence with its fix; absent if everything is fine. */
  readonly problem?: string;
}

/** Why a call got no answer, in the system's words: `ECONNREFUSED`, `no response within 5 s`. */
export function causeOf(error: unknown): string {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError') return 'no response in time';
    const { code } = each as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Logs each problem of a self-check; returns the findings. */
export function logFindings(findings: readonly Finding[], logger: Logger): readonly Finding[] {
  const problems = findings.flatMap(({ problem }) => problem ?? []);
  for (const problem of problems) logger.warn({ problem }, 'The self-check found a problem');
  if (problems.length === 0) logger.info({ looks: findings.length }, 'The self-check found no problem');
  return findings;
}
