import { existsSync } from 'node:fs';
import { createApp } from '../app';
import type { App } from '../app';
import { fateOf, messageCollection } from '../chat/outbox/record';
import { groupMembersFor, placesSpec } from '../chat/teams';
import type { TeamsStandIns } from '../chat/teams';
import { readConfig } from '../config';
import { connectors } from '../connectors';
import { sandboxTicketsKind } from '../connectors/sandbox-tickets';
import type { Config } from '../config';
import { lookUp } from '../core/keys';
import { silentLogger } from '../core/telemetry/logger';
import { systemClock } from '../core/time/clock';
import { lostAnnouncements } from '../features/announcements';
import { catalogWithGrants, createEntraGroups, hasAdmin, withFirstAdmins } from '../features/roles';
import { deliveriesIn } from '../features/subscriptions';
import { selfCheck, withoutStrangers } from '../self-check';
import type { Finding, SelfCheckOptions } from '../self-check';
import { givenUpIn } from '../start/given-up';
import { openSystems } from '../start/open-systems';
import { checkWritable, embeddedFile, openStore } from '../start/open-store';
import type { Store } from '../store/contract';
import type { LineCommand } from './contract';

const storeLimitMs = 5_000;
const inspectMs = 20_000;

/** `npx gavel doctor`: every problem in one sentence with its fix. Resolves to 0 if there is none, or else 1. */
export async function runDoctor(
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
  places: Pick<SelfCheckOptions, 'openIdUrl' | 'packageFile' | 'connectionLimitMs'> &
    Pick<TeamsStandIns, 'loginUrl' | 'graphUrl'> & {
      /** Local mode should be checked, not a server. */
      readonly localIsMeant?: boolean;
    } = {},
): Promise<number> {
  const result = readConfig(environment);
  if ('problems' in result) {
    for (const problem of result.problems) print(`problem  ${problem}`);
    print('Gavel can’t start with these settings.');
    return 1;
  }
  const { config } = result;
  const { connections } = openSystems(config, {
    ...{ connectors, catalog: () => config.catalog, childEnvironment: {} },
    ...{ clock: systemClock, logger: silentLogger, telemetry: undefined },
  });
  const opening = openExisting(config);
  const inStore = async <T>(look: (store: Store) => Promise<readonly T[]>): Promise<readonly T[]> => {
    const store = await opening;
    return store ? look(store) : [];
  };
  const base = withFirstAdmins(() => config.catalog, config.admins);
  const registration = { registration: config.bot, identityEndpoint: config.identityEndpoint, ...places };
  const membersOf = groupMembersFor({ ...registration, clock: systemClock });
  const groups = createEntraGroups({ base, membersOf, clock: systemClock, logger: silentLogger });
  const groupsRead = groups.look();
  const found = await selfCheck({
    config,
    catalog: config.catalog,
    catalogProblems: config.catalogWarnings,
    connections: new Map(
      // Local mode creates the sandbox at its first start.
      [...connections.all()].filter(([name]) => config.mode === 'teams' || !isSandbox(config.catalog, name)),
    ),
    titleOf: connections.titleOf,
    store: async () => (await opening)?.check(),
    storeDamage: () => inStore(async (store) => (await store.inspect?.(inspectMs)) ?? []),
    deliveries: () => inStore(deliveriesOf),
    givenUp: () => inStore((store) => givenUpIn(store, systemClock.now())),
    lostAnnouncements: () => inStore(lostIn),
    hiddenAliases: () => hiddenIn(config),
    entraGroups: () => groupsRead,
    hasAdmin: async () => {
      const [store] = await Promise.all([opening, groupsRead]);
      const catalog = groups.catalog();
      const granted = store ? await catalogWithGrants(catalog, store, systemClock.now()) : catalog;
      return hasAdmin(withoutStrangers(granted, config.allowedTenants));
    },
    clock: systemClock,
    ...places,
  });
  const findings: Finding[] = [...found];
  const open = await opening.catch(() => undefined);
  await Promise.all([open?.close(), connections.close()]);
  if (config.mode === 'local' && !places.localIsMeant)
    findings.push({
      about: 'Teams',
      problem:
        'No MicrosoftApp settings were found, so only local mode was checked. On a server, pass its settings file: `npx gavel doctor --settings /etc/gavel/gavel.env`. To check only local mode without this message, type `npx gavel doctor --local`.',
    });
  for (const finding of findings) print(lineOf(finding));
  const problems = findings.filter(({ problem }) => problem !== undefined).length;
  const unchecked = findings.filter((each) => each.unchecked !== undefined).length;
  if (config.mode === 'local') print('With these settings, Gavel starts in local mode, for this machine only.');
  const left = unchecked === 0 ? '' : ` ${count(unchecked, 'thing')} ${unchecked === 1 ? 'was' : 'were'} not checked.`;
  print(problems === 0 ? `No problems were found.${left}` : `${count(problems, 'problem')}.${left}`);
  return problems === 0 ? 0 : 1;
}

function isSandbox({ connections }: Config['catalog'], name: string): boolean {
  const kind = lookUp(connections, name)?.kind;
  return kind === 'local' || kind === sandboxTicketsKind;
}

function lineOf({ about, problem, unchecked }: Finding): string {
  if (problem !== undefined) return `problem  ${problem}`;
  return unchecked === undefined ? `good     ${about}` : `skipped  ${about}: ${unchecked}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Opens the store without creating it: Gavel might not be able to open a store that another user created. Undefined if there is none yet. */
async function openExisting(config: Config): Promise<Store | undefined> {
  if (config.mongo || existsSync(embeddedFile(config)))
    return openStore({ ...config, instance: 'command-line' }, silentLogger, {
      startMs: storeLimitMs,
      onlyLooks: true,
    });
  checkWritable(config.dataDir, 'GAVEL_DATA');
  return undefined;
}

/** Only the whole of Gavel knows what a line means; it isn't started. */
async function hiddenIn(config: Config): ReturnType<App['hiddenAliases']> {
  const store = await openExisting(config);
  if (!store) return [];
  const app = await createApp(config, { childEnvironment: {}, store, connectors: new Map() });
  return app.hiddenAliases().finally(() => app.stop());
}

function lostIn(store: Store): ReturnType<typeof lostAnnouncements> {
  const known = store.collection(placesSpec);
  return lostAnnouncements(store, async (placeId) => (await known.get(placeId))?.value.goneAt !== undefined);
}

function deliveriesOf(store: Store): ReturnType<typeof deliveriesIn> {
  const messages = store.collection(messageCollection);
  return deliveriesIn(store, async (key) => {
    const found = await messages.get(key);
    return found && fateOf(found.value);
  });
}

export const doctor: LineCommand = {
  name: 'doctor',
  summary: 'check everything Gavel needs and say how to fix what is wrong',
  options: [{ name: 'local', summary: 'check local mode on this machine, not a server' }],
  readsSettings: true,
  run: ({ environment, print, options }) => runDoctor(environment, print, { localIsMeant: options.has('local') }),
};
