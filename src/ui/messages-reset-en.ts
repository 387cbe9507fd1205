import { englishResetConsole } from './messages-reset-console-en.ts';
import type { dutchReset } from './messages-reset-nl.ts';

export const englishReset: Readonly<Record<keyof typeof dutchReset, string>> = {
  ...englishResetConsole,
  'reset.mail.greeting': 'Dear colleague,',
  'reset.mail.ask-subject': 'Did you ask for this? Reset {number}',
  'reset.mail.ask': 'The desk got a request in your name: take away the second step of this account.',
  'reset.mail.ask-what':
    'Do you want that? Then open this link and answer. You can do so until {until}, and only once.',
  'reset.mail.ask-else':
    'Without your answer the desk does nothing. The link does not ask you to sign in. Does anyone ask you for a password or a code? Do not give it, and call the desk.',
  'reset.mail.executed-subject': 'Reset {number} is done',
  'reset.mail.executed': 'The second step of this account was taken away, on {at}:',
  'reset.mail.executed-what':
    'The desk that saw the person hands over an activation code. With it the person sets up a new second step.',
  'reset.mail.refused-subject': 'Reset {number} was not done',
  'reset.mail.refused': 'The desk does not carry out the request for this account:',
  'reset.mail.refused-why': 'The reason: {why}',
  'reset.mail.user-subject': 'Your second step was taken away',
  'reset.mail.user':
    'The desk of {organisation} took away the second step of your account {name} on {at}. You are signed out everywhere.',
  'reset.mail.user-what':
    'The next time you sign in you need an activation code. You get it from the desk that saw you.',
  'reset.mail.user-else': 'Did you not ask for this? Call the desk at once, and change your password.',
  'reset.mail.file-number': 'File number: {file}',

  'reset.link.title': 'Did you ask for this?',
  'reset.link.about': 'The desk got a request in your name: take away the second step of this account.',
  'reset.link.account': 'Account',
  'reset.link.number': 'Number of the request',
  'reset.link.file-number': 'File number',
  'reset.link.filed': 'Asked on',
  'reset.link.yes': 'Yes, I asked for this',
  'reset.link.no': 'No, that was not me',
  'reset.link.yes-title': 'Thank you',
  'reset.link.yes-done':
    'The desk can now go on with request {number}. You get a mail when it is done. You can close this window.',
  'reset.link.no-title': 'This request was stopped',
  'reset.link.no-done':
    'Nothing was changed. The administrator sees that somebody used your name. You can close this window.',
  'reset.link.gone-title': 'This link does not work any more',
  'reset.link.gone': 'The link was used already, or it is too old. Ask the desk for a new request.',
};
