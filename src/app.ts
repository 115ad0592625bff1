import { listPrefix } from './chat/contract';
import type { Command } from './chat/contract';
import { createInbox } from './chat/inbox';
import { createDialogs } from './chat/inbox/dialogs';
import { createOutbox } from './chat/outbox';
import { createListDrawer } from './chat/outbox/lists';
import { personalDataOfChat } from './chat/personal-data';
import { createRouter } from './chat/router';
import { createSecretWarning } from './chat/router/sentences';
import { commandList } from './chat/router/typed';
import { createTeamsBot, createTeamsConnection } from './chat/teams';
import type { TeamsStandIns } from './chat/teams';
import { isLoopback } from './config';
import type { Config } from './config';
import { followCatalog } from './config/catalog-file';
import { connectors as usualConnectors } from './connectors';
import type { Connector } from './connectors/contract/kinds';
import { createHookDoor } from './connectors/hooks';
import { createSystems } from './connectors/systems';
import { prepareTemplating } from './core/card/prepare';
import { createForegroundGate } from './core/concurrency';
import { newId } from './core/keys';
import { systemClock } from './core/time/clock';
import type { Clock } from './core/time/clock';
import { createFeatures } from './features';
import { lostAnnouncements } from './features/announcements';
import type { FeatureDependencies, LaterTurns } from './features/contract';
import { completionsOf } from './features/help/cards';
import { createDoor, createEntraGroups, followGrants, hasAdmin, withFirstAdmins } from './features/roles';
import { createLeases, createSweeper } from './jobs';
import { selfCheck, withoutStrangers } from './self-check';
import type { Finding } from './self-check';
import { logFindings } from './self-check/finding';
import type { AliasLook } from './self-check/sending';
import { startServer } from './server';
import type { Server } from './server';
import { catchUpOnEvents } from './start/catch-up';
import { givenUpIn } from './start/given-up';
import { createLocalMode } from './start/local-mode';
import { openSystems } from './start/open-systems';
import { createInspection, openStore } from './start/open-store';
import { openTelemetry } from './start/open-telemetry';
import { readOwnRelease } from './start/own-release';
import { removeExpired } from './start/remove-expired';
import { stopInOrder } from './start/stop-in-order';
import { greetingOf } from './start/text';
import { limitStoreTime, observeWrites } from './store/collections';
import type { Store } from './store/contract';
import { createLogger, quietRepeats } from './telemetry/logger';
import { observeAudit, observeLog } from './telemetry/observers';

export interface AppOverrides {
  /** The environment variables that child processes get. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Replaces the store that the configuration names. */
  readonly store?: Store;
  /** Replaces the kinds of connections that there are, by name. */
  readonly connectors?: ReadonlyMap<string, Connector>;
  /** Replaces Teams, for tests. */
  readonly teams?: TeamsStandIns;
}

export interface App {
  start(): Promise<void>;
  /** Accepts nothing new, finishes the work in progress and closes everything; takes at most ten seconds. */
  stop(): Promise<void>;
  /** Checks everything that Gavel needs from outside and logs the problems; never rejects. */
  check(): Promise<readonly Finding[]>;
  /** Aliases that no longer run, because a command or a sentence means something else by now. Rejects with `StoreUnavailableError`. */
  hiddenAliases(): Promise<readonly AliasLook[]>;
  /** Every command, for the app package. */
  commands(): readonly Command[];
  /** The first lines that somebody at the terminal reads. */
  greeting(): string;
}

/** Longer than any normal answer, and short enough that people don't wait long for a dead store. */
const storeAnswersWithinMs = 4_000;
/** How long the effects of a click can wait for people who are still waiting for an answer. */
const workWaitsMs = 150;

