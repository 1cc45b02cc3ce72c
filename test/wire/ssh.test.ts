import { describe, expect, test } from 'vitest';
import { type KexInit, readGreeting, readIdentification, readKexInit, readPacket } from '../../src/wire/ssh.ts';
import { greetingBytes, kexInitPayload, LISTS, packet } from './ssh-bytes.ts';

const line = (text: string) => Buffer.from(text, 'latin1');

describe('an identification', () => {
  test.each([
    ['SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n', '2.0', 0],
    ['SSH-2.0-dropbear_2022.83\n', '2.0', 0],
    ['SSH-1.99-Cisco-1.25\n', '1.99', 0],
    ['SSH-1.5-1.2.27\n', '1.5', 0],
    ['Welcome\r\nto this host\r\nSSH-2.0-x\r\n', '2.0', 2],
    [`${'hello\n'.repeat(50)}SSH-2.0-x\n`, '2.0', 50],
  ])('%j', (text, protocol, before) => {
    const reading = readIdentification(line(text));
    expect(reading).toMatchObject({ state: 'read', value: { protocol }, next: text.length });
    expect(reading.state === 'read' && reading.value.before).toHaveLength(before);
    expect(reading.state === 'read' && reading.value.line).toMatch(/^SSH-\S.*[^\r\n]$/);
  });

  test.each([
    ['', 'more'],
    ['SSH-2.0-Open', 'more'],
    ['Not allowed at this time\r\n', 'more'],
    ['SSH-2.0- \n', 'wrong'],
    ['SSH-two-x\n', 'wrong'],
    ['hello\n'.repeat(51), 'wrong'],
    ['x'.repeat(8193), 'wrong'],
    [`${'y'.repeat(9000)}\nSSH-2.0-x\n`, 'wrong'],
  ])('%j: %s', (text, state) => {
    expect(readIdentification(line(text)).state).toBe(state);
  });
});

describe('a packet', () => {
  const good = packet(Buffer.from([20, 1, 2, 3]));

  test('is read without its padding, from where it starts', () => {
    const reading = readPacket(Buffer.concat([line('abc'), good, line('next')]), 3);
    expect(reading).toEqual({ state: 'read', value: Buffer.from([20, 1, 2, 3]), next: 3 + good.length });
  });

  test('is waited for, byte by byte', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(readPacket(good.subarray(0, length), 0)).toEqual({ state: 'more' });
    }
  });

  test.each([
    [0, 4],
    [5, 4],
    [35_001, 4],
    [0xffffffff, 255],
    // "HTTP": a web server.
    [0x48545450, 0x2f],
    [12, 3],
    [12, 11],
  ])('of length %i with %i bytes of padding is none', (length, padding) => {
    const bytes = Buffer.alloc(40);
    bytes.writeUInt32BE(length);
    bytes.writeUInt8(padding, 4);
    expect(readPacket(bytes, 0).state).toBe('wrong');
  });
});

describe('the algorithms', () => {
  test('are read in order, each list in its place', () => {
    const expected: KexInit = {
      kex: ['k1', 'k2'],
      hostKey: ['h1'],
      cipherIn: ['ci'],
      cipherOut: ['co1', 'co2'],
      macIn: ['mi'],
      macOut: ['mo'],
      compressionIn: ['none'],
      compressionOut: [],
    };
    const lists = [['k1', 'k2'], ['h1'], ['ci'], ['co1', 'co2'], ['mi'], ['mo'], ['none'], [], [], []];
    expect(readKexInit(kexInitPayload(lists))).toMatchObject({ state: 'read', value: expected });
  });

  test.each([
    ['another message', Buffer.from([21])],
    ['nothing', Buffer.alloc(0)],
    ['a cookie only', Buffer.concat([Buffer.from([20]), Buffer.alloc(16)])],
    ['nine lists', kexInitPayload(LISTS.slice(0, 9)).subarray(0, -5)],
    [
      'a list longer than the packet',
      Buffer.concat([Buffer.from([20]), Buffer.alloc(16), Buffer.from([0, 0, 1, 0, 65])]),
    ],
    ['a name with a line feed', kexInitPayload([['a\nb'], ...LISTS.slice(1)])],
    ['a name with an escape', kexInitPayload([['\u001b[2J'], ...LISTS.slice(1)])],
  ])('%s is not read', (_, payload) => {
    expect(readKexInit(payload).state).toBe('wrong');
  });
});

describe('a greeting', () => {
  const whole = greetingBytes(LISTS, 'hello\r\nSSH-2.0-Test_1\r\n');

  test('is not read before its last byte', () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(readGreeting(whole.subarray(0, length)).state).toBe('more');
    }
    expect(readGreeting(whole)).toMatchObject({ state: 'read', next: whole.length });
  });
});
