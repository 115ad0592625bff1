import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installMissing, thisMachine } from '../install';

/**
 * Builds a real API server and its controllers from Debian’s source package `kubernetes` with Debian’s Go, because Debian has only kubectl as a program. This
 * takes about 12 minutes and 4 GB, once for a machine.
 */

const cache = join(homedir(), '.cache/gavel-kubernetes');
export const binaries = join(cache, 'bin');
const programs = ['kube-apiserver', 'kube-controller-manager'] as const;
const goFolder = '/usr/lib/go-1.19/bin';
const newerReflect = '/usr/share/gocode/src/github.com/modern-go/reflect2';

/** What the build and the cluster need, with the Debian package of each. */
const requirements = [
  { program: 'etcd', package: 'etcd-server' },
  { program: 'gcc', package: 'gcc' },
  { program: 'make', package: 'make' },
  { program: 'patch', package: 'patch' },
  { program: 'rsync', package: 'rsync' },
  { program: 'strip', package: 'binutils' },
  { program: 'xz', package: 'xz-utils' },
];
/** They have no program that is found by its name. */
const libraries = [
  { file: join(goFolder, 'go'), package: 'golang-1.19-go' },
  { file: newerReflect, package: 'golang-github-modern-go-reflect2-dev' },
];

/** Installs and builds what is missing. Throws with a sentence for whoever runs the tests if it can’t. */
export async function prepareKubernetes(): Promise<void> {
  const missing = await installMissing(
    [
      ...requirements,
      // Asked for by a program that nobody has, so that it's installed with the others.
      ...libraries.filter(({ file }) => !existsSync(file)).map((each) => ({ ...each, program: each.file })),
    ],
    { ...thisMachine, hasProgram: (program) => existsSync(program) || thisMachine.hasProgram(program) },
  );
  if (missing.length > 0) throw new Error(`Install these Debian packages first: ${missing.join(' ')}`);
  if (programs.every((program) => existsSync(join(binaries, program)))) return;
  console.log('Building Kubernetes, which takes about 12 minutes.');
  const folder = join(cache, 'build');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fetchSource(folder, readMirrors());
  const tree = unpackSource(folder);
  compile(folder, tree);
  mkdirSync(binaries, { recursive: true });
  for (const program of programs) {
    const built = join(tree, '_output/local/bin/linux/amd64', program);
    run(folder, 'strip', built);
    cpSync(built, join(binaries, program));
  }
  rmSync(folder, { recursive: true, force: true });
}

/** A place that the machine itself installs Debian packages from. */
interface Mirror {
  readonly address: string;
  readonly suites: readonly string[];
}

const listFolder = '/etc/apt';

/** Those of the machine’s apt that have Debian’s own packages. */
function readMirrors(): Mirror[] {
  const files = [join(listFolder, 'sources.list'), ...inFolder(join(listFolder, 'sources.list.d'))];
  return mirrorsIn(files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8')));
}

const inFolder = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** Both forms of https://manpages.debian.org/bookworm/apt/sources.list.5.en.html, for the suites of Debian itself. */
export function mirrorsIn(files: readonly string[]): Mirror[] {
  const found = files.flatMap((text): Mirror[] => [
    ...[...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(([, address = '', suite = '']) => ({
      ...{ address, suites: [suite] },
    })),
    ...text.split(/\n\s*\n/).flatMap((paragraph): Mirror[] => {
      const field = (name: string): string[] =>
        new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(paragraph)?.[1]?.split(/\s+/) ?? [];
      if (!field('Types').includes('deb')) return [];
      return field('URIs').map((address) => ({ address, suites: field('Suites') }));
    }),
  ]);
  const isDebian = /^bookworm(?:-updates|-security)?$/;
  return found
    .map(({ address, suites }) => ({ address, suites: suites.filter((suite) => isDebian.test(suite)) }))
    .filter(({ suites }) => suites.length > 0);
}

/** By an apt of its own, so that the machine’s lists stay as they are. */
function fetchSource(folder: string, mirrors: readonly Mirror[]): void {
  if (mirrors.length === 0) throw new Error('The machine installs nothing from Debian 12 (bookworm), which this needs');
  for (const each of ['apt/sources', 'apt/lists/partial', 'apt/cache/archives/partial'])
    mkdirSync(join(folder, each), { recursive: true });
  const paragraphs = mirrors.map(({ address, suites }) =>
    [
      'Types: deb-src',
      `URIs: ${address}`,
      `Suites: ${suites.join(' ')}`,
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'apt/sources/source.sources'), `${paragraphs.join('\n\n')}\n`);
  const options = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${join(folder, 'apt/sources')}`,
    `Dir::State::lists=${join(folder, 'apt/lists')}`,
    `Dir::Cache=${join(folder, 'apt/cache')}`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  run(folder, 'apt-get', ...options, 'update', '-qq');
  run(folder, 'apt-get', ...options, 'source', '--download-only', '-qq', 'kubernetes');
}

/** Returns the folder of the source, patched as Debian does. */
function unpackSource(folder: string): string {
  const tree = join(folder, 'gopath/src/k8s.io/kubernetes');
  mkdirSync(tree, { recursive: true });
  const archive = (ending: string): string =>
    readdirSync(folder).find((name) => name.startsWith('kubernetes_') && name.endsWith(ending)) ?? '';
  run(folder, 'tar', '-xzf', archive('.orig.tar.gz'), '-C', tree, '--strip-components=1');
  run(folder, 'tar', '-xJf', archive('.debian.tar.xz'), '-C', tree);
  for (const name of readFileSync(join(tree, 'debian/patches/series'), 'utf8').split('\n'))
    if (name.trim() !== '' && !name.startsWith('#'))
      run(tree, 'patch', '-p1', '-s', '-i', join('debian/patches', name.trim()));
  // The version that comes along fails at every POST when it's built with Go 1.18 or later; Debian has a newer one.
  const own = join(tree, 'vendor/github.com/modern-go/reflect2');
  for (const name of readdirSync(own)) if (/\.[gs]o?$/.test(name)) rmSync(join(own, name));
  for (const name of readdirSync(newerReflect))
    if (/\.[gs]o?$/.test(name) && !name.endsWith('_test.go')) cpSync(join(newerReflect, name), join(own, name));
  return tree;
}

function compile(folder: string, tree: string): void {
  mkdirSync(join(folder, 'home'), { recursive: true });
  const result = spawnSync(
    'make',
    [
      `WHAT=${programs.map((program) => `cmd/${program}`).join(' ')}`,
      ...['KUBE_GIT_TREE_STATE=archive', 'KUBE_GIT_VERSION=v1.20.2', 'KUBE_GIT_COMMIT=debian'],
    ],
    {
      cwd: tree,
      stdio: 'inherit',
      env: {
        ...process.env,
        ...{ PATH: `${goFolder}:${process.env['PATH'] ?? ''}`, HOME: join(folder, 'home') },
        ...{ GOPATH: join(folder, 'gopath'), GOCACHE: join(folder, 'gocache') },
        ...{ GOFLAGS: '-mod=vendor', GOPROXY: 'off', CGO_ENABLED: '0' },
      },
    },
  );
  if (result.status !== 0) throw new Error('The build of Kubernetes failed');
}

function run(folder: string, program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${program} failed`);
}
