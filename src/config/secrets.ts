import { readFileSync } from 'node:fs';
import { lookUp } from '../core/keys';
import { registerSecret } from '../core/text/secrets';
import { isSet } from './values';
import type { Environment } from './values';

/** The settings that a catalog names: credentials and the like, each in a variable or in the file that `<name>_FILE` names. */
export interface Secrets {
  isSet(name: string): boolean;
  /** Reads it anew, so that a rotated file is seen. Throws if it isn't set. */
  read(name: string): string;
}

export function createSecrets(environment: Environment): Secrets {
  function find(name: string): string | undefined {
    const value = lookUp(environment, name);
    if (isSet(value)) return value.trim();
    const file = lookUp(environment, `${name}_FILE`);
    if (!isSet(file)) return undefined;
    try {
      const text = readFileSync(file.trim(), 'utf8').trim();
      return text === '' ? undefined : text;
    } catch {
      return undefined;
    }
  }

  return {
    isSet: (name) => find(name) !== undefined,
    read(name) {
      const value = find(name);
      if (value === undefined) throw new Error(`${name} isn’t set, and neither is ${name}_FILE`);
      registerSecret(value);
      return value;
    },
  };
}
