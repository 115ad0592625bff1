import assert from 'node:assert/strict';
import { mirrorsIn } from './build';

describe('the mirrors that Kubernetes is built from', () => {
  it('are those of Debian itself in both forms of apt’s lists', () => {
    const fields = 'Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n';
    const files = [
      `Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n${fields}\nTypes: deb-src\nURIs: http://source.example/debian\nSuites: bookworm\n${fields}`,
      `Types: deb\n# a snapshot\nURIs: http://mirror.example/security\nSuites: bookworm-security\n${fields}`,
      'deb [arch=amd64] http://one.example/debian bookworm main\n# deb http://two.example/debian bookworm main\n',
      `Types: deb\nURIs: https://deb.other.example/node_20.x\nSuites: nodistro\n${fields}deb https://packages.example/apt sdk-bookworm main\n`,
    ];
    assert.deepEqual(mirrorsIn(files), [
      { address: 'http://mirror.example/debian', suites: ['bookworm', 'bookworm-updates'] },
      { address: 'http://mirror.example/security', suites: ['bookworm-security'] },
      { address: 'http://one.example/debian', suites: ['bookworm'] },
    ]);
  });
});
