import { keepRecent } from '../../../core/keys';
import { ifFound } from '../client';
import type { BuildPlace, JenkinsClient } from '../client';
import type { RunStage } from '../schema';

/** Reads the end of what builds have written. */

/** What was read of a log so far: only what is new is asked for. */
interface Known {
  readonly size: number;
  readonly lines: readonly string[];
  /** A line that hasn’t ended. */
  readonly rest: string;
}

const maxLines = 2_000;
const keptLogs = 100;

export function createRunLogs(client: JenkinsClient) {
  const known = new Map<string, Known>();

  async function ofBuild(place: BuildPlace, maximumLines: number): Promise<string[]> {
    const key = `${place.number}/${place.job}`;
    const before = known.get(key) ?? { size: 0, lines: [], rest: '' };
    const { text, size } = (await ifFound(client.log(place, before.size))) ?? { text: '', size: 0 };
    // A log that is shorter than it was is another one: Jenkins has answered with all of it.
    const isNew = size < before.size;
    const lines = `${isNew ? '' : before.rest}${text}`.split(/\r?\n/);
    const rest = lines.pop() ?? '';
    const all = [...(isNew ? [] : before.lines), ...lines].slice(-maxLines);
    keepRecent(known, key, { size, lines: all, rest }, keptLogs);
    return lastOf(rest === '' ? all : [...all, rest], maximumLines);
  }

  /** Of the step that failed, if the plugin knows one. */
  async function ofStage(place: BuildPlace, stage: RunStage, maximumLines: number): Promise<string[] | undefined> {
    const nodes = (await ifFound(client.stage(place, stage.id)))?.stageFlowNodes ?? [];
    const failed = nodes.find(({ status }) => status === 'FAILED');
    const text = failed && (await ifFound(client.stageLog(place, failed.id)));
    if (text === undefined || text.trim() === '') return undefined;
    return lastOf(
      plainText(text)
        .replace(/\r?\n$/, '')
        .split(/\r?\n/),
      maximumLines,
    );
  }

  return {
    /** Of the stage that failed, and otherwise of the whole build. */
    async read(place: BuildPlace, stages: readonly RunStage[], maximumLines: number): Promise<string[]> {
      const failed = stages.find(({ status }) => status === 'FAILED');
      return (failed && (await ofStage(place, failed, maximumLines))) ?? (await ofBuild(place, maximumLines));
    },
  };
}

const lastOf = (lines: readonly string[], maximum: number): string[] => (maximum < 1 ? [] : lines.slice(-maximum));

const signs: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#039', "'"],
  ['#39', "'"],
  ['amp', '&'],
]);

/** The log of a step comes as HTML. */
const plainText = (html: string): string =>
  html.replace(/<[^<>]*>/g, '').replace(/&(lt|gt|quot|#0?39|amp);/g, (_, sign: string) => signs.get(sign) ?? '');
