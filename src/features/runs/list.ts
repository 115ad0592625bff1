import type { CardContent, Turn } from '../../chat/contract';
import { statuses } from '../../core/card';
import { cleanText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { runBand, runStatusName } from './cards';
import type { PipelineRun } from './contract';
import { runLabel, titleOf } from './text';

/** Runs, newest first. */
export function runsCard(
  deps: Pick<FeatureDependencies, 'catalog' | 'clock'>,
  turn: Pick<Turn, 'reference'>,
  runs: readonly { readonly id: string; readonly value: PipelineRun }[],
  about: string,
): CardContent<'policy/list'> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const count = runs.length === 0 ? 'No runs' : plural(runs.length, 'run');
  return drawList(deps, turn, {
    kind: 'Runs',
    title: `${count}${about}`,
    summary: `${count}${about}`,
    sentence:
      runs.length === 0
        ? '**There are no runs to show.** Type `run` to choose a pipeline.'
        : '**Newest first.** To run one again, type `run again` and its number.',
    most: 20,
    rows: runs.map(({ id, value }) => {
      const status = statuses[runStatusName(value)];
      return {
        ...{ glyph: status.glyph, color: status.color },
        name: cleanText(`${runLabel(value)} ${titleOf(value)}`, 100),
        words: cleanText(`${runBand(value).word} · ${value.requester.name}`, 120),
        when: describeMoment(value.startedAt ?? value.preparedAt, now, timeZone),
        ...{ action: `Show ${runLabel(value)}`, verb: 'runs.view', id },
      };
    }),
    actions: [{ title: 'Run a pipeline', verb: 'chat.run', id: 'run' }],
  });
}
