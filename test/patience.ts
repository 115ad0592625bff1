/** For how long tests wait for what has to come. Only a failure takes so long, however slow and busy the machine is; how quick Gavel is, `npm run bench` measures. */
export const patienceMs = 180_000;
