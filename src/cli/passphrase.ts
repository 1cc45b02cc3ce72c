import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';

const ENTER = /[\r\n\u0004]/;
const ERASE = '\u007f\b';
const CANCEL = '\u0003';

/**
 * Asks for the passphrase of a key file on the terminal itself, without echo. Null when there is no
 * terminal or the person gives up; it never comes from an argument, the environment or a pipe.
 */
export async function askPassphrase(file: string): Promise<string | null> {
  let input: ReadStream;
  let output: WriteStream;
  try {
    input = new ReadStream(openSync('/dev/tty', 'r'));
    output = new WriteStream(openSync('/dev/tty', 'w'));
  } catch {
    return null;
  }
  // First, so that who types as soon as the question is there sees nothing of it.
  input.setRawMode(true);
  output.write(`Passphrase for ${file}: `);
  try {
    return await secretLine(input);
  } finally {
    input.setRawMode(false);
    output.end('\n');
    input.destroy();
  }
}

function secretLine(input: ReadStream): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    input.setEncoding('utf8');
    input.on('end', () => resolve(null));
    input.on('data', (chunk) => {
      for (const char of String(chunk)) {
        if (char === CANCEL) return resolve(null);
        if (ENTER.test(char)) return resolve(text);
        text = ERASE.includes(char) ? text.slice(0, -1) : text + char;
      }
    });
  });
}
