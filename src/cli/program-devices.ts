import type { Command } from 'commander';
import type { Parts } from './program-parts.ts';

interface DevicesOptions {
  readonly config: string;
  readonly realm: string | undefined;
}

/** What the commands about trusted devices do; see `Commands`. */
export interface DeviceCommands {
  devicesList(options: DevicesOptions & { name: string }): Promise<number>;
  devicesRemove(options: DevicesOptions & { name: string; device: string | undefined }): Promise<number>;
  devicesSharedLink(options: DevicesOptions): Promise<number>;
}

/** `sluis devices ...`; `command` makes a command as all others are made. */
export function addDevices(program: Command, commands: DeviceCommands, parts: Parts): void {
  const { command, config, done } = parts;
  const devices = command(program, 'devices').description('Trusted devices of people, and shared ones.');
  command(devices, 'list')
    .description('The devices that a person trusts.')
    .argument('<name>', 'the account name')
    .option('--realm <name>', 'the realm, where the configuration has more than one')
    .addOption(config())
    .action(async (name: string, options) => done(await commands.devicesList({ realm: undefined, ...options, name })));
  command(devices, 'remove')
    .description('End the trust of a device, or of all that a person has, with the sessions that they began.')
    .argument('<name>', 'the account name')
    .argument('[device]', 'its id, from the list; all of hers where it is left out')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async (name: string, device: string | undefined, options) =>
      done(await commands.devicesRemove({ realm: undefined, ...options, name, device })),
    );
  command(devices, 'shared-link')
    .description('An address that marks the browser in which it is opened as shared: nobody can trust it.')
    .option('--realm <name>', 'the realm')
    .addOption(config())
    .action(async options => done(await commands.devicesSharedLink({ realm: undefined, ...options })));
}
