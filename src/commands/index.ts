import { auditAccept, auditExport, auditVerify } from './audit';
import { cards } from './cards';
import { migrateCatalog } from './catalog';
import { explainConnectors, listConnectors, testConnectors } from './connectors';
import type { LineCommand } from './contract';
import { doctor } from './doctor';
import { init } from './init';
import { newCard, newCommand } from './new';
import { recordConnector } from './recording/record';
import { storeSizes } from './store';

/** Every command of `npx gavel`, in the order of its usage. */
export const lineCommands: readonly LineCommand[] = [
  init,
  doctor,
  listConnectors,
  explainConnectors,
  testConnectors,
  recordConnector,
  migrateCatalog,
  storeSizes,
  auditVerify,
  auditExport,
  auditAccept,
  cards,
  newCommand,
  newCard,
];
