import type { Report } from './report.ts';
import type { Scope } from './scope.ts';

/** What a run was asked for. */
export interface BenchOptions {
  readonly rounds: number;
  /** How long one measurement takes, where that can be chosen. */
  readonly seconds: number;
  /** Folder with the binaries `etcd` and `kube-apiserver`, if they shall be measured as well. */
  readonly peers: string | undefined;
  /** Another checkout, whose gateway is measured in the same rounds instead of the peers. */
  readonly against: string | undefined;
  /** Folder for CPU profiles of the gateways, if they shall be taken. */
  readonly profiles: string | undefined;
}

/** What a benchmark works with. */
export interface BenchContext extends BenchOptions {
  readonly scope: Scope;
  readonly report: Report;
  /** A new folder on the disk of the checkout, which goes at the end. */
  newFolder(name: string): Promise<string>;
}

/** One benchmark: starts what it compares, measures in rounds, reports. */
export interface Bench {
  readonly about: string;
  run(context: BenchContext): Promise<void>;
}
