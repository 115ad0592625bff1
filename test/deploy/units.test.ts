import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { textOf } from '../rules/source-files';
import { execForm, last, readStages } from './containerfile';

const unit = textOf('deploy/gavel@.service');
const valueOf = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

describe('the systemd unit', () => {
  it('starts Gavel as the container does, and gives it time to finish', () => {
    const words = execForm(last(readStages(textOf('Containerfile')).at(-1), 'CMD') ?? '') ?? [];
    assert.equal(valueOf('ExecStart'), `/usr/bin/${words.join(' ')}`);
    assert.equal(valueOf('KillSignal'), 'SIGTERM');
    assert.ok(Number(valueOf('TimeoutStopSec')) >= 15);
  });

  it('has no privileges and can write only to its data', () => {
    assert.equal(valueOf('User'), 'gavel');
    assert.equal(valueOf('ProtectSystem'), 'strict');
    assert.equal(valueOf('NoNewPrivileges'), 'yes');
    assert.match(unit, /^CapabilityBoundingSet=$/m);
    assert.match(valueOf('Environment'), new RegExp(`GAVEL_DATA=/var/lib/${valueOf('StateDirectory')}( |$)`));
    assert.match(valueOf('Environment'), /GAVEL_HOST=127\.0\.0\.1/);
  });

  it('lets Node compile while it runs', () => assert.doesNotMatch(unit, /^MemoryDenyWriteExecute=(yes|true)/m));

  it('sets only settings that exist', () => {
    for (const [, name] of valueOf('Environment').matchAll(/(\w+)=/g))
      assert.match(textOf('.env.example'), new RegExp(`^# ${name}=`, 'm'));
  });
});

describe('the units that hand over to an approved release', () => {
  const path = textOf('deploy/gavel-deploy.path');
  const service = textOf('deploy/gavel-deploy.service');

  it('check where Gavel leaves a run, and run their own command on it', () => {
    const [, folder] = /^DirectoryNotEmpty=(.*)$/m.exec(path) ?? [];
    assert.equal(folder, `/var/lib/${valueOf('StateDirectory')}/host/waiting/gavel`);
    assert.match(
      service,
      new RegExp(`host-run\\.js --waiting ${folder} --releases /opt/gavel/releases -- /usr/bin/node `),
    );
  });

  it('wait for the end however long it takes, and stop no hand-over halfway', () => {
    assert.match(service, /^TimeoutStartSec=infinity$/m);
    assert.match(service, /^KillMode=process$/m);
  });
});

describe('the container app for Azure', () => {
  const app = parse(textOf('deploy/container-app.yaml')) as ContainerApp;
  const [container] = app.properties.template.containers;

  it('sets only settings that exist, and keeps secrets separate', () => {
    for (const { name, value } of container?.env ?? []) {
      assert.match(textOf('.env.example'), new RegExp(`^# ${name}=`, 'm'));
      if (/URI|KEY|PASSWORD/.test(name)) assert.equal(value, undefined, `${name} is a secret`);
    }
  });

  it('probes where Gavel answers, on the port of the image, and gives it time to finish', () => {
    const image = readStages(textOf('Containerfile')).at(-1);
    const port = Number(last(image, 'EXPOSE'));
    assert.equal(app.properties.configuration.ingress.targetPort, port);
    const probes = container?.probes.map(({ type, httpGet }) => `${type} ${httpGet.path} ${httpGet.port}`);
    assert.deepEqual(probes, [`Startup /healthz ${port}`, `Liveness /healthz ${port}`, `Readiness /readyz ${port}`]);
    assert.ok(app.properties.template.terminationGracePeriodSeconds >= 15);
  });

  it('mounts the catalog where the image expects it', () => {
    const [mount] = container?.volumeMounts ?? [];
    const volume = app.properties.template.volumes.find(({ name }) => name === mount?.volumeName);
    assert.match(textOf('Containerfile'), new RegExp(`GAVEL_CATALOG=${mount?.mountPath}/${volume?.secrets[0]?.path}`));
  });
});

interface ContainerApp {
  readonly properties: {
    readonly configuration: { readonly ingress: { readonly targetPort: number } };
    readonly template: {
      readonly terminationGracePeriodSeconds: number;
      readonly containers: readonly {
        readonly env: readonly { readonly name: string; readonly value?: string }[];
        readonly probes: readonly {
          readonly type: string;
          readonly httpGet: { readonly path: string; readonly port: number };
        }[];
        readonly volumeMounts: readonly { readonly volumeName: string; readonly mountPath: string }[];
      }[];
      readonly volumes: readonly { readonly name: string; readonly secrets: readonly { readonly path: string }[] }[];
    };
  };
}
