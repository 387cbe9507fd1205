import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { request } from 'undici';
import { stringify } from 'yaml';
import type { ProtectOptions } from '../cli/program.ts';
import { SluisError } from '../kernel/errors.ts';
import { readPairs } from '../policy/target.ts';
import { type LoginForm, readLoginForm } from '../preset/login-form.ts';

/** The configuration that `sluis protect` runs on: its text, and where it goes. */
export interface ProtectConfig {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
}

/** For `generic` the app's own login page is read. Rejects with 'cli.usage' where that does not say enough. */
export async function protectConfig(options: ProtectOptions): Promise<ProtectConfig> {
  const folder = resolve(options.data);
  const signIn = options.preset === 'generic' ? await genericSignIn(options) : undefined;
  return { folder, file: join(folder, 'protect.yaml'), text: textOf(options, signIn) };
}

/**
 * Writes it into the data folder, so that every other command can be pointed at it, and it can be the beginning of a
 * real one. Throws 'data.unwritable'.
 */
export function writeProtectConfig({ folder, file, text }: ProtectConfig): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new SluisError(
      'data.unwritable',
      `cannot write ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      {
        cause,
        remedy: 'choose another folder with --data, or give yourself the right to write there',
      },
    );
  }
}

async function genericSignIn(options: ProtectOptions): Promise<Record<string, unknown>> {
  const { loginPage = '/', proofCookie } = options;
  if (proofCookie === undefined || options.invite.length === 0) {
    throw new SluisError('cli.usage', 'a generic app needs --proof-cookie and --invite', {
      remedy:
        'sign in to the app once and see in the browser which cookie it sets then; name with --invite who may try: the app does not say whose account it is',
    });
  }
  const page = new URL(loginPage, options.url);
  const form = await formOf(page.href);
  return signInOf(form, `${page.pathname}${page.search}`, proofCookie);
}

async function formOf(page: string): Promise<LoginForm> {
  const found = readLoginForm(await textAt(page), page);
  if (found !== undefined) return found;
  throw new SluisError('cli.usage', `there is no form with a name and a password on ${page}`, {
    remedy:
      'name the page with --login-page; for a form that a script makes, write the configuration (config/examples)',
  });
}

async function textAt(page: string): Promise<string> {
  try {
    const { body } = await request(page, { headersTimeout: 10_000, bodyTimeout: 10_000 });
    return await body.text();
  } catch (cause) {
    throw new SluisError('cli.usage', `${page} does not answer`, {
      cause,
      remedy: 'start the app, or mend the address',
    });
  }
}

function signInOf(form: LoginForm, loginPage: string, proofCookie: string): Record<string, unknown> {
  const query = readPairs(form.query).map(([name, value]) => [name, `^${literal(value)}$`]);
  return {
    loginPage,
    action: form.action,
    ...(query.length === 0 ? {} : { actionQuery: Object.fromEntries(query) }),
    userField: form.userField,
    passwordField: form.passwordField,
    otherFields: Object.fromEntries(form.otherFields.map(name => [name, { optional: true }])),
    proofCookie: `^${literal(proofCookie)}$`,
    whoami: { from: 'nothing' },
  };
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function textOf(options: ProtectOptions, signIn: Record<string, unknown> | undefined): string {
  const { port, address } = options.listen;
  const realm = {
    title: 'Sluis',
    portal: `http://sluis.localhost:${port}`,
    ...(options.domain === undefined ? {} : { domains: [options.domain] }),
    firstFactor: 'activation-code',
    ...(signIn === undefined ? {} : { names: options.invite }),
  };
  const app = {
    title: options.preset,
    realm: 'protect',
    origin: `http://app.localhost:${port}`,
    upstream: options.url,
    preset: options.preset,
    ...(signIn === undefined ? {} : { signIn }),
  };
  const configuration = { version: 1, data: '.', listen: { address, port }, realms: { protect: realm }, apps: { app } };
  return `# Written by "sluis protect". To go on with it: give real names and TLS, then "sluis serve --config".\n${stringify(configuration)}`;
}
