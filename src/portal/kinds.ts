import type { KindName } from '../factor/person.ts';
import { approvalChallenge } from './approval-challenge.ts';
import { approvalSetUp } from './approval-set-up.ts';
import type { KindStep } from './challenge-step.ts';
import { deskCodeChallenge } from './desk-code-challenge.ts';
import { hardwareTokenChallenge, hardwareTokenResync } from './hardware-token-challenge.ts';
import { sentCodeChallenge } from './sent-code-challenge.ts';
import { sentCodeSetUp } from './sent-code-set-up.ts';
import { totpChallenge } from './totp-challenge.ts';
import { totpSetUp } from './totp-set-up.ts';
import { webauthnChallenge } from './webauthn-challenge.ts';
import { webauthnSetUp } from './webauthn-set-up.ts';

/**
 * The pages of each kind of factor: one line a kind, as in the registry of the kinds themselves. What may be set up, and by
 * whom, stands in `offers.ts`.
 */
const kindPages: Readonly<Record<KindName, readonly KindStep[]>> = {
  approval: [approvalChallenge, approvalSetUp],
  email: [sentCodeChallenge('email'), sentCodeSetUp('email')],
  'desk-code': [deskCodeChallenge],
  'hardware-token': [hardwareTokenChallenge, hardwareTokenResync],
  totp: [totpChallenge, totpSetUp],
  sms: [sentCodeChallenge('sms'), sentCodeSetUp('sms')],
  webauthn: [webauthnChallenge, webauthnSetUp],
};

/** Every page of every kind, to be mounted. */
export const kindSteps: readonly KindStep[] = Object.values(kindPages).flat();
