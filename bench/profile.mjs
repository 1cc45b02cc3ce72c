// Where a CPU profile (node --cpu-prof) says the time went, by part of the house.

const PARTS = [
  ['SSH: protocol and cryptography', /\/node_modules\/(ssh2|asn1|bcrypt-pbkdf|cpu-features)\//],
  ['SSH: reaching hosts, keys, host keys', /\/dist\/src\/collect\/(ssh\/|fleet)/],
  ['frames, redaction, program', /\/dist\/src\/collect\//],
  ['facts', /\/dist\/src\/facts\//],
  ['checks and findings', /\/dist\/(src\/evaluate|checks)\//],
  ['evidence records for the reports', /\/dist\/src\/evidence\/(spool|records)/],
  // What both captures and evidence records are written with counts for whoever calls it.
  ['captures on disk', /\/dist\/src\/evidence\/(?!append-file|written)/],
  ['reports', /\/dist\/reports\/|\/node_modules\/handlebars\//],
  ['inventory, baselines, command line', /\/dist\/src\/(inputs|cli)\/|\/node_modules\//],
];
const REST = 'Node itself (streams, files, loading)';
const GC = 'garbage collection';

/** Facts × checks → findings, and what the two reports take: the target of 15 % in the words of the house. */
export const EVALUATING = ['checks and findings', 'evidence records for the reports', 'reports'];

/** With reading the facts, which `fleetproof evaluate` does again: the same target taken strictly. */
export const JUDGING = ['facts', ...EVALUATING];

/**
 * Part → milliseconds of CPU on the main thread. A function of Node's own, or one that several parts use, counts for the
 * nearest caller that belongs to a part. Waiting is left out.
 */
export function partsOf(profile) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const own = new Map();
  for (const [at, id] of profile.samples.entries())
    own.set(id, (own.get(id) ?? 0) + Math.max(0, profile.timeDeltas[at]));
  const totals = new Map();
  const walk = (node, inherited) => {
    const { url, functionName } = node.callFrame;
    if (functionName === '(idle)') return;
    const part =
      functionName === '(garbage collector)' ? GC : (PARTS.find(([, place]) => place.test(url))?.[0] ?? inherited);
    totals.set(part, (totals.get(part) ?? 0) + (own.get(node.id) ?? 0) / 1000);
    for (const child of node.children ?? []) walk(nodes.get(child), part);
  };
  walk(profile.nodes[0], REST);
  return totals;
}
