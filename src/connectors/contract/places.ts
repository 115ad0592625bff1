import type { Bindable } from './kinds';

/** What a system knows of services and environments, whether or not the catalog names it. */

/** An environment of a service, as the system has it. Texts are outside text, one line. */
export interface FoundPlace {
  /** As people of the tool call it: `production-eu of acme/shop`. */
  readonly name: string;
  /** Whose it is: the service in the catalog that is bound there, or else what the tool calls it. */
  readonly service: string;
  /** The tool’s own name of the environment. */
  readonly environment: string;
  /** What a binding of it says. */
  readonly capability: Bindable;
  readonly values: Readonly<Record<string, string>>;
}

/** Tells which environments a system has. */
export interface PlaceSource {
  /** Those that no binding of the catalog names, at most 100. */
  findUnbound(): Promise<readonly FoundPlace[]>;
}
