import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-ports';
import { answersWell, basicAuthorization, credentials, startDaemon } from './daemon';
import type { Daemon } from './daemon';

interface BuildbotOptions {
  /** Started again with the same folder and port, it is the same server after a restart. */
  readonly folder: string;
  readonly port?: number;
  /** The port of its workers; with `port`, the same as before. */
  readonly workerPort?: number;
}

export type Buildbot = Daemon & {
  readonly url: string;
  readonly port: number;
  readonly workerPort: number;
  readonly credentials: typeof credentials;
  /** Asks its API past Gavel. Resolves with the JSON of its answer. */
  readonly ask: (path: string) => Promise<Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>>;
};

/** Who may only look. */
export const buildbotReader = { user: 'reader', password: 'not-a-secret' } as const;

/** Debian has no `buildbot-www`, without which the API doesn't start: a package that says it is that one. */
function writeUserInterface(folder: string): void {
  const place = join(folder, 'python');
  const info = join(place, 'sandbox_www-1.0.dist-info');
  mkdirSync(join(place, 'sandbox_www/static'), { recursive: true });
  mkdirSync(info, { recursive: true });
  writeFileSync(join(place, 'sandbox_www/VERSION'), '1.0\n');
  writeFileSync(join(place, 'sandbox_www/static/index.html'), '<html></html>');
  const lines = ['from buildbot.www.plugin import Application', 'ep = Application(__name__, "Only the API")', ''];
  writeFileSync(join(place, 'sandbox_www/__init__.py'), lines.join('\n'));
  writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: sandbox-www\nVersion: 1.0\n');
  writeFileSync(join(info, 'entry_points.txt'), '[buildbot.www]\nbase = sandbox_www:ep\n');
}

/**
 * A real Buildbot with one worker. Its schedulers: `nightly` has a parameter of each type and writes what it got, and its step `test` fails if `fail` is
 * chosen; `slow` waits for as many seconds as it's told; `merging` is the same on a builder that merges its requests, as Buildbot does by default;
 * `deploy` runs the script in `deploy.sh` of the folder with the values as its arguments.
 */
export async function startBuildbot({ folder, ...given }: BuildbotOptions): Promise<Buildbot> {
  const isNew = given.port === undefined;
  const port = given.port ?? (await freePort());
  const workerPort = given.workerPort ?? (await freePort());
  const environment = { PYTHONPATH: join(folder, 'python') };
  const [master, worker] = [join(folder, 'master'), join(folder, 'worker')];
  const run = (...command: readonly [string, ...string[]]): void =>
    void spawnSync(command[0], command.slice(1), { stdio: 'ignore', env: { ...process.env, ...environment } });
  if (isNew) {
    mkdirSync(folder, { recursive: true });
    writeUserInterface(folder);
    run('buildbot', 'create-master', master);
    run('buildbot-worker', 'create-worker', worker, `127.0.0.1:${workerPort}`, 'worker', credentials.password);
  }
  writeFileSync(join(master, 'master.cfg'), configurationOf({ port, workerPort, folder }));
  const url = `http://127.0.0.1:${port}/`;
  const ask: Buildbot['ask'] = async (path) => (await fetch(`${url}api/v2/${path}`)).json() as never;
  const twistd = (name: string): string[] => [
    ...['--nodaemon', '--no_save', `--pidfile=${join(folder, `${name}.pid`)}`, '--logfile=-', '--python=buildbot.tac'],
  ];
  const masterDaemon = await startDaemon({
    ...{ program: 'twistd3', args: twistd('master'), folder: master, environment },
    isReady: () => answersWell(`${url}api/v2/forceschedulers`, basicAuthorization),
  });
  // Only what it needs, because Buildbot writes the worker's environment into every log.
  const variables = [`PATH=${process.env['PATH']}`, `PYTHONPATH=${environment.PYTHONPATH}`, `HOME=${folder}`];
  const workerDaemon = await startDaemon({
    ...{ program: 'env', args: ['-i', ...variables, 'twistd3', ...twistd('worker')], folder: worker, environment },
    isReady: async () => {
      const { workers } = await ask('workers');
      return workers?.some(({ connected_to }) => Array.isArray(connected_to) && connected_to.length > 0) ?? false;
    },
  });
  async function stop(): Promise<void> {
    await workerDaemon.stop();
    await masterDaemon.stop();
  }
  return { stop, url, port, workerPort, credentials, ask };
}

