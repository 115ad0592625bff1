import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parse } from 'yaml';
import { people, tenantId } from '../../src/playground/world';
import { textOf } from '../rules/source-files';

interface Someone {
  readonly id: string;
  readonly name: string;
  readonly aadObjectId: string;
}

describe("the file for Microsoft's Agents Playground", () => {
  const file = parse(textOf(join('.m365agentsplayground.yml'))) as {
    readonly version: string;
    readonly tenantId: string;
    readonly bot: { readonly id: string };
    readonly currentUser: Someone;
    readonly users: readonly Someone[];
    readonly team: { readonly id: string; readonly channels: readonly { readonly id: string }[] };
  };

  it("has the sandbox's tenant and all its people of that tenant", () => {
    const ofFile = [file.currentUser, ...file.users].map(({ id, name, aadObjectId }) => ({ id, name, aadObjectId }));
    const ofSandbox = people
      .filter((each) => each.tenantId === undefined)
      .map(({ id, name, aadObjectId }) => ({ id, name, aadObjectId }));
    assert.equal(file.tenantId, tenantId);
    assert.deepEqual(ofFile, ofSandbox);
  });

  it('has the form that its client reads, with ids that differ', () => {
    assert.equal(file.version, '0.1.1');
    const ids = [file.team.id, ...file.team.channels.map(({ id }) => id), file.bot.id, file.currentUser.id];
    assert.equal(new Set(ids).size, ids.length);
  });
});
