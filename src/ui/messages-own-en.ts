import type { dutchOwn } from './messages-own-nl.ts';

export const englishOwn: Readonly<Record<keyof typeof dutchOwn, string>> = {
  'own.title': 'My security',
  'own.lead': 'Here you see how you sign in, and where you are signed in now.',
  'own.confirm': 'Do you want to change something? Then we first ask for your second step.',
  'own.back': 'Back to My security',
  'own.link': 'My security',
  'own.link-about': 'See or change your second step, your recovery codes and where you are signed in.',

  'own.factors': 'Your second step',
  'own.factor-since': 'Set up on {when}',
  'own.factor-used': 'Last used on {when}',
  'own.factor-unused': 'Not used yet',
  'own.factor-level': 'Strength: {level} of 4',
  'own.factor-change': 'Change or remove {label}',
  'own.add': 'Add a second step',
  'own.add-about': 'With another way you can also sign in when you have lost your phone or key.',

  'own.codes': 'Recovery codes',
  'own.codes-left': 'Codes that you have left: {count}.',
  'own.codes-above': 'With your security key, recovery codes do not work. Have you lost your key? Then go to the desk.',
  'own.codes-about': 'If you make new codes, the old codes stop working.',
  'own.codes-new': 'Make new recovery codes',

  'own.sessions': 'Where you are signed in',
  'own.session-here': 'This is the browser that you are using now.',
  'own.session-began': 'Signed in on {when}',
  'own.session-used': 'Last used on {when}',
  'own.session-ends': 'Ends on {when} at the latest',
  'own.session-end': 'Sign out of {app}',
  'own.end-all': 'Sign out everywhere',
  'own.end-all-about': 'You will be signed out in all browsers, of all applications. Also in this browser.',

  'sign-out.title': 'Do you want to sign out?',

  'own.events': 'What has happened',
  'own.events-none': 'Nothing has happened yet. Later you see here what happens with your account.',
  'own.events-strange': 'Was any of this not you? Then sign out everywhere, change your password and call the desk.',
  'own.event-session-began': 'You signed in to {app}',
  'own.event-factor-added': 'A second step was set up: {kind}',
  'own.event-factor-removed': 'A second step was removed: {kind}',
  'own.event-factor-renamed': 'A second step got another name: {kind}',
  'own.event-codes-made': 'New recovery codes were made',
  'own.event-code-used': 'A recovery code was used',
  'own.event-code-refused': 'A wrong recovery code was entered',
  'own.event-challenge-failed': 'The second step did not succeed',
  'own.event-activation-accepted': 'An activation code was used',
  'own.event-invited': 'Your organisation made an activation code for you',
  'own.event-token-handed-out': 'You got a token from the desk',
  'own.event-token-returned': 'You handed in a token',
  'own.event-reported': 'You reported that it was not you who signed in',
  'own.event-mail-set': 'Your mail address was changed',
  'own.event-reset': 'The desk removed your second step',
  'own.event-by-self': 'You began to set up by yourself',

  'own.factor-title': 'Change your second step',
  'own.rename-label': 'Name',
  'own.rename': 'Change the name',
  'own.rename-empty': 'Enter a name.',
  'own.remove-title': 'Remove',
  'own.remove': 'Remove this second step',
  'own.remove-about':
    'After that you can no longer sign in with it. Where you are signed in with it now, you will be signed out.',
  'own.remove-last': 'You cannot remove this one now. Without it you could no longer sign in. Add another one first.',
  'own.remove-lent': 'This token belongs to your organisation. Hand it in at the desk. It will be removed there.',

  'own.doing-add': 'You are adding a second step.',
  'own.doing-remove': 'You are removing a second step: {label}.',
  'own.doing-rename': 'You are giving a second step another name: {label}.',
  'own.doing-codes': 'You are making new recovery codes.',
  'own.doing-not': 'Do you not want that? Go back.',

  'own.done-title': 'Done',
  'own.done-add': 'Your new second step is set up. You can sign in with it next time.',
  'own.done-remove': 'The second step was removed. Where you were still signed in with it, you are signed out now.',
  'own.done-rename': 'The name was changed.',
  'own.failed-title': 'Nothing was changed',
  'own.failed': 'Maybe something else was changed in the meantime. Look at My security and try again.',

  'own.other-lead':
    'To change something you need your strongest second step. Do you no longer have it? Then go to the desk.',
  'own.first-title': 'Sign in first',
  'own.first': 'Sign in to one of your applications, in this browser. Then come back here.',
  'own.no-way': 'This is not possible here with the second step that you have now. Go to the desk.',
  'own.many': 'You began too many changes. Wait 10 minutes and try again.',

  'not-offered.title': 'You cannot set this up here by yourself',
  'not-offered.text':
    'Your code is for a stronger second step, such as a security key. That is not possible here yet. Go to the desk.',

  'self.what': 'You can set up your second step by yourself now, until {date} at the latest.',
  'self.submit': 'Start setting up',

  'totp.label': 'Name, for example of your phone',
  'totp.personal-word': 'This device is mine alone. Nobody else uses these codes.',
  'totp.personal-missing': 'Tick the box "This device is mine alone". You may not use a shared device here.',
};
