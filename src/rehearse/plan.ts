/** What is done to the host, in this order, under load until it says otherwise. */
export type Act =
  /** An upgrade that must succeed; back to the old version where there are several. */
  | { do: 'upgrade'; to: 'old' | 'new' }
  /** An upgrade in whose midst apt and all below it are killed; `dpkg --configure -a` must finish it. */
  | { do: 'kill'; to: 'old' | 'new' }
  /** An upgrade to the unhealthy version, which must be refused. */
  | { do: 'refuse' }
  /** Back to the release before, by the package's own command, without its package. */
  | { do: 'rollback'; to: 'old' | 'new' }
  /** The load has ended; what is committed must serve after it. */
  | { do: 'reboot' };

export interface WantedActs {
  upgrades: number;
  kill: boolean;
  bad: boolean;
  rollback: boolean;
  reboot: boolean;
}

/**
 * Upgrades there and back, as many as asked for; then one that is killed; then the refusal and the rollback; last the
 * reboot, which is the one thing here that no request survives.
 */
export function planActs(wanted: WantedActs): Act[] {
  const acts: Act[] = [];
  let to: 'old' | 'new' = 'new';
  const next = () => {
    const target = to;
    to = to === 'new' ? 'old' : 'new';
    return target;
  };
  for (let i = 0; i < wanted.upgrades; i++) acts.push({ do: 'upgrade', to: next() });
  if (wanted.kill) acts.push({ do: 'kill', to: next() });
  if (wanted.bad) acts.push({ do: 'refuse' });
  if (wanted.rollback) acts.push({ do: 'rollback', to: next() });
  if (wanted.reboot) acts.push({ do: 'reboot' });
  return acts;
}

/** The version that has to serve when all of `acts` are done. */
export function versionAfter(acts: readonly Act[]): 'old' | 'new' {
  return acts.reduce<'old' | 'new'>((at, act) => ('to' in act ? act.to : at), 'old');
}
