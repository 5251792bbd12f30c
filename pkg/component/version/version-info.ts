/** The document at `/version` (Go: `version.Info`). Members are in upstream's order. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  readonly buildDate: string;
  /** What runs the server, where upstream names its Go. */
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** What the document is made of. */
export interface VersionFacts {
  /** The product's own version, a semantic one. */
  readonly productVersion: string;
  /** Commit of the source; empty when it is not known. */
  readonly gitCommit?: string;
  /** RFC 3339; default: the epoch, as upstream says when it does not know. */
  readonly buildDate?: string;
  /** Default: this process's own. */
  readonly runtime?: Pick<NodeJS.Process, 'arch' | 'platform' | 'versions'>;
}

/** The Kubernetes version whose API behaviour is served; `kubectl` warns when its own minor is more than one away. */
const kubernetesMajor = '1';
const kubernetesMinor = '36';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/**
 * The version document. `gitVersion` is `v1.36.0+tributary.<product version>`: build metadata, as k3s has it, not a pre-release,
 * because `1.36.0-x` is older than `1.36.0` by the rules of semantic versions and would fail `>= 1.36.0` in a Helm chart.
 */
export function newVersionInfo(facts: VersionFacts): VersionInfo {
  const { arch, platform, versions } = facts.runtime ?? process;
  const suffix = facts.productVersion.replaceAll(/[^0-9A-Za-z.-]/g, '.');
  return {
    major: kubernetesMajor,
    minor: kubernetesMinor,
    gitVersion: `v${kubernetesMajor}.${kubernetesMinor}.0+tributary.${suffix}`,
    gitCommit: facts.gitCommit ?? '',
    gitTreeState: facts.gitCommit === undefined ? '' : 'clean',
    buildDate: facts.buildDate ?? '1970-01-01T00:00:00Z',
    goVersion: `node${versions.node}`,
    compiler: 'v8',
    platform: `${platform === 'win32' ? 'windows' : platform}/${architectures[arch] ?? arch}`,
  };
}
