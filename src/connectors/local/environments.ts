import { join } from 'node:path';
import type { EnvironmentSource, Running } from '../contract';
import type { ServicePlaces } from '../machine/places';
import { lives } from '../machine/processes';
import { readRecord } from '../machine/records';
import type { LocalOptions } from './options';
import { CurrentRelease, serviceFolders, ServiceProcess } from './records';

/** What runs where, by the records that the services and the deploy script write; a dead process serves nothing. */
export function createEnvironmentSource({
  dataDir,
  places,
}: Pick<LocalOptions, 'dataDir'> & { readonly places: ServicePlaces }): EnvironmentSource {
  const folders = serviceFolders(dataDir);
  return {
    async running(service, environment) {
      places.check(service, environment);
      return readRunning(folders.place(service, environment));
    },
  };
}

function readRunning(home: string): Running | undefined {
  const current = readRecord(join(home, 'current.json'), CurrentRelease);
  const service = readRecord(join(home, 'process.json'), ServiceProcess);
  if (service && lives(service)) {
    const { version, commit, processId, port } = service;
    const deployed = [current, current?.previous].find((each) => each?.version === version && each.commit === commit);
    return {
      version,
      commit,
      since: deployed?.since ?? service.startedAt,
      processId,
      address: `http://127.0.0.1:${port}`,
    };
  }
  const meant = current?.switching === undefined ? current : current.previous;
  return meant && { version: meant.version, commit: meant.commit, since: meant.since };
}
