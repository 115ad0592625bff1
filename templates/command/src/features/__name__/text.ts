import { plainText } from '../../core/text';

/** The answer to `__words__`. */
export function describe__Pascal__(service: string): string {
  return `The __words__ of ${plainText(service)}.`;
}
