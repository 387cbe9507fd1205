import type { dutchNotice } from './messages-notice-nl.ts';

export const englishNotice: Readonly<Record<keyof typeof dutchNotice, string>> = {
  'notice.subject': 'Change to your second step at {organisation}',
  'notice.about': 'This message is about your account {name} at {organisation}.',
  'notice.some-kind': 'a second step',
  'notice.factor-added': 'A second step was added: {kind}. That was on {when}.',
  'notice.factor-removed': 'A second step was removed: {kind}. That was on {when}.',
  'notice.factor-replaced': 'A second step was replaced and no longer works: {kind}. That was on {when}.',
  'notice.factor-reset': 'The help desk removed a second step: {kind}. That was on {when}.',
  'notice.invited': 'An activation code was made for you. With it you set up a second step. That was on {when}.',
  'notice.invited-anew':
    'A new activation code was made for you. Your old second step no longer works. That was on {when}.',
  'notice.activation-used': 'Your activation code was used. That was on {when}.',
  'notice.set-up-by-self': 'Somebody began to set up your second step. That was on {when}.',
  'notice.recovery-made': 'New recovery codes were made. The old ones no longer work. That was on {when}.',
  'notice.recovery-used': 'A recovery code was used. You have {left} left. That was on {when}.',
  'notice.token-handed-out': 'A code device was handed out to you. That was on {when}.',
  'notice.token-returned': 'Your code device was taken back and no longer works. That was on {when}.',
  'notice.series':
    'Somebody often gave a wrong code for your account. That person may know your password. That was on {when}.',
  'notice.reset-asked': 'Somebody asked to reset your second step. That was on {when}.',
  'notice.mail-added': 'This mail address belongs to your account from now on. That is so since {when}.',
  'notice.mail-changed': 'The mail address of your account was changed. That was on {when}.',
  'notice.mail-removed': 'The mail address of your account was removed. That was on {when}.',
  'notice.signed-out': 'An administrator signed you out everywhere. That was on {when}.',
  'notice.role-changed': 'Your role in the administration of Sluis was changed. That was on {when}.',
  'notice.device-trusted': 'A device was remembered. For a while you take no second step there. That was on {when}.',
  'notice.device-removed': 'A remembered device was removed. It needs a second step again. That was on {when}.',
  'notice.device-doubted': 'A remembered device asked for your second step again, to be sure. That was on {when}.',
  'notice.device-copied':
    'Somebody used a copy of a remembered device. The device was signed out for that reason. That was on {when}.',
  'notice.approval-reported':
    'Your device reported a request that was not yours. Somebody else knows your password. That was on {when}.',
  'notice.closed': 'Your account was closed. You can no longer sign in. That was on {when}.',
  'notice.opened': 'Your account is open again. That was on {when}.',
  'notice.test-subject': 'Test message from Sluis',
  'notice.test-text': 'This is a test message. You need not do anything.',
  'notice.many': 'Much changed in your second step in the last hour. For a while you get no message about each change.',
  'notice.was-you': 'Did you do this yourself, or do you know about it? Then you need not do anything.',
  'notice.not-you': 'Do you know nothing about this? Then change your password and contact us at once.',
  'notice.desk': '{place}, {hours}, phone {phone}',
  'notice.no-links': 'We never mail you a link to sign in. Always type the address yourself.',
};
