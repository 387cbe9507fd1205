import { describe, expect, it } from 'vitest';
import { factorName, givenName } from './factor-name.ts';
import { translateTo } from './messages.ts';

describe('R30: a second step without a name of hers', () => {
  it('is called as its kind, in the language of the page and not of the day it was set up', () => {
    expect(factorName(translateTo('nl'), { kind: 'totp', label: '' })).toBe('Authenticator-app');
    expect(factorName(translateTo('en'), { kind: 'totp', label: '' })).toBe('Authenticator app');
    expect(factorName(translateTo('en'), { kind: 'totp', label: 'Werktelefoon' })).toBe('Werktelefoon');
  });

  it('is one whose name she left as the page had it, in either language, or left empty', () => {
    expect(['Authenticator-app', ' Authenticator app ', ''].map(typed => givenName(typed, 'kind.totp'))).toEqual([
      '',
      '',
      '',
    ]);
    expect(givenName(' Tablet ', 'kind.totp')).toBe('Tablet');
    expect(givenName('Phone', 'approval.label-first')).toBe('');
  });
});
