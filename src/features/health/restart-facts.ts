import { statuses } from '../../core/card/status';
import { plainText } from '../../core/text';
import { describeDuration } from '../../core/time/words';
import type { SubjectFacts } from '../approvals';
import type { HealthReport } from './contract';
import type { Restart } from './restart';

/** What an approver sees of a restart that waits for a decision. */
export function restartFacts(id: string, restart: Restart, report: HealthReport): SubjectFacts {
  const { service, environment } = restart;
  const { running } = report;
  const { glyph, word } = statuses[report.state];
  const live = running ? `, live for ${describeDuration(report.readAt - running.since)}` : '';
  return {
    title: `Restart of ${service} in ${environment}`,
    label: restartLabel(id),
    nothingIs: 'restarted',
    approveTitle: 'Approve the restart',
    facts: [
      ...(restart.reason === '' ? [] : [{ title: 'Why', value: plainText(restart.reason, 500) }]),
      {
        title: 'Release',
        value: `${plainText(restart.version, 40)} (${plainText(restart.commit.slice(0, 7))})${live}`,
      },
      { title: 'Health', value: `${glyph}\u00A0${word}${report.trouble === '' ? '' : `: ${report.trouble}`}` },
      { title: 'Effect', value: `${service} does not answer while it restarts` },
    ],
    commitsTitle: '',
    commits: [],
    commitsMore: '',
  };
}

/** `R-4f2a91`: names a restart where people see or type it. */
export function restartLabel(id: string): string {
  return `R-${id.slice(0, 6)}`;
}
