import type { Question } from '../../../chat/contract';
import type { PipelineRun } from '../contract';
import { runLabel, titleOf } from '../text';

/** What Gavel asks about a run that it lost. Pure. */

/** The question before somebody says what happened to a run that nobody could find. */
export function askRunSettling(run: PipelineRun, as: 'again' | 'not'): Question {
  return as === 'again'
    ? {
        title: `Start ${titleOf(run)} again?`,
        sentence: `**Make sure that ${runLabel(run)} isn’t running.** Two runs at once can cause damage.`,
        ...{ go: 'Start run again', revision: run.state },
      }
    : {
        title: `Close ${runLabel(run)}?`,
        sentence: `**${runLabel(run)} will be recorded as canceled.** Nothing will be started or stopped.`,
        ...{ go: `Close ${runLabel(run)}`, revision: run.state },
      };
}
