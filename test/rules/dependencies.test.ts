import assert from 'node:assert/strict';
import { textOf } from './source-files';

type Versions = Readonly<Record<string, string>>;
const { dependencies, devDependencies, overrides } = JSON.parse(textOf('package.json')) as Record<string, Versions>;
const locked = JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, { version?: string }>> };

describe('the dependencies', () => {
  it('have exact versions, those of the lock file', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
      assert.equal(locked.packages[`node_modules/${name}`]?.version, version, name);
    }
    for (const [name, version] of Object.entries(overrides ?? {})) assert.match(version, /^\d/, name);
  });
});
