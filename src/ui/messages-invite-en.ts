/** Lists of people who are invited at once, and the mails beside their letters. */
export const englishInvite = {
  'console.invite.method-about':
    'Needed from level {level} on. Only the desk gives such a code, to the person who stands there.',
  'console.invite-many.kept': 'What became of each line is then on this page, under the lists of before.',
  'console.invite-many.announce': 'Mail everybody with a mail address that the letter comes',
  'console.invite-many.announce-about':
    'The mail says what comes and what to do then. The code is never in it: who knows the password may be able to read the mail too.',
  'console.invite-many.no-mail': 'No mail server is configured. People get a letter only.',
  'console.invite-many.earlier': 'Lists of before',
  'console.invite-many.one': 'List of {at}. Lines: {count}',
  'console.invite-many.result': 'Invited list',
  'console.invite-many.made': 'Made',
  'console.invite-many.letters': 'Letters',
  'console.invite-many.mails': 'Mails',
  'console.invite-many.failed': 'Mails that did not arrive',
  'console.invite-many.failed-about':
    'These people do get a letter. Correct their mail addresses in the list. If you send in their lines again, only the new letter counts.',
  'console.invite-many.lines': 'Lines of the list',
  'console.invite-many.line': 'Line',
  'console.invite-many.mail': 'Mail',
  'console.invite-many.mail-none': 'A letter only',
  'console.invite-many.mail-refused': 'Not invited',
  'console.invite-many.mail-known': 'Had a mail today already',
  'console.invite-many.mail-waiting': 'On its way',
  'console.invite-many.mail-sent': 'Sent',
  'console.invite-many.mail-failed': 'Did not arrive',
  'console.invite-many.mail-over': 'Known no more. See the audit log',
  'console.invite-many.erased': 'Erased',
} as const;
