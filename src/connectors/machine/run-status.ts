import { z } from 'zod';
import type { RunState, RunStep, StepState } from '../contract';

/** What a run's progress file says, as steps. Pure. */

const Line = z.object({
  at: z.number(),
  steps: z.array(z.string()).optional(),
  step: z.string().optional(),
  state: z.enum(['running', 'done', 'failed']).optional(),
  detail: z.string().optional(),
  fraction: z.number().min(0).max(1).optional(),
});

interface Step {
  name: string;
  state: StepState;
  detail: string;
  startedAt?: number;
  endedAt?: number;
  fraction: number;
}

interface RunProgress {
  readonly steps: readonly RunStep[];
  /** 0 to 1. */
  readonly progress: number;
}

/** The steps of a run in this state, by the lines it has written so far; a half-written last line is left out. */
export function readProgress(text: string, state: RunState, defaultSteps: readonly string[]): RunProgress {
  let steps: Step[] = defaultSteps.map(waiting);
  for (const line of text.split('\n')) {
    const parsed = parseLine(line);
    if (!parsed) continue;
    if (parsed.steps) steps = parsed.steps.map(waiting);
    const step = steps.find(({ name }) => name === parsed.step);
    if (step) apply(step, parsed);
  }
  const done = steps.reduce((sum, step) => sum + (step.state === 'done' ? 1 : step.fraction), 0);
  const progress = state === 'succeeded' || steps.length === 0 ? Number(state === 'succeeded') : done / steps.length;
  return { steps: steps.map((step) => shown(step, state)), progress: Math.min(1, progress) };
}

function waiting(name: string): Step {
  return { name, state: 'waiting', detail: '', fraction: 0 };
}

function apply(step: Step, line: z.infer<typeof Line>): void {
  step.state = line.state ?? step.state;
  step.detail = line.detail ?? step.detail;
  step.fraction = line.fraction ?? step.fraction;
  step.startedAt ??= line.at;
  if (line.state !== 'running') step.endedAt = line.at;
}

/** After the end nothing is running or waiting any more. */
function shown({ name, state, detail, startedAt, endedAt }: Step, runState: RunState): RunStep {
  const over = runState === 'failed' || runState === 'cancelled';
  const last = over && state === 'waiting' ? 'skipped' : over && state === 'running' ? 'failed' : state;
  return { name, state: last, detail, startedAt, endedAt };
}

function parseLine(line: string): z.infer<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
