import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import type { RunRequest } from '../contract';
import type { Target } from '../../core/catalog/rights';
import { asFileName } from '../machine/places';

/** What the catalog says of a service that runs on Gavel's own server. */

export const hostKind = 'host';

/** As if every word were there, to see what the texts around them are. */
const filled = (template: Template): string => fillTemplate(template, {}, () => 'word');

const folder = text.refine((path) => isAbsolute(filled(path)), 'the full path of a folder, from /');
const health = text.refine(
  (address) => isPrivateAddress(filled(address)),
  'http:// and a private address, such as http://127.0.0.1:3980/readyz',
);
const stepName = text.refine((name) => /^[a-z][a-z0-9._-]{0,39}$/.test(filled(name)), 'a word of a-z, 0-9, and -');
const Deploy = z
  .array(text)
  .min(1)
  .refine(([program]) => program !== undefined && isAbsolute(filled(program)), {
    error: 'must begin with the full path of a program, from /',
  });

export const hostBindings = {
  /** The folder that contains a folder `<version>` for each release. */
  source: z.strictObject({ releases: folder }),
  /** Answers as JSON which version and commit is live and since when. Only on this server or in a private network. */
  running: z.strictObject({ health }),
  pipelines: z.strictObject({
    releases: folder,
    health,
    /** A program and its arguments, started without a shell. Without it, something outside Gavel starts the waiting runs. */
    deploy: Deploy.optional(),
    /** The words that begin a step in the command's output: `start: …`. */
    steps: z.array(stepName).min(1).max(8).optional(),
  }),
  metrics: z.strictObject({ health }),
};

type Pipelines = z.output<typeof hostBindings.pipelines>;

/** What a binding says of a target; the bindings of a service share what they say alike. */
export type HostTarget = Target & { readonly binding: Partial<Pipelines> };

/** The services of this server, and what is known of each. */
export function createHostServices(targets: () => readonly HostTarget[]) {
  function find<K extends keyof Pipelines>(service: string, key: K): [Target, NonNullable<Pipelines[K]>] | undefined {
    for (const { binding, ...target } of targets()) {
      const value = target.service === service ? binding[key] : undefined;
      if (value !== undefined && value !== null) return [target, value];
    }
    return undefined;
  }

  function textOf(service: string, key: 'releases' | 'health', encode: (value: string) => string): string {
    const [target, template] = find(service, key) ?? [];
    if (template) return fillTemplate(template, target ?? {}, encode);
    throw new ConnectorError(hostKind, 'not found', `the catalog doesn’t say the ${key} of ${service}`);
  }

  return {
    releasesOf: (service: string): string => textOf(service, 'releases', asFileName),
    healthOf: (service: string): string => textOf(service, 'health', encodeURIComponent),
    stepsOf(service: string): string[] {
      const [target, steps] = find(service, 'steps') ?? [];
      return steps?.map((step) => fillTemplate(step, target ?? {})) ?? ['deploy'];
    },
    /** Undefined if something outside Gavel starts the runs. */
    deployOf({ service, environment, version, commit, key }: RunRequest): string[] | undefined {
      const [, deploy] = find(service, 'deploy') ?? [];
      return deploy?.map((each) => fillTemplate(each, { service, environment, version, commit, key }));
    },
  };
}

export type HostServices = ReturnType<typeof createHostServices>;

/** Whether this is an http address of this machine or of a private network, written as numbers, because a name could lead anywhere. */
export function isPrivateAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'http:' || username !== '' || password !== '') return false;
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (address === 'localhost') return true;
  if (isIP(address) === 4) return /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\./.test(address);
  return isIP(address) === 6 && /^(::1$|f[cd])/.test(address);
}
