import type { codesDutch } from './messages-codes-nl.ts';

export const codesEnglish: Readonly<Record<keyof typeof codesDutch, string>> = {
  'kind.sms': 'Code by text message',
  'kind.sms-about': 'We send you a text message with a code of 6 digits.',
  'kind.email': 'Code by e-mail',
  'kind.email-about': 'We send you an e-mail with a code of 6 digits.',

  'sms.sent': 'We sent a text message with a code to {to}. The code works for 10 minutes.',
  'sms.text': '{code} is your code for {app}. Do not share it. Did you not ask for it? Call your help desk.',
  'sms.test-text': 'This is a test message from Sluis. You need not do anything.',
  'sms.set-up-title': 'Set up codes by text message',
  'sms.set-up-what': 'Enter your mobile number. We send a text message with a code, to see that the number is right.',
  'sms.risk':
    'Text messages are less secure than an app. Thieves sometimes take over a number. Choose an app if you can.',
  'sms.address': 'Mobile number',
  'sms.personal-word': 'Only I use this phone',
  'sms.personal': 'Tick the box "Only I use this phone". You may not use a shared phone here.',
  'sms.malformed': 'Enter a mobile number, for example 06 12345678 or +31 6 12345678.',
  'sms.country': 'We send no codes to this country. Use another number or choose another way.',
  'sms.taken': 'This number belongs to somebody else. Use another number or ask at the desk.',
  'sms.change': 'Use another number',

  'email.sent': 'We sent an e-mail with a code to {to}. The code works for 10 minutes. Look in your spam folder too.',
  'email.subject': 'Your code for {app}',
  'email.text':
    '{code} is your code for {app}.\n\nThe code works for 10 minutes. Do not share it with anyone. We will never ask for it either.\n\nDid you not ask for this code? Then somebody knows your password. Call your help desk.\n\n{organisation}',
  'email.set-up-title': 'Set up codes by e-mail',
  'email.set-up-what': 'Enter your e-mail address. We send an e-mail with a code, to see that the address is right.',
  'email.risk':
    'E-mail is less secure than an app. Anyone who can open your mailbox can read the code. Choose an app if you can.',
  'email.address': 'E-mail address',
  'email.personal-word': 'Only I read this mailbox',
  'email.personal': 'Tick the box "Only I read this mailbox". You may not use a shared address here.',
  'email.malformed': 'Enter an e-mail address, for example name@example.org.',
  'email.functional': 'Other people read the mail of this address too. Use an address that only you read.',
  'email.own': 'This mailbox opens with the same password. Use another address or choose another way.',
  'email.taken': 'This address belongs to somebody else. Use another address or ask at the desk.',
  'email.change': 'Use another address',

  'sent-code.send': 'Send the code',
  'sent-code.other-kind': 'Choose another way',
  'sent-code.again': 'Send a new code',
  'sent-code.again-to': 'Send a new code to {to}',
  'sent-code.renewed': 'This is a new code. The one before it does not work any more.',
  'sent-code.wrong': 'This code is not right. Check that you have the newest code and try again.',
  'sent-code.used': 'This code was already used. Ask for a new code.',
  'sent-code.expired': 'This code does not work any more. Ask for a new code.',
  'sent-code.spent': 'You entered a wrong code too often. Choose another way or sign in again.',
  'sent-code.not-sent-title': 'The code was not sent',
  'sent-code.not-sent': 'We could not send the code. It is not your fault.',
  'sent-code.again-not-sent':
    'We could not send a new code. It is not your fault. Do you have a code already? Enter that one. Or try again in a minute.',
  'sent-code.not-sent-what':
    'Wait a minute and try again. Does it still not work? Choose another way or call the desk.',
  'sent-code.maybe-sent': 'The code may not have been sent. Wait a minute. Nothing there? Then ask for a new code.',
  'sent-code.retry': 'Try again',
  'sent-code.delayed-title': 'Please wait before asking for a new code',
  'sent-code.delayed': 'We cannot send a code now. You can ask again in {seconds} seconds.',
  'sent-code.delayed-minutes': 'We cannot send a code now. You can ask again in {minutes} minutes.',
  'sent-code.delayed-what': 'Do you have a code already? You can just use it. This page refreshes by itself.',
  'sent-code.back': 'Back to the code',
};
