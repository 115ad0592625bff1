import type { BuildbotClient } from './client';
import { outputOf } from './reading';
import type { Log, BuildStep } from './schema';

/** Reads the end of what steps have written. */

/** Buildbot's own lines before and after the output of a command, which nobody is shown. */
const headerLines = 120;
const maxLines = 5_000;
const pageLines = 1_000;

/** The last lines of these steps, at most `maximumLines`, oldest first. */
export async function readEnd(
  client: BuildbotClient,
  steps: readonly BuildStep[],
  maximumLines: number,
): Promise<string[]> {
  const wanted = Math.min(maxLines, maximumLines);
  let lines: string[] = [];
  for (const step of [...steps].reverse()) {
    const logs = await client.logs(step.stepid);
    for (const log of [...logs].reverse()) {
      if (lines.length >= wanted) return lines.slice(-wanted);
      lines = [...(await endOf(client, log, wanted - lines.length)), ...lines];
    }
  }
  return wanted < 1 ? [] : lines.slice(-wanted);
}

async function endOf(client: BuildbotClient, { logid, type, num_lines }: Log, wanted: number): Promise<string[]> {
  if (type !== 's' && type !== 't') return [];
  const contents: string[] = [];
  for (let offset = Math.max(0, num_lines - wanted - headerLines); offset < num_lines; offset += pageLines)
    contents.push(await client.contents(logid, offset, Math.min(pageLines, num_lines - offset)));
  return outputOf(type, contents.join('')).slice(-wanted);
}
