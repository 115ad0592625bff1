import { runDoctor } from './run-doctor';
import type { LineCommand } from './contract';

export const doctor: LineCommand = {
  name: 'doctor',
  summary: 'check everything Gavel needs and say how to fix what is wrong',
  options: [{ name: 'local', summary: 'check local mode on this machine, not a server' }],
  readsSettings: true,
  run: ({ environment, print, options }) => runDoctor(environment, print, { localIsMeant: options.has('local') }),
};
