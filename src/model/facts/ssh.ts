/** Facts of this subject area: fact name → shape. */
export type SshFacts = {};
