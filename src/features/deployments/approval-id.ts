import { idFrom } from '../../core/ids';

/** The same for a deployment always, so that opening its approval twice is harmless. */
export function approvalIdOf(id: string): string {
  return idFrom('approval', id);
}
