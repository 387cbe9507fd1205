import { z } from 'zod';

/** As push services have it: a mail address or a page at which they reach who sends (RFC 8292 2.1). */
const contact = z
  .union([z.email(), z.url({ protocol: /^https$/ })], {
    error: 'a mail address such as beheer@gemeente.nl, or an https address',
  })
  .describe('How push services reach you when messages go wrong: a mail address or an https address.');

const pushHost = z
  .string()
  .toLowerCase()
  .regex(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?$/,
    'expected a host name such as push.gemeente.nl, with a port where it is not 443',
  );

export const approvalSchema = z
  .strictObject({
    contact,
    pushHosts: z
      .array(pushHost)
      .max(20)
      .default([])
      .describe('Push services beside those of Chrome, Firefox, Safari and Edge. Messages are sent to no other host.'),
  })
  .optional()
  .describe('Approval on a phone: people may set one up where this stands.');
