import type { TracedAct } from './acts';
import type { Call } from './instrument';
import { filesOnTheWay } from './watch';

/** The files that ran, each once, in the order of their first call. */
export function filesIn(ran: readonly Call[]): readonly string[] {
  return [...new Set(ran.map(({ file }) => file))];
}

/** One act as text: its files by folder, each with its position in the order and the functions that ran; then the path to the decision. */
export function pageOf({ title, decisionIs, ran, decision }: TracedAct): string {
  const files = filesIn(ran);
  const folders = [...new Set(files.map(folderOf))];
  const lines = folders.flatMap((folder) => {
    const here = files.filter((file) => folderOf(file) === folder);
    return [`  ${folder || '.'}: ${here.length}`, ...here.map((file) => lineOf(file, files.indexOf(file) + 1, ran))];
  });
  const way = filesOnTheWay(decision).map((file) => `  ${file}`);
  return [`# ${title}`, ...lines, `  the way to ${decisionIs}:`, ...way.map((file) => `  ${file}`), ''].join('\n');
}

function lineOf(file: string, position: number, ran: readonly Call[]): string {
  const names = ran.filter((call) => call.file === file && call.name !== '').map(({ name }) => name);
  return `  ${String(position).padStart(4)} ${file.slice(file.lastIndexOf('/') + 1)}: ${names.join(', ')}`;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}
