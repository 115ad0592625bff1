import assert from 'node:assert/strict';
import type { Deployment } from '../../../src/features/deployments/contract';
import { describeNext } from '../../../src/features/deployments/text';
import { asked } from './picker/picker-world';

describe('what is said right after asking', () => {
  const table: [string, Partial<Deployment>, readonly Deployment[], boolean, RegExp][] = [
    ['nothing else there', {}, [], false, /^It starts now\.$/],
    ['an approval is needed', {}, [], true, /waits for approval/],
    ['an approval was given', { state: 'approved' }, [], true, /^It starts now\.$/],
    ['another one runs', {}, [asked(1041, { state: 'running' })], false, /starts when D-1041 has ended/],
    ['an older one is approved', {}, [asked(1041, { state: 'approved' })], false, /starts when D-1041 has ended/],
    ['another was asked for at the same moment', {}, [asked(1043)], false, /as soon as shop in production is free/],
    [
      'an emergency while another one runs',
      { emergency: true },
      [asked(1041, { state: 'running' })],
      true,
      /starts when D-1041 has ended/,
    ],
    [
      'an emergency before what is approved',
      { emergency: true },
      [asked(1041, { state: 'approved' })],
      true,
      /as soon as/,
    ],
    ['it runs already', { state: 'running' }, [], false, /card shows/],
    ['a rule holds it', { state: 'approved', heldBy: 'x' }, [], true, /rule that holds it back/],
    ['it has ended', { state: 'superseded' }, [], false, /It is superseded/],
  ];
  for (const [what, more, others, needsApproval, words] of table)
    it(what, () => assert.match(describeNext(asked(1042, more), others, needsApproval), words));
});
