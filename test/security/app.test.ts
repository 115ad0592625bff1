import assert from 'node:assert/strict';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';

describe('an app without a registration', () => {
  it('is not created for other machines, however its configuration was made', async () => {
    const result = readConfig({});
    assert.ok('config' in result);
    for (const host of ['0.0.0.0', '::', '192.168.1.4'])
      await assert.rejects(
        createApp({ ...result.config, mode: 'teams', host }, { childEnvironment: {} }),
        /listens on this machine only/,
      );
  });
});
