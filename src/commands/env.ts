import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleEnvironment } from '../config/settings';
import type { LineCommand } from './contract';

export const env: LineCommand = {
  name: 'env',
  summary: 'write .env.example from the settings declared in code',
  readsSettings: false,
  async run({ print }) {
    writeFileSync(join(__dirname, '../../.env.example'), exampleEnvironment());
    print('Wrote .env.example.');
    return 0;
  },
};
