import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/** What captures have in common whose probes came back in the same order, the same number of times. */
export interface Shape {
  /** Of each record: its probe, and which run of it this is where there are more. */
  readonly names: readonly string[];
  /** Probe → the places of its records. */
  readonly byProbe: ReadonlyMap<string, readonly number[]>;
  /** As `byProbe`, but the records about a probe's list count as its own. */
  readonly byFamily: ReadonlyMap<string, readonly number[]>;
  /** What others work out from the shape, under a key of theirs that lives as long as the program. */
  readonly notes: Map<object | string, readonly number[]>;
}

const shapes = recent<string, Shape>(64);
const ofOutputs = new WeakMap<readonly Output[], Shape>();

/** Records are never changed, so they are looked at once. */
export function shapeOf(outputs: readonly Output[]): Shape {
  const before = ofOutputs.get(outputs);
  if (before !== undefined) return before;
  const key = outputs.map(({ probe }) => probe).join();
  let shape = shapes.get(key);
  if (shape === undefined) {
    shape = newShape(outputs);
    shapes.set(key, shape);
  }
  ofOutputs.set(outputs, shape);
  return shape;
}

function newShape(outputs: readonly Output[]): Shape {
  const byProbe = new Map<string, number[]>();
  const byFamily = new Map<string, number[]>();
  const names = outputs.map(({ probe }, at) => {
    place(byFamily, familyOf(probe), at);
    const times = place(byProbe, probe, at);
    return times === 1 ? probe : `${probe}/${times}`;
  });
  return { names, byProbe, byFamily, notes: new Map() };
}

function place(places: Map<string, number[]>, name: string, at: number): number {
  const own = places.get(name) ?? [];
  places.set(name, own);
  return own.push(at);
}

/** A probe that runs once per line of a list has that list and what was left out of it as records of their own. */
export function familyOf(record: string): string {
  const end = record.lastIndexOf('.');
  return end < 0 ? record : record.slice(0, end);
}

/** What `find` works out for captures of this shape; asked once for each key. */
export function noted(shape: Shape, key: object | string, find: () => readonly number[]): readonly number[] {
  const known = shape.notes.get(key);
  if (known !== undefined) return known;
  const places = find();
  shape.notes.set(key, places);
  return places;
}
