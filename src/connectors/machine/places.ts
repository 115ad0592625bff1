import { resolve } from 'node:path';
import { ConnectorError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Target } from '../../core/catalog/rights';
import { createAddressProbe } from './probes';
import type { AskAddress } from './probes';
import type { DeclaredEnvironment } from './processes';

/** What starting processes of this machine needs. */
export interface ProcessOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The environment variables that child processes get, for example PATH. */
  readonly environment?: DeclaredEnvironment;
}

/** The options of every connector of this machine. */
export interface MachineOptions extends ProcessOptions {
  /** Everything that the connector and its runs write is below this folder. */
  readonly dataDir: string;
  /** What the catalog binds to this connector at the moment. */
  readonly targets: () => readonly Target[];
  readonly sampleIntervalMs?: number;
}

/** The options with the places they lead to, and the way to ask what runs there. */
export type Placed<Options extends MachineOptions> = Options & {
  readonly places: ServicePlaces;
  readonly ask: AskAddress;
};

/** Adds the places that the connector of this name serves and the way to ask them, and names the data folder from the root. */
export function withPlaces<Options extends MachineOptions>(connectorName: string, options: Options): Placed<Options> {
  const places = createServicePlaces(connectorName, options.targets);
  const ask = createAddressProbe(connectorName, options.clock, options.logger);
  return { ...options, dataDir: resolve(options.dataDir), places, ask };
}

/** Names become parts of files and folders, `<service>.<environment>`: without dots, two of them never collide. */
const nameForm = /^[a-z][a-z0-9_-]{0,39}$/;
const versionForm = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[a-z0-9.]{1,20})?$/i;
const commitForm = /^[0-9a-f]{40}$/;

export type ServicePlaces = ReturnType<typeof createServicePlaces>;

/** The services and environments that one connector serves. */
export function createServicePlaces(connectorName: string, targets: () => readonly Target[]) {
  function refuse(problem: string): never {
    throw new ConnectorError(connectorName, 'not found', problem);
  }

  return {
    connectorName,
    all: targets,
    /** Refuses a service that it doesn't serve. */
    requireService(service: string): void {
      if (nameForm.test(service) && targets().some((each) => each.service === service)) return;
      refuse(`no service ${JSON.stringify(service)}`);
    },
    /** Refuses a service or environment that it doesn't serve. */
    check(service: string, environment: string): void {
      this.requireService(service);
      const isThere = targets().some((each) => each.service === service && each.environment === environment);
      if (!nameForm.test(environment) || !isThere) refuse(`${service} has no ${JSON.stringify(environment)}`);
    },
  };
}

/** Names become parts of files and folders, `<service>.<environment>`, where a dot would be mistaken for the one between them. */
export function findDottedName(service: string, environments: readonly string[]): string | undefined {
  const dotted = [service, ...environments].find((each) => each.includes('.'));
  return dotted === undefined
    ? undefined
    : `${dotted} has a dot, which a connection to this server can’t keep apart; write - or _`;
}

export const isVersion = (text: string): boolean => versionForm.test(text);
export const isCommit = (text: string): boolean => commitForm.test(text);

/** A value as part of one name in a path: it has no slashes, and can't be a folder above. Names of services and releases stay as they are. */
export const asFileName = (value: string): string =>
  value.replace(/[^\p{L}\p{N}_.-]/gu, '_').replace(/^\.+|\.{2,}/g, (dots) => '_'.repeat(dots.length));
