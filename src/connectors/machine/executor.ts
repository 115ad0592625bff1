import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { newId } from '../../core/ids';
import { readRecord } from './records';
import { createOnce } from './run-folder';

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
