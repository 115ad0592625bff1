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

  // https://aka.ms/teams-app-test-tool-config/0.1.1/config.schema.json; with any other number, the client exits silently.
  it('has exactly five people besides the active one', () => {
    assert.equal(file.users.length, 5);
  });

  it('has the sandbox’s tenant and all its people of that tenant, and one guest whom the catalog doesn’t know', () => {
    const everybody = [file.currentUser, ...file.users].map(({ id, name, aadObjectId }) => ({ id, name, aadObjectId }));
    const [guest, ...others] = everybody.toReversed();
    const ofFile = others.reverse();
    assert.equal(guest?.name, 'Gus Guest');
    assert.ok(!textOf(join('sandbox/catalog.yaml')).includes(guest.aadObjectId));
    const ofSandbox = people
      .filter((each) => each.tenantId === undefined)
      .map(({ id, name, aadObjectId }) => ({ id, name, aadObjectId }));
    assert.equal(file.tenantId, tenantId);
    assert.deepEqual(ofFile, ofSandbox);
  });

  it('has the shape that its client reads, with different ids', () => {
    assert.equal(file.version, '0.1.1');
    const ids = [file.team.id, ...file.team.channels.map(({ id }) => id), file.bot.id, file.currentUser.id];
    assert.equal(new Set(ids).size, ids.length);
  });
});
