import { z } from 'zod';

/**
 * What a browser's `toJSON()` of a key gives (W3C 5.1.7), read strictly and before the library sees it: base64url
 * only, sizes bounded, `id` and `rawId` the same bytes in the same spelling.
 */
const encoded = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/);

/** 1,023 bytes (W3C 4, "Credential ID"). */
const credentialId = encoded(1364);

const clientDataSchema = z.object({
  type: z.string().max(50),
  challenge: encoded(200),
  origin: z.string().max(300),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.unknown().optional(),
});

const envelope = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
};

const assertionSchema = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: encoded(4000),
    authenticatorData: encoded(4000),
    signature: encoded(2000),
    userHandle: z.string().max(200).nullish(),
  }),
  clientExtensionResults: z.object({ appid: z.boolean().optional() }).prefault({}),
});

const registrationSchema = z.object({
  ...envelope,
  response: z.object({
    clientDataJSON: encoded(4000),
    attestationObject: encoded(12_000),
    transports: z.array(z.string().max(20)).max(8).catch([]).prefault([]),
  }),
});

export type ClientData = z.output<typeof clientDataSchema>;
export type AssertionAnswer = z.output<typeof assertionSchema> & { readonly clientData: ClientData };
export type RegistrationAnswer = z.output<typeof registrationSchema> & { readonly clientData: ClientData };

/** Undefined for anything that no browser of ours sends. */
export function readAssertion(text: string): AssertionAnswer | undefined {
  return read(text, assertionSchema);
}

export function readRegistration(text: string): RegistrationAnswer | undefined {
  return read(text, registrationSchema);
}

type Answer = { id: string; rawId: string; response: { clientDataJSON: string } };

function read<A extends Answer>(text: string, schema: z.ZodType<A>): (A & { clientData: ClientData }) | undefined {
  const answer = schema.safeParse(json(text)).data;
  if (answer === undefined || answer.id !== answer.rawId || !isPlain(answer.id)) return undefined;
  const clientData = clientDataSchema.safeParse(json(textOf(answer.response.clientDataJSON))).data;
  if (clientData === undefined) return undefined;
  // Our pages stand in no frame: what was signed in one was asked for by somebody else's (W3C 7.1 step 10, 7.2 step 13).
  if (clientData.crossOrigin === true || clientData.topOrigin !== undefined) return undefined;
  return { ...answer, clientData };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same bytes have other spellings, with bits in the last character that count for nothing. */
function isPlain(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

function textOf(encodedText: string): string {
  return Buffer.from(encodedText, 'base64url').toString('utf8');
}
