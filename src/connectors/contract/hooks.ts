/** How outside systems call Gavel: `POST /api/hooks/<connection>`. */

/** How a system that calls proves that it is the one. Secrets are read for each call, so that a rotated one counts at once. */
export type HookProof =
  /** `Authorization: Bearer <secret>`, or `Basic` with a user: for tools that can't sign. Without a timestamp, a repeated call is only known by its body. */
  | { readonly by: 'password'; readonly user: string | undefined; readonly secret: () => string }
  /** HMAC-SHA256 of the body, and of the time where the tool sends it. */
  | { readonly by: 'signature'; readonly scheme: SignatureScheme; readonly secret: () => string };

/** Where a tool puts its signature, and what it signs: the timestamp, the separator and the raw body, or only the body. */
export interface SignatureScheme {
  /** Header names in lower case. */
  readonly signatureHeader: string;
  /** What stands before the hexadecimal digits. */
  readonly prefix: string;
  /** Without it, a call can be sent again at any time: for tools whose calls are only hints. */
  readonly timestamp?: {
    /** Has the seconds since 1970. */
    readonly header: string;
    readonly separator: string;
  };
}

/** What an outside system says has happened. It's a hint: what is true is read from the system. */
export interface SystemEvent {
  /** For the log: `workflow_run completed`. */
  readonly name: string;
  /** The same if the system sends it again. */
  readonly delivery?: string;
  /** Runs that have perhaps changed, by the ids that `runStatus` takes. */
  readonly runs: readonly string[];
  /** Whether something has perhaps begun to wait for a decision, or was decided. */
  readonly concernsApprovals: boolean;
  /** Gavel has no use for it, so the system doesn't need to send it. */
  readonly isUnused?: true;
}

/** What a system tells on its own. */
export interface EventSource {
  /** Drops whatever the connection keeps of what has changed. Undefined if this kind of system never sends such a thing. `header`: by its name in lower case. */
  read(body: string, header: (name: string) => string | undefined): Promise<SystemEvent | undefined>;
  /** Asks the system to send again what hasn't arrived, and says how many those were. Omitted if it can't, or does so itself. */
  askAgain?(): Promise<number>;
}
