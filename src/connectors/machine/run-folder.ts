import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { idFrom, newId } from '../../core/keys';
import { CancelRecord, ProcessRecord, readRecord, RunRequestRecord, RunResult } from './records';

const keptRunMs = 90 * 24 * 3_600_000;
const draftMs = 3_600_000;
const idForm = /^[0-9a-f]{32}$/;

export const runIdOf = (key: string): string => idFrom('run', key);
export const isRunId = (id: string): boolean => idForm.test(id);

/** The runs below a folder whose result is not known yet. */
export function unfinishedRuns(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder).filter((id) => isRunId(id) && !existsSync(join(runsFolder, id, 'result.json')));
}

/** Removes runs that ended long ago, and drafts that a death has left. */
export function removeOldRuns(runsFolder: string, now: number): void {
  if (!existsSync(runsFolder)) return;
  for (const name of readdirSync(runsFolder)) {
    const path = join(runsFolder, name);
    const endedAt = readRecord(join(path, 'result.json'), RunResult)?.endedAt;
    const touchedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
    const old = isRunId(name) ? endedAt !== undefined && now - endedAt > keptRunMs : now - touchedAt > draftMs;
    if (old) rmSync(path, { recursive: true, force: true });
  }
}

export type RunFolder = ReturnType<typeof openRunFolder>;

/**
 * The folder of one run, named after its key. `request.json` claims the key, `started.json` is created once by the script that runs,
 * `cancel.json` asks it to stop, `overdue.json` says that it was ended because its time was up, `result.json` ends it.
 */
export function openRunFolder(runsFolder: string, id: string) {
  const path = join(runsFolder, id);
  const file = (name: string): string => join(path, name);
  return {
    id,
    path,
    exists: (): boolean => existsSync(path),
    request: () => readRecord(file('request.json'), RunRequestRecord),
    /** The script that runs or ran; undefined while none came that far. */
    script: () => readRecord(file('started.json'), ProcessRecord),
    hasStarted: (): boolean => existsSync(file('started.json')),
    result: () => readRecord(file('result.json'), RunResult),
    cancelledAt: () => readRecord(file('cancel.json'), CancelRecord)?.at,
    text: (name: 'progress.ndjson' | 'log.txt'): string =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '',
    /** Makes the folder with its request, whole or not at all; false when it is there already. */
    claim: (request: RunRequestRecord): boolean => claim(runsFolder, path, request),
    /** Makes sure that no script will ever run for this folder; false when one already has begun. */
    fence: (): boolean => createOnce(file('started.json'), { fenced: true }),
    askToCancel: (at: number): void => void createOnce(file('cancel.json'), { at }),
    /** Says that the script is ended by force because its time was up. */
    markOverdue: (at: number): void => void createOnce(file('overdue.json'), { at }),
    finish: (result: RunResult): void => void createOnce(file('result.json'), result),
    remove(): void {
      const aside = `${path}.${randomBytes(4).toString('hex')}.void`;
      renameSync(path, aside);
      rmSync(aside, { recursive: true, force: true });
    },
  };
}

function claim(runsFolder: string, path: string, request: RunRequestRecord): boolean {
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  mkdirSync(runsFolder, { recursive: true });
  mkdirSync(draft);
  writeFileSync(join(draft, 'request.json'), JSON.stringify(request));
  try {
    renameSync(draft, path);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(path)) return false;
    throw error;
  }
}

/** Creates a file with its content in one step; false when it is there already. */
function createOnce(path: string, content: object): boolean {
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (existsSync(path)) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

const Executor = z.object({ id: z.string().min(1) });

/** The name of the machine that executes the runs of this folder: made once, kept beside them, the same after every start. */
export function readExecutor(runsFolder: string): string {
  const file = `${runsFolder}.executor.json`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  createOnce(file, { id: newId() });
  const executor = readRecord(file, Executor);
  if (!executor) throw new Error(`${file} can't be read. Remove it when no run is under way.`);
  return executor.id;
}
