import { describe, expect, it } from 'vitest';
import { readLoginForm } from './login-form.ts';

const page = 'http://127.0.0.1:8081/inloggen?x=1';

describe('R38: what a login page says of its own form', () => {
  it('names, action and hidden fields, in any spelling of attributes', () => {
    const html = `<form action="/zoek"><input name=q></form>
      <FORM METHOD=post action='/in?lang=nl&amp;m=1'><INPUT type=hidden name="tok" value="a>b">
      <input name='gebruiker'><input type="password" name=ww><button name="knop">In</button></FORM>`;
    expect(readLoginForm(html, page)).toEqual({
      action: '/in',
      query: 'lang=nl&m=1',
      userField: 'gebruiker',
      passwordField: 'ww',
      otherFields: ['tok', 'knop'],
    });
  });

  it('a form without an action posts to its own page', () => {
    const found = readLoginForm('<form><input name="u"><input name="p" type="password"></form>', page);
    expect(found).toMatchObject({ action: '/inloggen', query: 'x=1' });
  });

  it.each([
    ['no form', '<p>Hallo</p>'],
    ['no password', '<form><input name="u"></form>'],
    ['no name for the user', '<form><input name="p" type="password"></form>'],
  ])('%s: none', (_title, html) => {
    expect(readLoginForm(html, page)).toBeUndefined();
  });
});
