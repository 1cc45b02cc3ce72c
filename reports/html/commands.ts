import type { CommandEntry } from '../../src/model/finding.ts';

/** What ran on the hosts, each command once and whole, for readers who follow a piece of evidence to its origin. */
export function commandsView(commands: readonly CommandEntry[]) {
  return commands.map(({ id, purpose, as, argv, snippet, items }) => ({
    id,
    purpose,
    user: as === 'root' ? 'Through sudo, unless the login user is root.' : 'As the login user.',
    command: argv.join(' '),
    scripts: [
      ...(snippet === undefined ? [] : [{ title: `(snippet ${id})`, text: snippet }]),
      ...(items === undefined ? [] : [{ title: titleOf(items), text: items.snippet }]),
    ],
  }));
}

function titleOf({ limit, together }: NonNullable<CommandEntry['items']>): string {
  const how = together ? 'are added to one command' : 'make one command each';
  return `At most ${limit} lines that this prints ${how}`;
}
