import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissing } from './install';

const wanted = [
  { program: 'one', package: 'first' },
  { program: 'two', package: 'first' },
  { program: 'three', package: 'second' },
];

describe('installing real servers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-install-'));
  const policyFile = join(folder, 'policy-rc.d');
  afterEach(() => rmSync(policyFile, { force: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A machine whose package source works at the given try. */
  function machine({ has = [] as string[], worksAt = 1, canInstall = true } = {}) {
    const programs = new Set(has);
    const commands: string[] = [];
    let tries = 0;
    return {
      ...{ commands, policyFile, canInstall },
      hasProgram: (program: string) => programs.has(program),
      async run(command: string, ...args: readonly string[]) {
        commands.push([command, ...args].join(' '));
        if (args[0] !== 'install') return true;
        assert.match(readFileSync(policyFile, 'utf8'), /exit 101/, 'no package starts a daemon');
        assert.equal(statSync(policyFile).mode & 0o777, 0o755);
        if (++tries < worksAt) return false;
        for (const { program, package: name } of wanted) if (args.includes(name)) programs.add(program);
        return true;
      },
    };
  }

  for (const [what, options, missing, installs] of [
    ['nothing if all is there', { has: ['one', 'two', 'three'] }, [], 0],
    ['each package once', {}, [], 1],
    ['only what is missing', { has: ['one', 'two'] }, [], 1],
    ['at the third try', { worksAt: 3 }, [], 3],
    ['nothing after three failures', { worksAt: 4 }, ['first', 'second'], 3],
    ['nothing without the right to', { canInstall: false, has: ['three'] }, ['first'], 0],
  ] as const)
    it(`installs ${what}`, async () => {
      const here = machine({ ...options, has: [...('has' in options ? options.has : [])] });
      assert.deepEqual(await installMissing(wanted, here), missing);
      const done = here.commands.filter((command) => command.startsWith('apt-get install'));
      assert.equal(done.length, installs);
      assert.equal(new Set(done).size, Math.min(1, installs));
      assert.ok(!existsSync(policyFile), 'the policy is gone again');
    });

  it('leaves a policy that the machine has as it was', async () => {
    writeFileSync(policyFile, '#!/bin/sh\nexit 0\n');
    chmodSync(policyFile, 0o700);
    await installMissing(wanted, machine());
    assert.equal(readFileSync(policyFile, 'utf8'), '#!/bin/sh\nexit 0\n');
    assert.equal(statSync(policyFile).mode & 0o777, 0o700);
  });
});
