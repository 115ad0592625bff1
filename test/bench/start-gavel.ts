import { join } from 'node:path';
import { tenantId } from '../../src/playground/world';
import { freePort } from '../free-ports';
import { appId } from './login';
import type { Login } from './login';
import { startPart } from './process';
import type { Part } from './process';

export interface GavelOptions {
  readonly built: string;
  /** Contains `catalog.yaml` and gets the data. */
  readonly folder: string;
  /** Sends as fast as it can instead of as fast as Teams allows. */
  readonly withoutPace?: boolean;
  /** With it, every request needs a token. */
  readonly login?: Login;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The compiled Gavel as a part of a measurement, on the first processor. */
export async function startGavel({ built, folder, withoutPace, login, environment }: GavelOptions): Promise<Part> {
  return startPart({
    main: 'gavel-server.ts',
    core: 0,
    environment: {
      PORT: String(await freePort()),
      PLAYGROUND_PORT: '1',
      GAVEL_HOST: '127.0.0.1',
      GAVEL_DATA: folder,
      GAVEL_CATALOG: join(folder, 'catalog.yaml'),
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      BENCH_BUILT: built,
      BENCH_PACE: withoutPace ? 'none' : 'teams',
      ...environment,
      ...(login ? { ...registration, BENCH_LOGIN: login.url, BENCH_OPENID: login.openIdUrl } : {}),
    },
  });
}

/** The environment of a Gavel that serves Teams. */
export const registration = {
  MicrosoftAppType: 'SingleTenant',
  MicrosoftAppId: appId,
  MicrosoftAppPassword: 'bench-secret-of-no-worth',
  MicrosoftAppTenantId: tenantId,
} as const;

/** A port that is free now. */
