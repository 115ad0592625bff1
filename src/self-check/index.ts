import { join } from 'node:path';
import type { TokenSource } from '../chat/teams';
import type { Config } from '../config';
import type { Connector } from '../connectors/contract';
import type { Catalog } from '../core/catalog';
import type { Clock } from '../core/clock';
import { StartError } from '../core/errors';
import { lookAtAppPackage } from './app-package';
import { lookAtAdmins, lookAtCatalog } from './catalog';
import { reasonOf } from './finding';
import type { Finding } from './finding';
import { lookAtSigningKeys } from './openid';
import { lookAtToken } from './token';

export type { Finding } from './finding';

/** What the self-check looks at. */
export interface SelfCheckOptions {
  readonly config: Pick<Config, 'bot' | 'allowedTenants' | 'identityEndpoint'>;
  readonly catalog: Catalog;
  /** What is wrong with the catalog file as it stands. */
  readonly catalogProblems: readonly string[];
  /** Whether somebody may give rights; not looked at unless told. */
  readonly hasAdmin?: boolean;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Rejects when the store can not be used. */
  readonly store: () => Promise<void>;
  readonly clock: Clock;
  readonly loginUrl?: TokenSource['loginUrl'];
  readonly openIdUrl?: string;
  /** The package that `npm run manifest` writes. */
  readonly packageFile?: string;
}

const usualPackageFile = join(__dirname, '../../manifest/gavel.zip');

/** Looks at everything that Gavel needs and that the settings alone can not show. Never rejects, changes nothing. */
export async function selfCheck(options: SelfCheckOptions): Promise<readonly Finding[]> {
  const { config, clock, connectors, packageFile = usualPackageFile } = options;
  const { bot: registration, allowedTenants, identityEndpoint } = config;
  const source = { loginUrl: options.loginUrl, identityEndpoint };
  const teams = registration
    ? [lookAtToken({ registration, source, clock }), lookAtSigningKeys(options.openIdUrl).then((each) => [each])]
    : [];
  const found = await Promise.all([...teams, lookAtStore(options.store), lookAtConnectors(connectors)]);
  return [
    ...found.flat(),
    lookAtAdmins(options.hasAdmin),
    ...lookAtCatalog(options.catalog, allowedTenants, options.catalogProblems, [...connectors.keys()]),
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
    const problem = `The store does not answer (${reasonOf(error)}); check MONGODB_URI and the network, or the folder GAVEL_DATA.`;
    return [{ about, problem }];
  }
}

async function lookAtConnectors(connectors: ReadonlyMap<string, Connector>): Promise<Finding[]> {
  return Promise.all(
    [...connectors].map(async ([name, connector]) => {
      const about = `the connector ${name}`;
      try {
        const problem = await connector.check();
        return problem === undefined ? { about } : { about, problem: `The connector ${name} says: ${problem}` };
      } catch (error) {
        return { about, problem: `The connector ${name} could not be asked (${reasonOf(error)}); check its settings.` };
      }
    }),
  );
}
