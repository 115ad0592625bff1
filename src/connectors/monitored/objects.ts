import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import { hasParts } from '../../core/text/stars';
import type { AlertSubject } from '../contract';

/** Hosts and the services on them, as Nagios and Icinga count what they monitor. Pure. */

/** A host, or a service on it. */
export interface Monitored {
  readonly host: string;
  readonly service?: string;
}

/** `host` or `host!service`: what alerts are told apart by. */
export function monitoredKey({ host, service }: Monitored): string {
  const name = host.replace(/[%!]/g, (sign) => encodeURIComponent(sign).replace('!', '%21'));
  return service === undefined ? name : `${name}!${service}`;
}

/** The reverse of `monitoredKey`. */
export function monitoredOf(key: string): Monitored {
  const at = key.indexOf('!');
  const host = (at < 0 ? key : key.slice(0, at)).replace(/%21/g, '!').replace(/%25/g, '%');
  return at < 0 ? { host } : { host, service: key.slice(at + 1) };
}

/** Alerts of one service with the same name are one problem, so hosts share theirs. */
export const nameOf = ({ service }: Monitored): string => service ?? 'Host down';

/** As an alert would be about it. */
export function subjectOf(monitored: Monitored): AlertSubject {
  return { key: monitoredKey(monitored), name: nameOf(monitored), labels: { ...monitored } };
}

/** Which hosts and services concern a service of the catalog. A `*` stands for any characters. */
export const monitoredBinding = z.strictObject({
  host: text,
  /** Without it, every service on the host. */
  services: z.array(text).min(1).max(50).optional(),
});

type MonitoredBinding = z.output<typeof monitoredBinding>;

export interface Selection {
  /** The host, or one of the services. */
  readonly concerns: (monitored: Monitored) => boolean;
  /** Whether every service on the host belongs to it, so that the host itself does. */
  readonly isWholeHost: boolean;
}

/** The hosts and services of a binding for a target. A host that is down concerns everything on it. */
export function selectMonitored({ host, services }: MonitoredBinding, target: Target): Selection {
  const isHost = patternOf(host, target);
  const isService = services?.map((service) => patternOf(service, target));
  return {
    concerns: (monitored) =>
      isHost(monitored.host) &&
      (monitored.service === undefined || (isService?.some((matches) => matches(monitored.service ?? '')) ?? true)),
    isWholeHost: services === undefined,
  };
}

/** Stands for a star in a value of the target, which means itself. */
const literalStar = '\u0000';

function patternOf(template: Template, { service, environment }: Target): (name: string) => boolean {
  const filled = fillTemplate(template, { service, environment }, (value) => value.replaceAll('*', literalStar));
  const words = filled.split('*').map((part) => part.replaceAll(literalStar, '*'));
  return (name) => hasParts(name, words);
}
