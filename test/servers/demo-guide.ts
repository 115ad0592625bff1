import { requirements } from './install';

/** What `npm run demo:monitoring` says: which servers it starts, which it can't, and what to do then. Pure. */

const programs = {
  Prometheus: ['prometheus', 'prometheus-alertmanager'],
  Nagios: ['nagios4', 'apache2', 'cmd.cgi'],
  Graphite: ['carbon-cache', 'graphite-manage', 'gunicorn', 'python3'],
} as const;

/** A server of the demo, with what belongs to it: Alertmanager to Prometheus, statsd to Graphite. */
export type DemoServer = keyof typeof programs;

const servers = Object.keys(programs) as readonly DemoServer[];
const together: Readonly<Record<DemoServer, string>> = {
  Prometheus: 'Prometheus with Alertmanager',
  Nagios: 'Nagios',
  Graphite: 'Graphite with statsd',
};

interface Installed {
  readonly there: readonly DemoServer[];
  readonly missing: readonly DemoServer[];
}

/** Which servers this machine has all programs of. */
export function serversOn({ hasProgram }: { readonly hasProgram: (program: string) => boolean }): Installed {
  const isThere = (server: DemoServer): boolean => programs[server].every(hasProgram);
  return { there: servers.filter(isThere), missing: servers.filter((server) => !isThere(server)) };
}

/** What is missing, and how to install it; empty if nothing is. */
export function describeMissing({ there, missing }: Installed): string {
  if (missing.length === 0) return '';
  const packages = requirements
    .filter(({ program }) => missing.some((server) => programs[server].some((each) => each === program)))
    .map((each) => each.package);
  const names = missing.map((server) => together[server]);
  const all = `${names.slice(0, -1).join(', ')}${names.length > 1 ? ' and ' : ''}${names.at(-1)}`;
  const lead =
    there.length === 0
      ? `This demo needs at least one real server. Missing: ${names.join(', ')}.`
      : `The demo runs without ${all}.`;
  return `${lead} To add ${missing.length === 1 ? 'it' : 'them'}, run this as root, then start the demo again:

  apt-get install --no-install-recommends ${packages.join(' ')}
${there.length === 0 ? '\nWithout any of them, npm start runs the sandbox alone.\n' : ''}`;
}

/** A started server: where its pages are, and who signs in there. */
export interface Address {
  readonly name: string;
  readonly url: string;
}

const steps: Readonly<Record<DemoServer, readonly string[]>> = {
  Prometheus: [
    'Type queue in this terminal and press Enter. Ten seconds later, the channel has a card about the queue of shop.',
    'Switch to Noor and click Acknowledge, or silence it from More… for an hour.',
    'Open Alertmanager: the silence is there with Noor’s name. End it there, and look at the card a minute later.',
    'In the channel, type: graph queue of shop in staging. The graph shows the limit of 10 jobs.',
    'Type queue here again. The card ends a minute after Alertmanager says so.',
  ],
  Nagios: [
    'Type nagios in this terminal and press Enter. Within a minute, the channel has a card: HTTP of shop is critical.',
    'As Noor, click Acknowledge. Nagios shows Noor’s name and comment at the service.',
    'Type nagios here again, then type in the channel: check shop in staging. Nagios checks at once, and the card ends a minute later.',
  ],
  Graphite: [
    'In the channel, type: graph orders of shop in staging. A statsd counter, drawn from Graphite.',
    'Type: deploy shop to staging. Choose a release, click Show changes, then Deploy. When it has ended, graph orders again: the deployment is marked.',
    'Type: graph order picture of shop in staging. That is Graphite’s own picture, with the same mark.',
  ],
};

/** Where everything is, and what to click. */
export function describeDemo(
  there: readonly DemoServer[],
  addresses: readonly Address[],
  { user, password }: { readonly user: string; readonly password: string },
): string {
  const lines = [
    'Open the playground as Ada, go to the channel Deployments and type: subscription announce shop here',
    ...there.flatMap((server) => steps[server]),
  ];
  return `
${addresses.map(({ name, url }) => `${name} runs at ${url}`).join('\n')}
Sign in as ${user} with the password ${password}; Graphite asks for none.
Once Gavel says where the playground is:

${lines.map((line, index) => `${String(index + 1).padStart(3)}. ${line}`).join('\n')}

Ctrl-C stops everything.
`;
}
