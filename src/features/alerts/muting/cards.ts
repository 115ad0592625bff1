import type { Question } from '../../../chat/contract';
import { enumerate } from '../../../core/text';
import { describeMoment } from '../../../core/time/clock';
import { openSignals } from '../record';
import type { Alert } from '../record';
import { sourceTitle, titleOf } from '../text';
import type { AlertMoment } from '../text';
import { watchName } from '../watch/facts';

/** What Gavel asks before it silences an alert. Pure. */

/** How long to silence it, and why. */
export function askSilence(
  alert: Alert,
  { now, timeZone, systems }: AlertMoment,
  choices: readonly SilenceChoice[],
): Question {
  const sources = [...new Set(openSignals(alert).map(({ connection }) => connection))].filter(
    (each) => each !== watchName,
  );
  const there =
    sources.length === 0
      ? ''
      : ` or in ${enumerate(
          sources.map((each) => sourceTitle(systems, each)),
          'or',
        )}`;
  return {
    title: `Silence “${titleOf(alert, systems)}”?`,
    sentence: `**While it’s silenced, nobody is notified in Gavel${there}.** The card stays up to date.`,
    fields: [
      {
        name: 'until',
        label: 'Silence until',
        value: '1h',
        choices: choices.map(({ title, value, at }) => ({
          title: `${title} (${describeMoment(at, now, timeZone)})`,
          value,
        })),
      },
      { name: 'date', label: 'Or until a date and time (optional)', isShort: true },
      { name: 'why', label: 'Comment', error: 'Enter a comment.' },
    ],
    go: 'Silence alert',
  };
}

export interface SilenceChoice {
  readonly title: string;
  readonly value: string;
  readonly at: number;
}
