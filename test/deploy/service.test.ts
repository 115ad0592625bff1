import assert from 'node:assert/strict';
import { readStages, execForm, last } from './containerfile';
import { textOf } from '../rules/source-files';

const unit = textOf('deploy/gavel@.service');
const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

describe('the systemd unit', () => {
  it('starts Gavel as the container does, and ends it in time for what is in work', () => {
    const words = execForm(last(readStages(textOf('Containerfile')).at(-1), 'CMD') ?? '') ?? [];
    assert.equal(valueOf('ExecStart'), `/usr/bin/${words.join(' ')}`);
    assert.equal(valueOf('KillSignal'), 'SIGTERM');
    assert.ok(Number(valueOf('TimeoutStopSec')) >= 15);
  });

  it('is nobody special and may write to its data only', () => {
    assert.equal(valueOf('User'), 'gavel');
    assert.equal(valueOf('ProtectSystem'), 'strict');
    assert.equal(valueOf('NoNewPrivileges'), 'yes');
    assert.match(unit, /^CapabilityBoundingSet=$/m);
    assert.match(valueOf('Environment'), new RegExp(`GAVEL_DATA=/var/lib/${valueOf('StateDirectory')}( |$)`));
    assert.match(valueOf('Environment'), /GAVEL_HOST=127\.0\.0\.1/);
  });

  it('lets Node compile while it runs', () => assert.doesNotMatch(unit, /^MemoryDenyWriteExecute=(yes|true)/m));

  it('sets only what Gavel knows', () => {
    for (const [, name] of valueOf('Environment').matchAll(/(\w+)=/g))
      assert.match(textOf('.env.example'), new RegExp(`^# ${name}=`, 'm'));
  });
});
