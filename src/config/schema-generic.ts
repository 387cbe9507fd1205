import { z } from 'zod';
import { pattern, patternWithGroup } from './pattern.ts';

const path = z.string().regex(/^\/(?!\/)[^\s#\\]*$/, 'expected a path that begins with one /');
const plainPath = z.string().regex(/^\/(?!\/)[^\s?#\\]*$/, 'expected a path that begins with one /, without a query');
const status = z.int().min(100).max(599);
const answer = z.strictObject({ status, location: pattern.exactOptional().describe('A pattern for the whole value.') });

const otherField = z
  .strictObject({
    value: z.string().exactOptional().describe('The one value the field may have: action fields.'),
    pattern: pattern.exactOptional().describe('A pattern for the whole value.'),
    optional: z.boolean().exactOptional(),
  })
  .refine(field => field.value === undefined || field.pattern === undefined, {
    message: 'expected either value or pattern, or neither (then any short value is fine)',
  });

const whoami = z
  .discriminatedUnion('from', [
    z.strictObject({ from: z.literal('request'), path, body: patternWithGroup }),
    z.strictObject({
      from: z.literal('cookie'),
      value: patternWithGroup,
      decode: z.enum(['text', 'base64']).default('text'),
    }),
    z.strictObject({ from: z.literal('location'), value: patternWithGroup }),
    z.strictObject({ from: z.literal('nothing') }),
  ])
  .describe('How the app says whose account it is. With "nothing" only the names listed at the realm may sign in.');

const mark = z
  .strictObject({
    status: status.exactOptional(),
    location: pattern.exactOptional().describe('A pattern for the whole value.'),
    body: pattern.exactOptional().describe('A pattern that is searched for in the page.'),
  })
  .refine(one => Object.keys(one).length > 0, { message: 'expected a status, a location or a body' });

const changePath = z
  .string()
  .regex(
    /^\/(?!\/)[^\s?#\\*]*\*?$/,
    'expected a path that begins with one /, without a query; * at its end for all below',
  );

/** The sign-in of an app without a preset of its own: what `signIn` holds beside `preset: generic`. */
export const genericSchema = z.strictObject({
  loginPage: path.describe('The page with the form; with its query where it has one.'),
  action: plainPath.describe('Where the form is posted to.'),
  actionQuery: z
    .record(z.string(), pattern)
    .exactOptional()
    .describe('Query names of the action, each with a pattern for its whole value.'),
  userField: z.string().min(1),
  passwordField: z.string().min(1),
  otherFields: z.record(z.string(), otherField).default({}).describe('Every other field of the form, by name.'),
  proofCookie: pattern.describe('Pattern for the whole name of the cookie that means "signed in".'),
  proofNot: z.array(z.string()).default(['', 'deleted']).describe('Values of that cookie that mean the opposite.'),
  failure: answer
    .extend({ proofRemoved: z.boolean().exactOptional() })
    .exactOptional()
    .describe('What occurs only in failed sign-ins.'),
  whoami,
  landing: path.default('/'),
  assets: z.array(plainPath).default([]).describe('Public files: exact paths, or folders ending in /.'),
  signOut: z
    .strictObject({ path: plainPath, parameters: z.record(z.string(), z.string()).exactOptional() })
    .exactOptional(),
  passwordChange: z
    .strictObject({
      path: changePath.describe('Where its form is posted to.'),
      fields: z
        .array(z.string().min(1))
        .min(1)
        .describe('The field that holds the new password; several where forms differ.'),
      changed: mark.exactOptional().describe('What the app answers only where it changed the password.'),
      refused: mark
        .exactOptional()
        .describe('What it answers only where it did not. What says neither counts as a change.'),
    })
    .exactOptional()
    .describe('How people change their password in the app: trusted devices end with it.'),
  folding: z.enum(['php', 'none']).default('none').describe('php: field names are read as PHP reads them.'),
  formTokenSurvives: z
    .boolean()
    .exactOptional()
    .describe('The app takes a form that was opened before a new sign-in: its forms carry no token of the session.'),
  signedOut: answer.exactOptional().describe('What the app answers when its own session is gone.'),
});
