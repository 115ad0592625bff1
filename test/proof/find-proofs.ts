import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Proof } from './contract';

const load = createRequire(__filename);

/** Every `*.proof.ts` of this folder by its name; each exports one `proof`. */
export function findProofs(): ReadonlyMap<string, Proof> {
  const files = readdirSync(__dirname).filter((file) => file.endsWith('.proof.ts'));
  return new Map(
    files.sort().map((file) => {
      const { proof } = load(join(__dirname, file)) as { proof?: Proof };
      if (!proof?.isDeclared) throw new Error(`${file} exports no proof that declareProof made`);
      return [file.replace('.proof.ts', ''), proof];
    }),
  );
}
