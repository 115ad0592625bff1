import type { Logger } from '../../core/telemetry/logger';
import type { Telemetry } from '../../core/telemetry';
import type { Clock } from '../../core/time/clock';
import type { CallPath, QueryValue } from './address';
import type { Authentication } from './authentication';
import type { CallKind, Headers } from './rules';

/** Bounds of one connection. Times are in milliseconds, sizes in bytes. */
export interface HttpLimits {
  readonly connectMs: number;
  /** From the request to the first line of its answer. */
  readonly headersMs: number;
  /** The longest silence inside an answer. */
  readonly bodyIdleMs: number;
  /** One call with everything: waiting for its turn, tries and pauses. */
  readonly totalMs: number;
  readonly maxBytes: number;
  /** Reads don't hold up writes: each have their own places. */
  readonly maxReads: number;
  readonly maxWrites: number;
  /** How many calls may wait for a place. */
  readonly maxQueued: number;
  /** How often a call is sent at most, where it may be sent again. */
  readonly maxAttempts: number;
  /** The first pause between two of them; each further one is twice as long. */
  readonly pauseMs: number;
  /** After this many failures in a row the system is left alone for `openMs`. */
  readonly maxFailures: number;
  readonly openMs: number;
}

/** One connection to an outside system. */
export interface HttpOptions {
  /** The name people know it by. */
  readonly name: string;
  /** Every call goes to this address or below it. */
  readonly base: string;
  readonly authentication?: Authentication;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What else must never show in an error or a log line. */
  readonly secrets?: readonly string[];
  /** The certificates that are trusted instead of the usual ones, as PEM. */
  readonly ca?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string; readonly passphrase?: string };
  /** `http://user:password@proxy:3128`: HTTPS goes through a tunnel, plain HTTP as a request to the proxy. */
  readonly proxy?: string;
  /** The header in which this kind of system keeps the correlation id, or the person a call is made for. */
  readonly correlationHeader?: string;
  readonly personHeader?: string;
  readonly limits?: Partial<HttpLimits>;
  readonly tap?: HttpTap | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry?: Telemetry;
}

/** A call with the answer that was read. */
export interface TappedExchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly requestBody?: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Listens to what a system answers. */
export interface HttpTap {
  /** Whether calls that could change something are refused before they are sent. */
  readonly readsOnly: boolean;
  exchanged(exchange: TappedExchange): void;
}

/** What is sent along. */
type HttpBody =
  | { readonly json: unknown }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly text: string; readonly type: string };

/** One call. It's a GET when it's a `read` without a body, else a POST, unless `method` says otherwise. */
export interface HttpCall {
  readonly kind: CallKind;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: CallPath;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** Statuses beside 2xx that the caller reads itself, such as a 303 that names a queue item. */
  readonly accept?: readonly number[] | 'any';
  /** Ends the call: it rejects with the signal's reason, or with `unclear` when it isn't a read and was sent. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<Pick<HttpLimits, 'headersMs' | 'bodyIdleMs' | 'totalMs' | 'maxBytes'>>;
  /** Keeps the last `maxBytes` of a longer answer instead of refusing it: for logs. */
  readonly keepEnd?: boolean;
  /** Gets a good answer as it comes, and nothing of it is kept: for streams of events. */
  readonly onChunk?: (chunk: Buffer) => void;
  /** Lets a read follow a redirect to another host: without credentials, client certificate or any header of the connection. */
  readonly mayLeave?: boolean;
  /**
   * Asks whether the system works: sent once, on a connection of its own, past the queue and the circuit. A second try, a connection that was kept
   * or a circuit that is open would each hide what it has to find out.
   */
  readonly isProbe?: boolean;
  /** Calls with the same name share a circuit, so that logs that can't be read stop nothing else. The call's kind when left out. */
  readonly circuit?: string;
  /** The name of the person it's for. */
  readonly person?: string;
  readonly correlationId?: string;
}

/** A whole answer. `isCut`: its beginning is missing. */
export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Headers;
  readonly body: Buffer;
  readonly isCut: boolean;
}

/** How to get from one page of an answer to the next. */
export type Paging<Page> =
  | { readonly by: 'link' }
  | { readonly by: 'cursor'; readonly parameter: string; readonly next: (page: Page) => string | undefined }
  | {
      readonly by: 'number';
      readonly parameter: string;
      readonly first: number;
      readonly isLast: (page: Page) => boolean;
    };

/** `isComplete`: the last page is among them. */
export interface Pages<Page> {
  readonly pages: readonly Page[];
  readonly isComplete: boolean;
}

/** `closed`: calls go out; `open`: the system is left alone; `half-open`: one call tries whether it works again. */
export type CircuitState = 'closed' | 'half-open' | 'open';
