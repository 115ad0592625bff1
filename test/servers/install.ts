import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Installs the real servers that tests talk to, where they are missing. */

/** A program of a server, and the Debian package that has it. */
interface Requirement {
  readonly program: string;
  readonly package: string;
}

/** One line for each program that a module of this folder starts. */
export const requirements: readonly Requirement[] = [
  { program: 'apache2', package: 'apache2-bin' },
  { program: 'buildbot', package: 'buildbot' },
  { program: 'buildbot-worker', package: 'buildbot-worker' },
  { program: 'carbon-cache', package: 'graphite-carbon' },
  { program: 'chromedriver', package: 'chromium-driver' },
  { program: 'chromium', package: 'chromium' },
  { program: 'cmd.cgi', package: 'nagios4-cgi' },
  { program: 'graphite-manage', package: 'graphite-web' },
  { program: 'gunicorn', package: 'gunicorn' },
  { program: 'icinga2', package: 'icinga2-bin' },
  { program: 'java', package: 'default-jre-headless' },
  { program: 'nagios4', package: 'nagios4-core' },
  { program: 'prometheus', package: 'prometheus' },
  { program: 'prometheus-alertmanager', package: 'prometheus-alertmanager' },
  { program: 'python3', package: 'python3-minimal' },
];

/** The machine that servers are installed on. */
export interface Machine {
  readonly hasProgram: (program: string) => boolean;
  /** Whether this process can install Debian packages. */
  readonly canInstall: boolean;
  /** Whether the command succeeded. */
  readonly run: (command: string, ...args: readonly string[]) => Promise<boolean>;
  /** What Debian's packages ask whether they may start a daemon. */
  readonly policyFile: string;
}

export const thisMachine: Machine = {
  hasProgram: (program) =>
    [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/lib/cgi-bin/nagios4'].some((folder) =>
      isProgram(join(folder, program)),
    ),
  canInstall: process.getuid?.() === 0 && isProgram('/usr/bin/apt-get'),
  run: (command, ...args) =>
    new Promise((resolve) => {
      const child = spawn(command, args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    }),
  policyFile: '/usr/sbin/policy-rc.d',
};

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const maxTries = 3;

/** Installs what is missing, and returns the packages that are missing still. Mirrors fail now and then, so it tries three times. */
export async function installMissing(wanted: readonly Requirement[], machine: Machine): Promise<string[]> {
  const missing = (): string[] => [
    ...new Set(wanted.filter(({ program }) => !machine.hasProgram(program)).map((each) => each.package)),
  ];
  if (!machine.canInstall) return missing();
  for (let tries = 0; tries < maxTries && missing().length > 0; tries++) {
    await machine.run('apt-get', 'update', '-qq');
    await withoutDaemons(machine.policyFile, () =>
      machine.run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing()),
    );
  }
  return missing();
}

/** Runs the work while no package may start a daemon, and leaves the policy of the machine as it was. */
async function withoutDaemons(policyFile: string, work: () => Promise<unknown>): Promise<void> {
  const before = existsSync(policyFile)
    ? { text: readFileSync(policyFile), mode: statSync(policyFile).mode }
    : undefined;
  function restore(): void {
    if (!before) return rmSync(policyFile, { force: true });
    writeFileSync(policyFile, before.text);
    chmodSync(policyFile, before.mode);
  }
  // Somebody may press Ctrl+C, which ends the process before `finally`.
  process.once('exit', restore);
  try {
    // 101: the action is forbidden. https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
    chmodSync(policyFile, 0o755);
    await work();
  } finally {
    process.off('exit', restore);
    restore();
  }
}
