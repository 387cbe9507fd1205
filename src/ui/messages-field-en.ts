import type { dutchField } from './messages-field-nl.ts';

export const englishField: Readonly<Record<keyof typeof dutchField, string>> = {
  'field.to': 'To',
  'field.cc': 'Cc',
  'field.bcc': 'Bcc',
  'field.reply-to': 'Reply to',
  'field.subject': 'Subject',
  'field.title': 'Title',
  'field.text': 'Text',
  'field.summary': 'Summary',
};
