import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import type { Approval } from './record';

/** Whether Gavel may play the approver: the catalog still says that nothing there matters. Pure. */
export function isPractice(catalog: Catalog, { request: { practice, target } }: Pick<Approval, 'request'>): boolean {
  return practice === true && lookUp(catalog.environments, target.environment)?.practice === true;
}
