/** A memory that forgets: it keeps what was met last, and never much more than its room. */
export interface Recent<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/**
 * Keeps at least the values met last that weigh `room` together, and at most about twice as much. By default every value
 * weighs 1. One that is heavier than the whole room is not kept.
 */
export function recent<K, V>(room: number, weigh: (value: V, key: K) => number = () => 1): Recent<K, V> {
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  let weight = 0;
  const set = (key: K, value: V): void => {
    const own = weigh(value, key);
    if (own > room) return;
    if (weight + own > room) {
      old = young;
      young = new Map();
      weight = 0;
    }
    weight += own;
    young.set(key, value);
  };
  return {
    get(key) {
      const known = young.get(key);
      if (known !== undefined) return known;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
  };
}
