import { beforeEach, expect, test, vi } from 'vitest';
import { askPassphrase } from '../../src/cli/passphrase.ts';

/**
 * The order of what is done to the terminal. test/cli/secrets.test.ts asks on a real one, where a secret that is typed too
 * early shows by chance only.
 */
const done: string[] = [];
let typed = '';

vi.mock(import('node:fs'), async (original) => ({ ...(await original()), openSync: () => 0 }));
vi.mock('node:tty', async () => {
  const { EventEmitter } = await import('node:events');
  class ReadStream extends EventEmitter {
    setRawMode(on: boolean) {
      done.push(on ? 'echo off' : 'echo on');
    }
    setEncoding() {
      setImmediate(() => this.emit('data', typed));
    }
    destroy() {
      done.push('closed');
    }
  }
  class WriteStream {
    write(text: string) {
      done.push(`says ${text}`);
    }
    end(text: string) {
      done.push(`ends with ${JSON.stringify(text)}`);
    }
  }
  return { ReadStream, WriteStream };
});

beforeEach(() => {
  done.length = 0;
});

test('the echo is off before anybody is asked, and on again afterwards', async () => {
  typed = 'open sesame\r';
  await expect(askPassphrase('id_rsa')).resolves.toBe('open sesame');
  expect(done).toEqual(['echo off', 'says Passphrase for id_rsa: ', 'echo on', 'ends with "\\n"', 'closed']);
});

test('who gives up gets the terminal back as well', async () => {
  typed = 'open\u0003';
  await expect(askPassphrase('id_rsa')).resolves.toBeNull();
  expect(done.slice(-3)).toEqual(['echo on', 'ends with "\\n"', 'closed']);
});

test('what is typed can be corrected', async () => {
  typed = 'opem\u007fn\b\bened\n';
  await expect(askPassphrase('id_rsa')).resolves.toBe('opened');
});