/** Connects all the parts. Nothing runs before `start`. */
export async function createApp(config: Config, overrides: AppOverrides): Promise<App> {
  // Without a registration there is no sign-in, so only this machine may reach Gavel, however the configuration was made.
  if (!config.bot && !isLoopback(config.host))
    throw new Error('Without a registration, Gavel listens on this machine only');
  const parts = await openParts(config, overrides);
  const { catalogFile, clock, connections, entraGroups, logger, outbox, store, sweeper, telemetry } = parts;
  const joined = joinFeatures(config, parts, look);
  const { features, catalog, refresh, deliveries, begin, idle, bot, aliases } = joined;
  const receiveHook = createHookDoor({ connections, take: joined.takeHook, lookAt: joined.lookAt, clock, logger });
  const commands = (): readonly Command[] => commandList(features, catalog());

  let server: Server | undefined;
  const stops: (() => void)[] = [];
  let started = false;
  const completions = () => completionsOf(catalog(), commands());
  const { childEnvironment } = overrides;
  const local = createLocalMode({ config, targets: parts.targets, childEnvironment, completions, logger });
  const inspection = createInspection(store, logger);

  function look(heardOfTeams: boolean): Promise<readonly Finding[]> {
    return selfCheck({
      config,
      catalog: catalog(),
      catalogProblems: catalogFile.problems(),
      hasAdmin: async () => hasAdmin(withoutStrangers(catalog(), config.allowedTenants)),
      storeDamage: async () => inspection.problems(),
      ...{ connections: connections.all(), titleOf: connections.titleOf },
      store: () => store.check(),
      clock,
      heardOfTeams,
      deliveries,
      givenUp: () => givenUpIn(store, clock.now()),
      hiddenAliases: aliases.findHidden,
      lostAnnouncements: () => lostAnnouncements(store, parts.connection.places.isGone),
      silencesMs: parts.connection.rateLimit.silencesMs(clock.elapsed()),
      entraGroups: entraGroups.look,
      ...overrides.teams,
    });
  }

  return {
    async start() {
      server = await startServer({
        ...{ host: config.host, port: config.port, processActivity: bot.process, receiveHook, logger },
        metrics: parts.metrics,
        ready: async () => {
          if (!started) throw new Error('Gavel is still starting');
          await store.check();
        },
        release: readOwnRelease(clock.now()),
      });
      stops.push(await entraGroups.follow(), await followGrants({ refresh, catalog, logger }));
      outbox.start();
      sweeper.start();
      stops.push(
        removeExpired({
          ...{ store, clock, logger, leases: parts.leases },
          ...{ catalog: entraGroups.catalog, dataDir: config.dataDir },
        }),
        inspection.begin(),
      );
      if (config.mode === 'local') await local.start(server.port);
      await begin();
      stops.push(catchUpOnEvents({ connections, leases: parts.leases, logger }));
      started = true;
      aliases.tellOwners();
      void prepareTemplating();
      logger.info({ mode: config.mode, port: server.port }, 'Gavel is listening');
    },
    stop: () =>
      stopInOrder(logger, [
        ['server', 8_200, async () => server?.close(config.mode === 'teams' ? 'with notice' : 'at once')],
        ['turns', 8_600, () => bot.idle()],
        ['timed work', 9_000, () => sweeper.stop()],
        ['features', 9_100, () => idle()],
        ['messages', 9_300, () => outbox.stop()],
        ['playground', 9_400, () => local.closePlayground()],
        ['connections', 9_500, () => connections.close()],
        ['sandbox', 9_700, () => local.stopFleet()],
        ['store', 9_800, () => store.close()],
        ['telemetry', 9_900, async () => telemetry?.close()],
      ]).finally(() => {
        for (const stop of stops) stop();
        catalogFile.close();
      }),
    check: async () => logFindings(await look(false), logger),
    ...{ commands, hiddenAliases: aliases.findHidden },
    greeting: () => greetingOf(config, local.url()),
  };
}

