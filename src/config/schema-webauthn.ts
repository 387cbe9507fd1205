import { z } from 'zod';

const file = z.string().min(1).describe('A path; a relative one starts at the folder of the configuration file.');

/** One model: an AAGUID, or the key identifier of a U2F key. */
const model = z
  .string()
  .toLowerCase()
  .regex(
    /^([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{40})$/,
    'expected an AAGUID such as 2fc0579f-8113-47ea-b116-bb5a8db9202a, or the 40 hex digits of a U2F key identifier',
  );

export const webauthnSchema = z
  .strictObject({
    metadata: file
      .optional()
      .describe(
        'FIDO metadata: the signed BLOB of the FIDO Metadata Service, or a JSON list of your own. Without it no key reaches level 4.',
      ),
    metadataRoot: file
      .optional()
      .describe('PEM file: the root under which the BLOB is signed. Only with a signed one.'),
    allow: z
      .array(model)
      .min(1)
      .optional()
      .describe('Models that may reach level 4; all that the metadata knows where not given.'),
    appId: z
      .url({ protocol: /^https$/, error: 'expected the https address under which U2F keys were registered' })
      .optional()
      .describe('The application id of U2F keys that were registered before there was WebAuthn.'),
  })
  .optional()
  .describe('Passkeys and security keys: people may set one up where this stands, be it empty ({}).');
