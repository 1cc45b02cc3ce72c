import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { causeOf, RunError } from '../../evidence/error.ts';
import { makeFolder } from '../../evidence/folders.ts';
import { expandPath } from '../../inputs/text.ts';
import type { Command } from '../context.ts';

const FLEET = `# The machines in scope. "fleetproof schema inventory" prints everything that may stand here.
# Ansible inventories (INI and YAML) are read as well: fleetproof scan -i hosts.ini
defaults:
  user: audit                      # the log-in user; "fleetproof plan --sudoers" prints the sudo rules it needs
  # identity: ~/.ssh/id_ed25519    # default: the agent and the usual keys, as ssh does
hosts:
  - name: web-1
    address: 203.0.113.10
    # port: 22
    # jump: [bastion.example.org]  # a host of this file, of ~/.ssh/config, or user@host:port
    # tags: [prod]
    # provider: hetzner
`;

const CONFIG = `# Defaults for the options of the command line, which win over them.
# "fleetproof schema config" prints everything that may stand here.
inventory: fleet.yaml
baseline: [cleavr]
out: runs
format: [json, html]
# concurrency: 32
# failOn: any                      # or critical, high, medium, low, info, none
`;

/** `fleetproof init`: a commented start that a first scan needs only addresses in. */
export const initCommand: Command = (cli, about, { console, folders }, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) => args.positional('folder', { type: 'string', default: '.', describe: 'Where to write them' }),
    (args) =>
      run(async () => {
        const folder = expandPath(args.folder, folders);
        try {
          await makeFolder(folder);
        } catch (error) {
          throw new RunError('create', `${folder} could not be made: ${causeOf(error)}.`, error);
        }
        for (const [name, text] of [
          ['fleet.yaml', FLEET],
          ['fleetproof.yaml', CONFIG],
        ] as const) {
          const path = join(folder, name);
          if (existsSync(path)) {
            console.out(`${name} is there already and stays as it is.\n`);
            continue;
          }
          try {
            await writeFile(path, text, { flag: 'wx' });
          } catch (error) {
            throw new RunError('create', `${path} could not be written: ${causeOf(error)}.`, error);
          }
          console.out(`${name} written.\n`);
        }
        const enter = folder === folders.cwd ? '' : `  cd ${args.folder}\n`;
        console.out(`Next: put your hosts into fleet.yaml, then\n${enter}  fleetproof plan\n  fleetproof scan\n`);
        return 0;
      })(),
  );