/** Everything below the features: the store, the outside systems, Teams and the outbox. */
async function openParts(config: Config, overrides: AppOverrides) {
  const { childEnvironment, clock = systemClock } = overrides;
  const { telemetry, metrics } = await openTelemetry(config);
  const logger = quietRepeats(observeLog(createLogger(config.log), telemetry), clock);
  const opened = overrides.store ?? (await openStore(config, logger));
  const limited = limitStoreTime(opened, { limitMs: storeAnswersWithinMs, logger });
  const audited = { ...limited, audit: observeAudit(limited.audit, telemetry, config.telemetry.people) };
  /** The collections that lists show. */
  const shown = new Set<string>();
  const store = observeWrites(audited, shown, (collection) => outbox.noteChange(collection));
  const owner = newId();
  const leases = createLeases({ store, clock, owner });
  const foreground = createForegroundGate(workWaitsMs);
  const sweeper = createSweeper({ leases, clock, logger, whenFree: foreground.idle });
  const catalogFile = followCatalog(
    {
      ...{ file: config.catalogFile, first: config.catalog, firstWarnings: config.catalogWarnings },
      reading: config.catalogReading,
    },
    logger,
  );
  const base = withFirstAdmins(catalogFile.current, config.admins);
  const entraGroups = createEntraGroups({ base, membersOf: (id) => connection.groupMembers(id), clock, logger });
  const namedCatalog = entraGroups.catalog;
  const { targets, connections } = openSystems(config, {
    ...{ connectors: overrides.connectors ?? usualConnectors, catalog: namedCatalog },
    ...{ childEnvironment, clock, logger, telemetry },
  });
  const connection = createTeamsConnection({
    registration: config.bot,
    allowedTenants: config.allowedTenants,
    serviceHosts: config.serviceHosts,
    identityEndpoint: config.identityEndpoint,
    store,
    clock,
    logger,
    telemetry,
    ...overrides.teams,
  });
  const { sender, rateLimit, places } = connection;
  const outbox = createOutbox({ store, sender, rateLimit, owners: places, clock, logger, leases });
  return {
    ...{ clock, logger, telemetry, metrics, store, owner, leases, foreground, sweeper },
    ...{ catalogFile, entraGroups, targets, connections, connection, outbox, shown },
  };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** The features, and the router that people reach them through. `look` is only called after the start. */
function joinFeatures(config: Config, parts: Parts, look: (heardOfTeams: boolean) => Promise<readonly Finding[]>) {
  const { store, outbox, sweeper, clock, logger, leases, telemetry, connection, owner } = parts;
  const namedCatalog = parts.entraGroups.catalog;
  // Nobody calls these before `start`.
  const late: LaterTurns & Pick<FeatureDependencies, 'looks' | 'personalData'> = {
    looks: () => look(true),
    personalData: () => personalDataOfChat(store),
    carryOut: (turn, asked) => router.handleApproved(turn, asked),
    runLine: (turn, line, ended) => router.handleText(turn, line, ended),
    commandFor: (line) => router.commandFor(line),
  };
  const joined = createFeatures({
    ...{ store, outbox, sweeper, clock, logger },
    catalog: namedCatalog,
    systems: createSystems({ catalog: namedCatalog, targets: parts.targets, connections: parts.connections }),
    ...connection.members,
    ...late,
  });
  const { features, catalog, refresh, deliveries, begin, takeHook, lookAt, idle, welcome } = joined;
  const warnAboutSecret = createSecretWarning(outbox, logger);
  const { people } = connection;
  const router = createRouter({ ...joined, people, warnAboutSecret, audit: store.audit, telemetry, clock, logger });
  for (const { shows = [] } of features.flatMap((each) => each.commands ?? []))
    for (const each of shows) parts.shown.add(each);
  outbox.drawCopies(
    listPrefix,
    createListDrawer((turn, line) => router.handleText(turn, line), clock),
  );
  const declared = features.flatMap((each) => each.dialogs ?? []);
  const bot = createTeamsBot({
    ...{ connection, router, outbox, welcome, warnAboutSecret },
    dialogs: createDialogs({ store, leases, dialogs: declared, clock, logger }),
    inbox: createInbox({ store, clock, logger, owner }),
    isKnown: createDoor({ catalog, refresh }),
    guests: config.guests,
    audit: store.audit,
    foreground: parts.foreground,
  });
  const { aliasChecks } = joined;
  const aliases = {
    findHidden: aliasChecks.findHidden,
    tellOwners: () =>
      void aliasChecks
        .tellOwners()
        .catch((error: unknown) => logger.warn({ error }, 'The owners of hidden aliases could not be told')),
  };
  return { features, catalog, refresh, deliveries, begin, takeHook, lookAt, idle, bot, aliases };
}
