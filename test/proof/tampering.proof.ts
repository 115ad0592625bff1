import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { things } from '../store/contract-suite';
import { openStoreIn } from '../store/temporary-store';
import { declareProof } from './contract';
import type { TrialOutcome } from './tampering/trials';

const trialsAtOnce = 250;
const trialLimitMs = 30_000;

export const proof = declareProof({
  title:
    'Random damage to the store and its anchors crashes no process, and no damaged audit log line passes verification',
  how: 'Up to 200 bytes of the store, its log or its anchors are changed at random. Then a separate process verifies the audit log, reads it, lists records and checks the store. Deliberate tampering is in test/store/audit/tamperings.ts.',
  async run(scale, report) {
    const trials = scale === 'long' ? 1_500 : 12;
    const base = mkdtempSync(join(tmpdir(), 'gavel-flips-'));
    try {
      await fill(base);
      const counts = new Map<TrialOutcome | 'died', number>();
      for (let first = 1; first <= trials; first += trialsAtOnce)
        for (const outcome of await runTrials(base, first, Math.min(trials, first + trialsAtOnce - 1)))
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      const count = (outcome: TrialOutcome | 'died'): number => counts.get(outcome) ?? 0;
      report({
        what: 'processes that died or hung',
        measured: `${count('died')} in ${trials} trials`,
        aim: '0',
        holds: count('died') === 0,
      });
      report({
        what: 'changed lines that passed verification',
        measured: String(count('missed')),
        aim: '0',
        holds: count('missed') === 0,
      });
      report({
        what: 'trials in which the damage was reported, in which the store was refused with a sentence, and in which it didn’t hit the log',
        measured: `${count('named')}, ${count('refused')}, ${count('harmless')}`,
        aim: 'all others',
        holds: count('named') + count('refused') + count('harmless') === trials,
      });
      assert.equal(count('died'), 0, 'a process died of damage');
      assert.equal(count('missed'), 0, 'damage passed for whole');
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  },
});

async function fill(folder: string): Promise<void> {
  const store = openStoreIn(folder);
  const collection = store.collection(things);
  for (let at = 1; at <= 40; at++) {
    const by = { who: 'entra:t/dana', what: 'deployments.request', target: `D-10${at}`, from: 'Déploiements' };
    await store.audit.append({ at, ...by, outcome: 'requested', correlationId: `c${at}` });
    await collection.insert(`thing-${at}`, { name: `größe ${at}`, rank: at });
  }
  await store.close();
}

/** Returns an outcome for each trial, including one that killed its process. */
async function runTrials(base: string, first: number, last: number): Promise<(TrialOutcome | 'died')[]> {
  const outcomes: (TrialOutcome | 'died')[] = [];
  for (let next = first; next <= last; next = first + outcomes.length) {
    const output = await outputOf(base, next, last);
    const ended = [...output.matchAll(/^ended \d+ (\w+)$/gm)].map(([, outcome]) => outcome as TrialOutcome);
    outcomes.push(...ended);
    if (first + outcomes.length <= last) outcomes.push('died');
  }
  return outcomes;
}

/** Includes what it printed when it died, so that the damage can be reproduced. */
function outputOf(base: string, first: number, last: number): Promise<string> {
  return new Promise((resolve) => {
    const script = join(__dirname, 'tampering/trials.ts');
    const words = ['--import', 'tsx', script, base, String(first), String(last)];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let said = '';
    child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    let timer = setTimeout(() => child.kill('SIGKILL'), trialLimitMs);
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), trialLimitMs);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0)
        console.error(
          `Ended by ${signal ?? code} in trial ${output.trim().split('\n').at(-1) ?? ''}: ${said.slice(0, 500)}`,
        );
      resolve(output);
    });
  });
}
