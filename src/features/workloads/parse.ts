import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { targetOf } from '../health';
import type { ServiceTarget } from '../health';

/** What clicks on pods send. */

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const podForm = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** `shop/production/shop-7d9f8-x2k4q`, checked. Throws `UserError` if it isn’t one. */
export function readPodId(catalog: Catalog, id: string): { readonly target: ServiceTarget; readonly pod: string } {
  const [service = '', environment = '', pod = ''] = id.split('/');
  if (!podForm.test(pod)) throw new UserError('That pod doesn’t exist. Type `pods` and a service to see its pods.');
  return { target: targetOf(catalog, `${service}/${environment}`), pod };
}
