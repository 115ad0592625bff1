import { join } from 'node:path';
import type { TokenSource } from '../chat/teams';
import type { Config } from '../config';
import type { OpenConnection } from '../connectors/contract/kinds';
import type { Catalog } from '../core/catalog';
import { withFairTimeLimit } from '../core/concurrency';
import { StartError } from '../core/errors';
import { systemProblem } from '../core/system-problem';
import type { Clock } from '../core/time/clock';
import { lookAtAppPackage } from './app-package';
import { lookAtAdmins, lookAtCatalog } from './catalog';
import { causeOf } from './finding';
import type { Finding } from './finding';
import { lookAtEndpoint, lookAtSigningKeys } from './reach';
import {
  lookAtAliases,
  lookAtAnnouncements,
  lookAtDeliveries,
  lookAtEntraGroups,
  lookAtGivenUp,
  lookAtPace,
} from './sending';
import type { AliasLook, AnnouncementLook, DeliveryLook, GivenUpLook, GroupsLook } from './sending';
import { lookAtToken } from './token';

export { withoutStrangers } from './catalog';
export type { Finding } from './finding';
export { givenUpShownMs } from './sending';
export type { GivenUpLook } from './sending';

/** What the self-check checks. */
export interface SelfCheckOptions {
  readonly config: Pick<Config, 'bot' | 'allowedTenants' | 'identityEndpoint' | 'endpoint'>;
  readonly catalog: Catalog;
  /** The problems in the current catalog file. */
  readonly catalogProblems: readonly string[];
  /** Whether somebody can grant roles; skipped if omitted. */
  readonly hasAdmin?: () => Promise<boolean>;
  readonly connections: ReadonlyMap<string, Pick<OpenConnection, 'check'>>;
  /** What people call a connection. */
  readonly titleOf: (connection: string) => string;
  /** Rejects if the store can't be used. */
  readonly store: () => Promise<void>;
  /** Damage in the store, in sentences; skipped if omitted. */
  readonly storeDamage?: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly loginUrl?: TokenSource['loginUrl'];
  readonly openIdUrl?: string;
  /** The package from `npm run manifest`. */
  readonly packageFile?: string;
  /** The check was requested in Teams, so Teams has reached Gavel. */
  readonly heardOfTeams?: boolean;
  /** The state of notifications; skipped if omitted. */
  readonly deliveries?: () => Promise<readonly DeliveryLook[]>;
  /** Messages that were recently given up, the latest first; skipped if omitted. */
  readonly givenUp?: () => Promise<readonly GivenUpLook[]>;
  /** Services whose channel Gavel was removed from; skipped if omitted. */
  readonly lostAnnouncements?: () => Promise<readonly AnnouncementLook[]>;
  /** Aliases that no longer run because a command has their name; skipped if omitted. */
  readonly hiddenAliases?: () => Promise<readonly AliasLook[]>;
  /** How long Teams still wants Gavel to pause; only a running Gavel knows. */
  readonly silencesMs?: readonly number[];
  /** Reads the Entra groups that the catalog names; skipped if omitted. */
  readonly entraGroups?: () => Promise<GroupsLook>;
  /** How long a connection can take to answer; ten seconds by default. */
  readonly connectionLimitMs?: number;
}

const usualConnectionLimitMs = 10_000;
const usualPackageFile = join(__dirname, '../../manifest/gavel.zip');

/** Checks everything that Gavel needs and that the settings alone can't show. Never rejects, changes nothing. */
export async function selfCheck(options: SelfCheckOptions): Promise<readonly Finding[]> {
  const { config, clock, packageFile = usualPackageFile, silencesMs } = options;
  const { timeZone } = options.catalog;
  const { bot: registration, allowedTenants, identityEndpoint } = config;
  const source = { loginUrl: options.loginUrl, identityEndpoint };
  const teams = registration
    ? [
        lookAtToken({ registration, source, clock }),
        lookAtSigningKeys(options.openIdUrl),
        lookAtEndpoint(config.endpoint, options.heardOfTeams === true),
      ]
    : [];
  const found = await Promise.all([
    ...teams,
    lookAtStore(options.store),
    unlessSilent(options.storeDamage, (damage) =>
      damage.map((problem) => ({ about: 'what the store holds', problem })),
    ),
    lookAtConnections(options, options.connectionLimitMs ?? usualConnectionLimitMs),
    unlessSilent(options.deliveries, (deliveries) => lookAtDeliveries(deliveries, clock.now(), timeZone)),
    unlessSilent(options.givenUp, (givenUp) => [lookAtGivenUp(givenUp, clock.now(), timeZone)]),
    unlessSilent(options.lostAnnouncements, lookAtAnnouncements),
    unlessSilent(options.hiddenAliases, lookAtAliases),
    unlessSilent(options.entraGroups, lookAtEntraGroups),
    unlessSilent(options.hasAdmin, (hasAdmin) => [lookAtAdmins(hasAdmin)]),
  ]);
  return [
    ...found.flat(),
    ...(silencesMs ? [lookAtPace(silencesMs)] : []),
    ...lookAtCatalog(options.catalog, allowedTenants, options.catalogProblems),
    ...(registration ? lookAtAppPackage(packageFile, registration.appId) : []),
  ];
}

async function lookAtStore(store: () => Promise<void>): Promise<Finding[]> {
  const about = 'the store';
  try {
    await store();
    return [{ about }];
  } catch (error) {
    if (error instanceof StartError) return [{ about, problem: error.message }];
    const problem =
      systemProblem(error) ??
      `The store isn’t responding (${causeOf(error)}). Check MONGODB_URI and the network, or the GAVEL_DATA folder.`;
    return [{ about, problem }];
  }
}

/** Nothing if the store can't be read: that the store doesn't answer is a separate finding. */
async function unlessSilent<T>(
  ask: (() => Promise<T>) | undefined,
  look: (found: T) => Finding[],
): Promise<readonly Finding[]> {
  return ask ? ask().then(look, () => []) : [];
}

async function lookAtConnections(
  { connections, titleOf }: Pick<SelfCheckOptions, 'connections' | 'titleOf'>,
  limitMs: number,
): Promise<Finding[]> {
  const names = [...connections.keys()];
  // Two connections to the same kind of system can have one title.
  const isShared = (title: string): boolean => names.filter((each) => titleOf(each) === title).length > 1;
  const found = await Promise.all(
    [...connections].map(async ([name, connection]): Promise<Finding[]> => {
      const title = titleOf(name);
      const called = isShared(title) ? `${title} connection (${name})` : `${title} connection`;
      const about = `the ${called}`;
      try {
        const lines = await withFairTimeLimit(connection.check(), limitMs);
        if (!lines) throw new Error(`no response within ${limitMs / 1_000} s`);
        return lines.map((line) =>
          line.problem === undefined
            ? { about: `${about}: ${line.about}` }
            : { about, problem: `The ${called} reports: ${line.problem}` },
        );
      } catch (error) {
        return [{ about, problem: `The ${called} couldn’t be checked (${causeOf(error)}). Check its settings.` }];
      }
    }),
  );
  return found.flat();
}