const quoted = (text: string): string => JSON.stringify(text);

function configurationOf({ port, workerPort, folder }: { port: number; workerPort: number; folder: string }): string {
  const users = `{${[credentials, buildbotReader].map((each) => `${quoted(each.user)}: ${quoted(each.password)}`).join()}}`;
  return `
from buildbot.plugins import schedulers, steps, util, worker
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker('worker', ${quoted(credentials.password)})]
c['protocols'] = {'pb': {'port': 'tcp:${workerPort}:interface=127.0.0.1'}}

def run(name, *command, **more):
    return steps.ShellCommand(name=name, command=list(command), **more)

def values(*names):
    return [util.Property(name, default='', defaultWhenFalse=False) for name in names]

def factory(*all):
    return util.BuildFactory(list(all))

nightly = factory(
    run('compile', 'sh', '-c', 'for each in "$@"; do printf "<%s>\\\\n" "$each"; done', 'sh', *values('title', 'notes', 'count', 'level', 'quick')),
    run('test', 'sh', '-c', 'seq 1 300; if [ "$1" = fail ]; then echo "Error: 2 of 640 failed" >&2; exit 1; fi; echo fine', 'sh', *values('level')),
    run('lint', 'sh', '-c', '[ "$1" != warn ]', 'sh', *values('level'), warnOnFailure=True, flunkOnFailure=False, haltOnFailure=False),
)
waiting = factory(run('wait', 'sh', '-c', 'echo begun; exec sleep "$1"', 'sh', *values('seconds')))
deploying = factory(run('deploy', 'sh', ${quoted(join(folder, 'deploy.sh'))}, *values('service', 'environment', 'version', 'commit', 'key')))
c['builders'] = [
    util.BuilderConfig(name='nightly', workernames=['worker'], factory=nightly, collapseRequests=False),
    util.BuilderConfig(name='slow', workernames=['worker'], factory=waiting, collapseRequests=False),
    util.BuilderConfig(name='merging', workernames=['worker'], factory=waiting),
    util.BuilderConfig(name='deploy', workernames=['worker'], factory=deploying, collapseRequests=False),
]
none = [util.CodebaseParameter(codebase='', hide=True)]
seconds = [util.IntParameter(name='seconds', default=60)]
c['schedulers'] = [
    schedulers.ForceScheduler(name='nightly', label='Nightly *tests*', builderNames=['nightly'], codebases=none, properties=[
        util.StringParameter(name='title', label='What for', required=True, maxsize=500),
        util.TextParameter(name='notes', default='nothing'),
        util.IntParameter(name='count', default=3),
        util.BooleanParameter(name='quick', default=True),
        util.NestedParameter(name='', label='More', fields=[
            util.ChoiceStringParameter(name='level', choices=['all', 'fail', 'warn'], default='all'),
        ]),
        util.FixedParameter(name='owner_team', default='web'),
    ]),
    schedulers.ForceScheduler(name='slow', builderNames=['slow'], codebases=none, properties=seconds),
    schedulers.ForceScheduler(name='merging', builderNames=['merging'], codebases=none, properties=seconds),
    schedulers.ForceScheduler(name='silent', builderNames=['slow'], codebases=none, properties=seconds, reasonString='forced'),
    schedulers.ForceScheduler(name='deploy', builderNames=['deploy'], codebases=none, properties=[
        util.StringParameter(name=each, required=True) for each in ['service', 'environment', 'version', 'commit', 'key']
    ]),
]
c['services'] = []
c['www'] = {
    'port': 'tcp:${port}:interface=127.0.0.1',
    'plugins': {},
    'auth': util.UserPasswordAuth(${users}),
    'authz': util.Authz(
        allowRules=[util.AnyControlEndpointMatcher(role='starters')],
        roleMatchers=[util.RolesFromUsername(roles=['starters'], usernames=[${quoted(credentials.user)}])],
    ),
}
c['title'] = 'Tests'
c['titleURL'] = c['buildbotURL'] = 'http://127.0.0.1:${port}/'
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['buildbotNetUsageData'] = None
`;
}
