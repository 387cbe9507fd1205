import type { dutchOperators } from './messages-operators-nl.ts';

export const englishOperators: Readonly<Record<keyof typeof dutchOperators, string>> = {
  'console.today.asks': 'Requests about mandates that wait for you: {count}',
  'console.operators.asked': 'Asked for',
  'console.operators.asked-by': 'Asked for by {by} on {at}: {reason}',
  'console.operators.asked-for': '{name} gets the role {role}, until and including {until}.',
  'console.operators.two':
    'Another admin must confirm this. Only somebody new who becomes an auditor is invited without a second admin.',
  'console.operators.code-mailed':
    'The code goes to this person by mail and is valid for an hour. Nobody else sees it.',
  'console.operators.confirm': 'Confirm',
  'console.operators.confirm.will': 'The mandate says that you both gave it. All admins are told.',
  'console.operators.refuse': 'Refuse the request',
  'console.operators.refuse.will': 'Nothing changes for this person. All admins are told.',
  'console.done.asked': 'This was asked for. Another admin must confirm it within four days.',
  'console.done.code-mailed': 'The code was sent to this person by mail. It is valid for an hour.',
  'console.done.ask-refused': 'The request was refused.',
  'operator.mail.code-subject': 'Your access to the console of Sluis',
  'operator.mail.code':
    'You get access to the console of Sluis, from {by}. If you had access before, your old password does not work any more.',
  'operator.mail.code-how':
    'Open this page. Fill in your e-mail address and this code. The code works once, until {until}.',
  'operator.mail.code-else': 'Did you not ask for this? Then do not use the code, and call another admin at once.',
  'operator.mail.admins-subject': 'Console of Sluis: access of {name}',
  'operator.mail.asked': '{by} asks to give {name} access, as {role}. Another admin must confirm this.',
  'operator.mail.confirmed': '{name} gets access to the console, as {role}. Done by: {by}.',
  'operator.mail.refused': 'The request for {name} was refused by {by}. Nothing changes.',
  'operator.mail.local-password': '{name} can sign in for a while with a password of the server itself. Done by: {by}.',
  'operator.mail.reason': 'Reason: {reason}',
  'operator.mail.else': 'Is this not right? Then call another admin at once. Here you see who has access:',
  'console.sign-in.unavailable':
    'The server that checks your password does not answer now. Try again in a few minutes.',
  'console.sign-in.about-directory':
    'For admins, helpdesk and auditors only. Use the password of your organisation. After it we ask for your second step.',
  'console.sign-in.about-provider':
    'For admins, helpdesk and auditors only. You sign in at {provider} first. After that we ask for your second step here.',
  'console.sign-in.about-spare':
    'This is only for a password for a while that was made on the server itself. After it we ask for your second step.',
  'console.sign-in.provider': 'Sign in at {provider}',
  'console.sign-in.spare': 'I have a password for a while',
  'console.provider.about': 'Show that you are {account}. After that you set up your second step here.',
  'console.own-password': 'Fill in your password',
  'console.own-password.about':
    'This is the password that you sign in with at your organisation. After it you set up your second step here.',
  'console.halt.identity': 'This does not let you into the console',
  'console.halt.identity.text':
    'Signing in did not work, or this account is not known here. Try again with your own account. If that does not help, ask an admin for an invitation.',
  'console.halt.unavailable': 'Signing in does not work at the moment',
  'console.halt.unavailable.text':
    'The sign-in server of your organisation does not answer. Try again in a few minutes. If it is urgent, ask whoever runs the server of Sluis for a password for a while.',
};
