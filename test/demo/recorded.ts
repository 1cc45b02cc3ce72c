import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { parseFrames } from '../../src/collect/frames.ts';
import { programOf } from '../../src/collect/program.ts';
import type { Capture, Session } from '../../src/model/host.ts';
import type { Output, Probe } from '../../src/model/probe.ts';

export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** A probe that runs a snippet as the login user. */
export function snippet(id: string, text: string, changes: Partial<Probe> = {}): Probe {
  return { id, purpose: `Test ${id}.`, as: 'user', argv: ['sh'], snippet: text, ...changes };
}

/** The capture of a host that said `outputs`. */
export function captureOf(outputs: readonly Output[], changes: Partial<Session> = {}, name = 'web-1'): Capture {
  return {
    captureVersion: 1,
    host: {
      name,
      address: '203.0.113.10',
      port: 22,
      user: 'audit',
      identities: [],
      identitiesOnly: false,
      jump: [],
      knownHostsFiles: [],
      groups: ['web'],
      tags: ['prod'],
      sites: [],
      provider: 'hetzner',
      params: {},
      source: 'fleet.yaml:3',
    },
    startedAt: '2026-11-03T10:00:00.000Z',
    finishedAt: '2026-11-03T10:00:01.000Z',
    outcome: 'assessed',
    session: {
      loginUser: 'audit',
      privilege: 'none',
      hostKey: 'SHA256:AAAA',
      banner: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7',
      clockOffsetSeconds: 0,
      ...changes,
    },
    hostEpoch: EPOCH,
    outputs,
    cost: { connections: 1, execs: 1, bytesOut: 1, bytesIn: 1, ms: 1000 },
  };
}

export const EPOCH = 1_793_700_000;

export interface Recording {
  readonly capture: Capture;
  readonly program: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Runs the real program on this machine and reads what it wrote. */
export function recordHere(probes: readonly Probe[]): Recording {
  const nonce = newNonce();
  const program = programOf(probes, nonce);
  const { stdout, stderr } = spawnSync('sh', { input: program, maxBuffer: 64 * 1024 * 1024 });
  const frames = parseFrames(stdout, stderr, nonce, probes);
  if (frames.hello === null || !frames.complete) throw new Error(`The program did not end: ${stderr.toString()}`);
  const { uid, epoch } = frames.hello;
  const capture = { ...captureOf(frames.outputs, { privilege: uid === 0 ? 'root' : 'none' }), hostEpoch: epoch };
  return { capture, program, stdout, stderr };
}
