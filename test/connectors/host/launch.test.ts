import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const launcher = join(__dirname, '../../../detached/launch.js');

/** Starts the launcher with a Node command in its own group, and returns the result. */
function launch(command: readonly string[], tell: (input: NodeJS.WritableStream, groupId: number) => void) {
  const child = spawn(process.execPath, [launcher, ...command], { detached: true, env: { PATH: process.env['PATH'] } });
  const { pid } = child;
  assert.ok(pid !== undefined);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      // The command's first output is the moment to signal the whole group.
      if (said === 'SIGTERM, please\n') process.kill(-pid, 'SIGTERM');
      if (said === 'SIGKILL, please\n') process.kill(-pid, 'SIGKILL');
    });
  tell(child.stdin, pid);
  return new Promise<{ code: number | null; signal: string | null; said: string }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, said })),
  );
}

describe('the launcher of a deploy command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-launch-'));
  const mark = join(folder, 'started');
  after(() => rmSync(folder, { recursive: true, force: true }));

  const node = (code: string): string[] => [process.execPath, '-e', code];
  const go = (input: NodeJS.WritableStream): void => void input.end('\n');

  it('starts nothing if its input ends without the go-ahead', async () => {
    const touch = node(`require('fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    const ended = await launch(touch, (input) => void input.end());
    assert.deepEqual([ended, existsSync(mark)], [{ code: 0, signal: null, said: '' }, false]);
  });

  for (const { title, command, code, signal, said } of [
    {
      title: 'hands the words, the output and the exit code through',
      command: [...node('console.log(process.argv.slice(1).join("|")); process.exitCode = 7'), 'a b', '--c', '$HOME'],
      ...{ code: 7, signal: null, said: 'a b|--c|$HOME\n' },
    },
    {
      title: 'ends by the signal that ended the command',
      command: node('process.kill(process.pid, "SIGKILL")'),
      ...{ code: null, signal: 'SIGKILL', said: '' },
    },
    {
      title: 'stays until a command that is asked to stop has stopped, and ends as it does',
      command: node(
        'process.on("SIGTERM", () => { console.log("stopped"); process.exit(3); }); console.log("SIGTERM, please"); setInterval(() => {}, 1e3)',
      ),
      ...{ code: 3, signal: null, said: 'SIGTERM, please\nstopped\n' },
    },
    {
      title: 'goes with all that the command started when the group is killed',
      command: node(
        'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e3)"], { stdio: "inherit" }); console.log("SIGKILL, please"); setInterval(() => {}, 1e3)',
      ),
      ...{ code: null, signal: 'SIGKILL', said: 'SIGKILL, please\n' },
    },
    {
      title: 'says why a command can’t be started',
      command: [join(folder, 'none')],
      ...{ code: 127, signal: null, said: 'the command can’t be started: ENOENT\n' },
    },
  ])
    it(title, async () => assert.deepEqual(await launch(command, go), { code, signal, said }));
});
