import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';
import type { Telemetry } from '../../core/telemetry';
import type { Store } from '../../store/contract';

/** The identity of the bot in Teams. */
export interface TeamsRegistration {
  readonly appType: 'SingleTenant' | 'UserAssignedMSI';
  readonly appId: string;
  readonly tenantId: string;
  readonly password: string | undefined;
}

/** What the Teams side needs to know. Without a registration it is local mode: no tokens, and only addresses of this machine. */
export interface TeamsOptions {
  readonly registration: TeamsRegistration | undefined;
  readonly allowedTenants: readonly string[];
  /** Exact hosts that may get messages and the bot's token, over https. */
  readonly serviceHosts: readonly string[];
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hears of every call to Teams. */
  readonly telemetry?: Telemetry;
  /** Addresses of this machine are allowed besides; for tests that stand in for Teams. */
  readonly trustsThisMachine?: boolean;
  readonly openIdUrl?: string;
  readonly loginUrl?: string;
  /** Where Microsoft Graph is; the public one unless told. */
  readonly graphUrl?: string;
  /** Where the platform hands out tokens of a managed identity; the instance metadata service unless told. */
  readonly identityEndpoint?: { readonly url: string; readonly header: string };
  /** How long one call to Teams may take; 10000 unless told. */
  readonly timeLimitMs?: number;
}

/** What stands in for the Teams and the sign-in of Microsoft. */
export type TeamsStandIns = Pick<
  TeamsOptions,
  'openIdUrl' | 'loginUrl' | 'graphUrl' | 'trustsThisMachine' | 'timeLimitMs'
>;
