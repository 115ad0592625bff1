import { generateKeyPairSync } from 'node:crypto';

/** Who calls the double. */

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const appKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
export const appId = 4711;
export const installation = 815;
/** The token of a person. */
export const token = 'token-of-the-test';
export { publicKey };

/** Who calls: a person with a token, the App itself, or an installation of it. */
export type Caller = 'person' | 'app' | 'installation';

/** The login of the person whose token it is. */
export const person = 'gavel-bot';
