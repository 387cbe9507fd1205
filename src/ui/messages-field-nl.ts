/** What fields of a form are called, where it is shown to who wrote it. The rules are those of `messages-nl.ts`. */
export const dutchField = {
  'field.to': 'Aan',
  'field.cc': 'Cc',
  'field.bcc': 'Bcc',
  'field.reply-to': 'Antwoord naar',
  'field.subject': 'Onderwerp',
  'field.title': 'Titel',
  'field.text': 'Tekst',
  'field.summary': 'Samenvatting',
} as const;
