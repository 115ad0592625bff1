import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { OnBehalfOf } from '../contract';
import type { Account } from './sessions';

/** As whom Gavel acts: with the session of the person, if the connection has their account, and otherwise with that of the automation account. */

const setting = z.string().regex(/^GAVEL_[A-Z0-9_]+$/, 'the name of a setting, such as GAVEL_CD_DANA');

export const peopleSettings = {
  /** The accounts of people, by the ID that Gavel knows them by. The credential is their access token, or with a user their password. */
  people: z
    .array(
      z.strictObject({
        person: z.string().trim().min(1).max(200),
        user: z.string().trim().min(1).max(200).optional(),
        credential: setting,
      }),
    )
    .max(500)
    .default([]),
  /** Nobody starts, cancels or decides anything with the automation account. */
  onlyAsPerson: z.boolean().default(false),
};

type People = z.output<typeof peopleSettings.people>;

export type Acting = ReturnType<typeof createActing>;

interface ActingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly people: People;
  readonly onlyAsPerson: boolean;
  readonly secret: (setting: string) => string;
}

export function createActing({ name, people, onlyAsPerson, secret }: ActingParts) {
  const accounts = new Map<string, Account>(
    people.map(({ person, user, credential }) => [
      person,
      user === undefined ? { token: secret(credential) } : { userName: user, password: secret(credential) },
    ]),
  );
  return {
    hasPeople: accounts.size > 0,
    /** Undefined for the automation account. Throws `refused` if the person would need an account of their own. */
    as(by: OnBehalfOf | undefined): Account | undefined {
      const own = by && accounts.get(by.id);
      if (!own && onlyAsPerson)
        throw new ConnectorError(
          name,
          'refused',
          'this person has no account of their own, which the connection requires',
        );
      return own;
    },
  };
}
