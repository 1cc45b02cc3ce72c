import { cannotTell } from '../model/fact.ts';

/** Properties of one unit by name, e.g. `ActiveState`. */
export type UnitProperties = ReadonlyMap<string, string>;

/**
 * Reads `systemctl show UNIT… -p Id,…`: blocks of `Name=value` in an order of systemd's own, parted by
 * empty lines. Keyed by Id, so an alias and its unit are one entry. Source: systemctl(1).
 */
export function readUnits(text: string): ReadonlyMap<string, UnitProperties> {
  const units = new Map<string, UnitProperties>();
  for (const block of text.split(/\n{2,}/)) {
    const properties = new Map<string, string>();
    for (const line of block.split('\n')) {
      const at = line.indexOf('=');
      if (at > 0) properties.set(line.slice(0, at), line.slice(at + 1));
    }
    const id = properties.get('Id');
    if (id !== undefined) units.set(id, properties);
  }
  if (units.size === 0) cannotTell('unparseable', 'systemctl show printed no unit.');
  return units;
}
