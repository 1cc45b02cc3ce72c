import { BUDGET } from '../../collect/outside/budget.ts';
import { MOST_ADDRESSES } from '../../collect/outside/outside.ts';
import type { ExchangeFamily } from '../../model/exchange.ts';
import type { Host } from '../../model/host.ts';
import { columns, wrap } from '../text.ts';

/** What would be asked of the network, as far as it is known before a host has shown what it serves. */
export interface OutsidePlanned {
  readonly families: readonly ExchangeFamily[];
  /** TCP ports that are tried on every host; those it listens on or forwards come to it. */
  readonly ports: readonly number[];
}

export function outsideJson(hosts: readonly Host[], { families, ports }: OutsidePlanned): object {
  return {
    budget: families.map((family) => ({ family, ...BUDGET[family] })),
    ports,
    mostAddressesPerHost: MOST_ADDRESSES,
    hosts: hosts.map((host) => ({
      name: host.name,
      sites: host.sites,
      exchangesPerAddress: host.jump.length > 0 ? 0 : perAddress(host, families, ports),
      exchangesPerFurtherSite: perSite(families),
    })),
  };
}

export function outsideText(hosts: readonly Host[], planned: OutsidePlanned, width: number): string {
  const { families, ports } = planned;
  if (families.length === 0) return 'Nothing is looked at from outside.\n';
  const budget = families.map((family) => {
    const { most, per, what } = BUDGET[family];
    return wrap(`${family}: at most ${most} per ${per}: ${what}.`, width, '  ');
  });
  const where = hosts.map((host) => [
    host.name,
    host.jump.length > 0
      ? 'nothing: it is behind a jump host'
      : `at most ${perAddress(host, families, ports)} per address${host.sites.length === 0 ? '' : `, sites ${host.sites.join(' ')}`}`,
  ]);
  return [
    'From outside, without logging in:\n',
    `${budget.join('\n')}\n`,
    columns(where, width),
    wrap(
      `Each site that nginx, Apache or Caddy turn out to serve adds at most ${perSite(families)} per address. Ports that are tried: ${ports.length === 0 ? 'none' : ports.join(', ')}, and those that a host listens on or forwards.`,
      width,
      '',
    ),
    '',
  ].join('\n');
}

function perSite(families: readonly ExchangeFamily[]): number {
  return families.reduce((sum, family) => sum + (/site|name/.test(BUDGET[family].per) ? BUDGET[family].most : 0), 0);
}

function perAddress(host: Host, families: readonly ExchangeFamily[], ports: readonly number[]): number {
  const sites = perSite(families) * host.sites.length;
  if (host.outsideOnly === true) return sites;
  const tcp = families.includes('tcp') ? ports.length * BUDGET.tcp.most + 3 : 0;
  return sites + tcp + (families.includes('ssh') ? BUDGET.ssh.most : 0);
}
