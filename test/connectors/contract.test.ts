import { holdToContract } from './contract';
import { suites } from './suites';

for (const suite of suites) holdToContract(suite);
