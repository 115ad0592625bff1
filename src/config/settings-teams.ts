import { z } from 'zod';
import { firstAdmin, guid, httpAddress, httpsAddress, commaList, onOrOff } from './forms';
import type { Setting } from './setting';

/** The settings of the bot registration and of the package that Teams installs. */
export const teamsSettings = [
  {
    name: 'MicrosoftAppType',
    group: 'Microsoft Teams',
    summary: 'Kind of the bot registration',
    parse: z.enum(['SingleTenant', 'UserAssignedMSI'], 'exactly SingleTenant or UserAssignedMSI'),
    without: 'none: local mode',
  },
  {
    name: 'MicrosoftAppId',
    group: 'Microsoft Teams',
    summary: 'App id of the bot registration',
    parse: guid,
    without: 'none',
  },
  {
    name: 'MicrosoftAppPassword',
    group: 'Microsoft Teams',
    summary: 'Client secret; for SingleTenant only',
    parse: z.string().min(8, 'the client secret of the registration'),
    without: 'none',
    secret: true,
  },
  {
    name: 'MicrosoftAppTenantId',
    group: 'Microsoft Teams',
    summary: 'Tenant of the registration',
    parse: guid,
    without: 'none',
  },
  {
    name: 'GAVEL_ALLOWED_TENANTS',
    group: 'Microsoft Teams',
    summary: 'Tenants whose people may talk to Gavel, separated by commas',
    parse: commaList.pipe(z.array(guid).min(1)),
    without: 'the tenant of the registration',
  },
  {
    name: 'GAVEL_ADMINS',
    group: 'Microsoft Teams',
    summary:
      'The first admins, who give everybody else their rights: object ids of people, each with =Name behind it if you like, separated by commas',
    parse: commaList.pipe(z.array(firstAdmin).min(1)),
    without: 'none: the catalog names them',
  },
  {
    name: 'GAVEL_GUESTS',
    group: 'Microsoft Teams',
    summary: 'on: guests and members of other organizations in shared channels may use Gavel like everybody else',
    parse: onOrOff,
    default: 'off',
  },
  {
    name: 'GAVEL_SERVICE_HOSTS',
    group: 'Microsoft Teams',
    summary: 'Hosts that may receive the token of the bot, exact names separated by commas',
    parse: commaList.pipe(
      z
        .array(
          z
            .string()
            .toLowerCase()
            .regex(/^[a-z0-9.-]+$/, 'host names without https:// and without a path'),
        )
        .min(1),
    ),
    default: 'smba.trafficmanager.net',
  },
  {
    name: 'GAVEL_ENDPOINT',
    group: 'Microsoft Teams',
    summary:
      'The messaging endpoint as it stands in the registration, https://…/api/messages; the doctor asks whether it leads to Gavel',
    parse: httpsAddress,
    without: 'none; the doctor does not look at it',
  },
  {
    name: 'IDENTITY_ENDPOINT',
    group: 'Microsoft Teams',
    summary: 'Where tokens of a managed identity are handed out; set by App Service and Container Apps themselves',
    parse: httpAddress,
    without: 'the instance metadata service',
  },
  {
    name: 'IDENTITY_HEADER',
    group: 'Microsoft Teams',
    summary: 'What proves to IDENTITY_ENDPOINT that the question comes from inside; set by the platform as well',
    parse: z.string().min(1),
    without: 'none',
    secret: true,
  },
  {
    name: 'GAVEL_APP_NAME',
    group: 'App package',
    summary: 'Name under which Teams shows Gavel, at most 30 characters; `npm run manifest` reads this group',
    parse: z.string().max(30, 'at most 30 characters'),
    default: 'Gavel',
  },
  {
    name: 'GAVEL_ORGANISATION',
    group: 'App package',
    summary: 'Who offers Gavel to these people, at most 32 characters',
    parse: z.string().max(32, 'at most 32 characters'),
    default: 'Gavel',
  },
  {
    name: 'GAVEL_WEBSITE_URL',
    group: 'App package',
    summary: 'Page of yours about Gavel, with whom to ask; Teams links to it',
    parse: httpsAddress,
    without: 'none; the package needs one',
  },
  {
    name: 'GAVEL_PRIVACY_URL',
    group: 'App package',
    summary: 'Page about what is kept of whom',
    parse: httpsAddress,
    without: 'GAVEL_WEBSITE_URL',
  },
  {
    name: 'GAVEL_TERMS_URL',
    group: 'App package',
    summary: 'Page with the terms of use',
    parse: httpsAddress,
    without: 'GAVEL_WEBSITE_URL',
  },
] as const satisfies readonly Setting[];
