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
  'notice.token-handed-out': 'A token was handed out to you. That was on {when}.',
  'notice.token-returned': 'Your token was taken back and no longer works. That was on {when}.',
  'notice.series':
    'Somebody entered a wrong code for your account many times. That person may know your password. That was on {when}.',
  'notice.reset-asked': 'Somebody asked to reset your second step. That was on {when}.',
  'notice.mail-added': 'This mail address now belongs to your account. That is so since {when}.',
  'notice.mail-changed': 'The mail address of your account was changed. That was on {when}.',
  'notice.mail-removed': 'The mail address of your account was removed. That was on {when}.',
  'notice.signed-out': 'An administrator signed you out everywhere. That was on {when}.',
  'notice.role-changed': 'Your role in the administration of Sluis was changed. That was on {when}.',
  'notice.operator-asked': 'An admin asked to change your access to the administration of Sluis. That was on {when}.',
  'notice.operator-password':
    'A password for the administration of Sluis was made for you, for a while. That was on {when}.',
  'notice.device-trusted':
    'A device is now trusted. For a while we ask for only your password there. That was on {when}.',
  'notice.device-removed': 'A device is no longer trusted. We ask for a second step there again. That was on {when}.',
  'notice.device-doubted':
    'We asked for your second step on a trusted device after all, to be sure. That was on {when}.',
  'notice.device-copied':
    'Somebody may have used a copy of a trusted device. That is why it was signed out. That was on {when}.',
  'notice.password-changed':
    'A new password for you was filled in, in an app. So you were signed out in other browsers. That was on {when}.',
  'notice.approval-reported':
    'Your phone reported a request that was not yours. Somebody else knows your password. That was on {when}.',
  'notice.closed': 'Your account was closed. You can no longer sign in. That was on {when}.',
  'notice.opened': 'Your account is open again. That was on {when}.',
  'notice.test-subject': 'Test message from Sluis',
  'notice.test-text': 'This is a test message. You need not do anything.',
  'notice.many': 'Much changed in your second step in the last hour. For a while you get no message about each change.',
  'notice.was-you': 'Did you do this yourself, or do you know about it? Then you need not do anything.',
  'notice.not-you':
    'Do you know nothing about this? Then change your password at once and call the desk or the help desk.',
  'notice.desk': '{place}, {hours}, phone {phone}',
  'notice.no-links':
    'There is no link in this mail. We never mail you a link to sign in. Always type the address yourself.',

  'signal.subject': 'Signal from Sluis at {organisation}',
  'signal.about': 'Account: {name}. Address: {source}. Number: {count}. Time: {when}.',
  'signal.many': 'There are many signals in the last hour. The rest is in the log of Sluis.',
  'signal.password-guessing': 'Somebody keeps trying passwords of one account.',
  'signal.password-guessing-do':
    'Call the owner: was it she herself? If it is somebody else, block the address in front of Sluis.',
  'signal.second-step-failed':
    'Somebody has the right password of an account, but does not get through the second step.',
  'signal.second-step-failed-do':
    'Call the owner now. If it was not she, her password is stolen: have it changed at once.',
  'signal.one-source-many-accounts': 'From one address, signing in fails for many accounts.',
  'signal.one-source-many-accounts-do':
    'Is it no office or shared network? Block the address in front of Sluis. See which accounts they were.',
  'signal.added-after-reset': 'Shortly after a reset a new second step was added.',
  'signal.added-after-reset-do':
    'Ask the owner whether it was she, by a number that you know already. If not, close the account.',
  'signal.device-copied': 'A trusted device was used in two browsers. It was signed out.',
  'signal.device-copied-do': 'Call the owner. Have her computer looked at for malware and her password changed.',
  'signal.reported-stolen': 'A second step was reported stolen.',
  'signal.reported-stolen-do': 'Have the password changed. See what was done with the account since the theft.',
};
