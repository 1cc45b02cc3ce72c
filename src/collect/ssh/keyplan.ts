import type { ParsedKey } from 'ssh2';
import type { Host } from '../../model/host.ts';
import { type Agent, askAgent } from './agent.ts';
import { type KeyFile, loadKeyFile, unlock } from './keyfiles.ts';
import type { SshOptions } from './options.ts';
import { count, fingerprint, printable } from './text.ts';

/** Half of sshd's default MaxAuthTries, and below what fail2ban's sshd jail counts in any mode. */
const MAX_OFFERS = 3;

/** One key that will be offered, by the file or by the agent that signs with it. */
export interface Candidate {
  readonly label: string;
  readonly key: ParsedKey;
  /** The agent's socket; null: the key itself signs. */
  readonly agent: string | null;
}

/** The keys for one hop, in the order in which they are offered, and why others are not. */
export interface KeyPlan {
  readonly candidates: readonly Candidate[];
  /** Ends of sentences: "/home/a/.ssh/id_rsa does not exist". */
  readonly problems: readonly string[];
}

/**
 * Chooses keys as ssh does, within three offers: the listed identities first, from the file or from the agent that
 * holds them, then the agent's other keys unless `identitiesOnly`. Where nothing is listed the agent's keys come before
 * the default files, and an encrypted default file is asked about only when there is no other key.
 */
export function planKeys({ identities, identitiesOnly }: Host, options: SshOptions): Promise<KeyPlan> {
  const { plans } = options.memory;
  const key = JSON.stringify([identitiesOnly, ...identities]);
  const plan = plans.get(key) ?? makePlan({ identities, identitiesOnly }, options);
  plans.set(key, plan);
  return plan;
}

async function makePlan(host: Pick<Host, 'identities' | 'identitiesOnly'>, options: SshOptions): Promise<KeyPlan> {
  const listed = host.identities.length > 0;
  options.memory.agent.answer ??= askAgent(options.agentSocket);
  const agent = await options.memory.agent.answer;
  const found = await Promise.all(
    (listed ? host.identities : options.identityFiles).map((path) => keyFile(path, options)),
  );
  const others = host.identitiesOnly ? [] : otherAgentKeys(agent, found);
  const lastResort = others.length === 0 && found.every((file) => candidateFor(file, agent) === null);
  const files = listed || lastResort ? await openLocked(found, agent, options) : found;
  const own = files.map((file) => candidateFor(file, agent)).filter((candidate) => candidate !== null);
  const candidates = listed
    ? [...own, ...others]
    : [...own.filter(isAgents), ...others, ...own.filter((c) => !isAgents(c))];
  const missing = !listed && files.length > 0 && files.every(({ state }) => state === 'missing');
  return shorten(candidates, [
    ...(missing ? [`none of ${files.map(({ path }) => printable(path)).join(', ')} exists`] : []),
    ...files.flatMap((file) => problemOf(file, agent, listed)),
    ...agentProblem(agent),
  ]);
}

function shorten(candidates: readonly Candidate[], problems: readonly string[]): KeyPlan {
  const left = candidates.length - MAX_OFFERS;
  if (left <= 0) return { candidates, problems };
  const note = `${count(left, 'more key')} (at most ${MAX_OFFERS} are offered, so that the host does not see an attack; name the right one as the host's identity)`;
  return { candidates: candidates.slice(0, MAX_OFFERS), problems: [...problems, note] };
}

function isAgents(candidate: Candidate): boolean {
  return candidate.agent !== null;
}

function candidateFor(file: KeyFile, agent: Agent): Candidate | null {
  if (file.state === 'ready') {
    return { label: label(file.key, file.path), key: file.key, agent: null };
  }
  if (file.state === 'missing' || file.publicKey === null || agent.state !== 'answered') return null;
  const wanted = file.publicKey.getPublicSSH();
  const key = agent.keys.find((each) => each.getPublicSSH().equals(wanted));
  return key === undefined ? null : { label: label(key, `${file.path} in the agent`), key, agent: agent.socket };
}

function otherAgentKeys(agent: Agent, files: readonly KeyFile[]): Candidate[] {
  if (agent.state !== 'answered') return [];
  const own = new Set(files.map(publicBlob));
  return agent.keys
    .filter((key) => !own.has(key.getPublicSSH().toString('base64')))
    .map((key) => ({ label: label(key, `${key.comment || 'no comment'} in the agent`), key, agent: agent.socket }));
}

function publicBlob(file: KeyFile): string {
  if (file.state === 'missing') return '';
  const key = file.state === 'ready' ? file.key : file.publicKey;
  return key === null ? '' : key.getPublicSSH().toString('base64');
}

function label(key: ParsedKey, origin: string): string {
  return `${key.type} ${fingerprint(key.getPublicSSH())} (${printable(origin)})`;
}

function problemOf(file: KeyFile, agent: Agent, listed: boolean): string[] {
  if (candidateFor(file, agent) !== null) return [];
  switch (file.state) {
    case 'missing':
      return listed ? [file.problem] : [];
    case 'unusable':
      return [file.problem];
    case 'locked':
      return [
        `${printable(file.path)} is encrypted and no agent holds it (add it with \`ssh-add\`, or scan from a terminal to be asked)`,
      ];
    case 'public':
      return [`${printable(file.path)} is only a public key and no agent holds its private half`];
    case 'ready':
      return [];
  }
}

function agentProblem(agent: Agent): string[] {
  if (agent.state === 'failed') return [agent.message];
  return agent.state === 'answered' && agent.keys.length === 0 ? ['the ssh-agent holds no key'] : [];
}

function keyFile(path: string, options: SshOptions): Promise<KeyFile> {
  const { keyFiles } = options.memory;
  const loaded = keyFiles.get(path) ?? loadKeyFile(path, options.uid);
  keyFiles.set(path, loaded);
  return loaded;
}

function openLocked(files: readonly KeyFile[], agent: Agent, options: SshOptions): Promise<KeyFile[]> {
  const ask = options.passphrase;
  const open = (file: KeyFile) =>
    ask !== null && file.state === 'locked' && candidateFor(file, agent) === null ? openOnce(file, ask, options) : file;
  return Promise.all(files.map(open));
}

/** Opens an encrypted file once for all hosts of the run; questions queue up, one at a time. */
function openOnce(
  file: Extract<KeyFile, { state: 'locked' }>,
  ask: (file: string) => Promise<string | null>,
  options: SshOptions,
): Promise<KeyFile> {
  const { opened, questions } = options.memory;
  const answer = opened.get(file.path) ?? questions.last.then(() => unlock(file, ask));
  opened.set(file.path, answer);
  questions.last = answer.catch(() => undefined);
  return answer;
}
