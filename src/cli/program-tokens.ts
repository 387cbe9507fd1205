import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

export interface TokensImportOptions {
  readonly config: string;
  readonly file: string;
  /** A file with the key of an encrypted PSKC container, in hex or base64. */
  readonly keyFile: string | undefined;
  readonly passwordFile: string | undefined;
}

/** What the commands about hardware tokens do; see `Commands`. */
export interface TokenCommands {
  tokensImport(options: TokensImportOptions): Promise<number>;
  tokensList(options: { config: string }): Promise<number>;
  tokensHandOut(options: { config: string; realm: string | undefined; serial: string; user: string }): Promise<number>;
  tokensTakeBack(options: { config: string; serial: string; retire: boolean }): Promise<number>;
}

/** `sluis tokens ...`; `command` makes a command as all others are made. */
export function addTokens(program: Command, commands: TokenCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const tokens = command(program, 'tokens').description(
    'Hardware tokens: take them into stock, hand them out, take them back.',
  );
  command(tokens, 'import')
    .description('Take the tokens of a PSKC (RFC 6030) or CSV file into stock: all of them, or none.')
    .argument('<file>')
    .option('--key-file <file>', 'for an encrypted PSKC file: its key, in hex or base64')
    .option('--password-file <file>', 'for an encrypted PSKC file: its password')
    .addOption(config())
    .action(async (file: string, options) =>
      done(await commands.tokensImport({ keyFile: undefined, passwordFile: undefined, ...options, file })),
    );
  command(tokens, 'list')
    .description('Every token, and who has it.')
    .addOption(config())
    .action(async options => done(await commands.tokensList(options)));
  command(tokens, 'hand-out')
    .description('Give a token to a person at the desk, after you have seen who it is.')
    .argument('<serial>')
    .argument('<name>', 'the account name')
    .option('--realm <name>', 'the realm, where the configuration has more than one')
    .addOption(config())
    .action(async (serial: string, user: string, options) =>
      done(await commands.tokensHandOut({ realm: undefined, ...options, serial, user })),
    );
  command(tokens, 'take-back')
    .description('Take a token back: it opens nothing from now on, and its owner is signed out.')
    .argument('<serial>')
    .option('--retire', 'it is lost or broken: never hand it out again', false)
    .addOption(config())
    .action(async (serial: string, options) => done(await commands.tokensTakeBack({ ...options, serial })));
}
